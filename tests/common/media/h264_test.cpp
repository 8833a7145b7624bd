// SPDX-License-Identifier: Apache-2.0
// The decoder configuration record and access units.
#include "common/media/h264.hpp"

#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::hex;

TEST_SUITE("media/h264") {
    TEST_CASE("a baseline avcC is the record of the standard, byte for byte") {
        const auto record = makeAvcC(hex(samples::kSps1080), hex(samples::kPps1080));
        REQUIRE(record);
        CHECK(core::toHex(*record) == "0142c028ffe10019" + std::string(samples::kSps1080) +
                                          "010004" + std::string(samples::kPps1080));
    }

    TEST_CASE("an avcC gives back the parameter sets it was made of") {
        struct Row {
            std::string_view sps;
            std::string_view pps;
            const char* codec;
        };
        const Row rows[] = {{samples::kSps1080, samples::kPps1080, "avc1.42c028"},
                            {samples::kSps1080High, samples::kPps1080High, "avc1.640028"},
                            {samples::kSps768, samples::kPps768, "avc1.4d401f"}};
        for (const Row& row : rows) {
            CAPTURE(std::string(row.codec));
            const auto record = makeAvcC(hex(row.sps), hex(row.pps));
            REQUIRE(record);
            const auto config = parseAvcC(*record);
            REQUIRE(config);
            REQUIRE(config->sps.size() == 1);
            REQUIRE(config->pps.size() == 1);
            CHECK(config->sps[0] == hex(row.sps));
            CHECK(config->pps[0] == hex(row.pps));
            CHECK(config->lengthBytes == 4);
            CHECK(codecName(*config) == row.codec);
        }
    }

    TEST_CASE("the extension of a high profile may be absent, but not wrong") {
        Buffer record = *makeAvcC(hex(samples::kSps1080High), hex(samples::kPps1080High));
        CHECK(core::toHex(ByteView(record).last(4)) == "fdf8f800");
        Buffer wrong = record;
        wrong[wrong.size() - 4] = 0xfe;
        CHECK_FALSE(parseAvcC(wrong));
        record.resize(record.size() - 4);
        CHECK(parseAvcC(record));
        record.push_back(0xfd);
        CHECK_FALSE(parseAvcC(record));
    }

    TEST_CASE("an avcC that is cut, padded or changed in its head is refused") {
        const Buffer record = *makeAvcC(hex(samples::kSps1080), hex(samples::kPps1080));
        for (std::size_t length = 0; length < record.size(); ++length) {
            CAPTURE(length);
            CHECK_FALSE(parseAvcC(ByteView(record).first(length)));
        }
        Buffer padded = record;
        padded.push_back(0);
        CHECK_FALSE(parseAvcC(padded));
        for (std::size_t bit = 0; bit < 8 * 8; ++bit) {
            CAPTURE(bit);
            CHECK_FALSE(parseAvcC(samples::flipped(record, bit)));
        }
    }

    TEST_CASE("an avcC is not made of the wrong NAL units") {
        CHECK_FALSE(makeAvcC(hex(samples::kPps1080), hex(samples::kSps1080)));
        CHECK_FALSE(makeAvcC(hex(samples::kSps1080), {}));
        Buffer longPps = hex(samples::kPps1080);
        longPps.resize(65536);
        const auto record = makeAvcC(hex(samples::kSps1080), longPps);
        REQUIRE_FALSE(record);
        CHECK(record.error().kind == core::ErrorKind::InvalidArgument);
    }

    TEST_CASE("an access unit is split at its lengths") {
        const Buffer unit =
            hex("00000002"
                "09f0"
                "00000001"
                "06"
                "00000003"
                "658880");
        const auto nals = splitAccessUnit(unit);
        REQUIRE(nals);
        REQUIRE(nals->size() == 3);
        CHECK(nalType((*nals)[0]) == NalType::Delimiter);
        CHECK(nalType((*nals)[1]) == NalType::Sei);
        CHECK(nalType((*nals)[2]) == NalType::IdrSlice);
        CHECK(core::toHex((*nals)[2]) == "658880");
        CHECK(*isKeyFrame(unit));
    }

    TEST_CASE("an access unit without an IDR slice is no key frame") {
        CHECK_FALSE(
            *isKeyFrame(hex("0000000209f0"
                            "00000003419a02")));
    }

    TEST_CASE("lengths that lie are refused") {
        for (const char* unit : {"",
                                 "000000",
                                 "00000000",
                                 "0000000365",
                                 "000000016500",
                                 "ffffffff65",
                                 "0000000165"
                                 "00000000"}) {
            CAPTURE(std::string(unit));
            CHECK_FALSE(splitAccessUnit(hex(unit)));
            CHECK_FALSE(isKeyFrame(hex(unit)));
        }
    }
}

}  // namespace liuhen::media
