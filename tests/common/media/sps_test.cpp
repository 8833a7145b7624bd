// SPDX-License-Identifier: Apache-2.0
// Sequence parameter sets of real streams, and hand-made ones for what x264 does not write.
#include "common/media/h264.hpp"
#include "tests/common/media/media_samples.hpp"

#include <string>

#include <doctest/doctest.h>

namespace liuhen::media {

using samples::hex;

namespace {

/// Writes an SPS bit by bit.
class SpsMaker {
public:
    explicit SpsMaker(std::uint8_t profile) { bits(profile, 8).bits(0, 8).bits(40, 8).golomb(0); }
    SpsMaker& bits(std::uint32_t value, unsigned count) {
        for (unsigned i = count; i-- > 0;) {
            text_ += (value >> i & 1U) != 0 ? '1' : '0';
        }
        return *this;
    }
    SpsMaker& golomb(std::uint32_t value) {
        unsigned width = 0;
        while ((value + 1) >> width > 1) {
            ++width;
        }
        return bits(0, width).bits(value + 1, width + 1);
    }
    SpsMaker& chroma420() { return golomb(1).golomb(0).golomb(0).bits(0, 1); }
    /// frame numbers, picture order type 2, one reference frame, size, frames only, cropping, no
    /// VUI
    SpsMaker& rest(std::uint32_t mbWidth,
                   std::uint32_t mbHeight,
                   std::initializer_list<std::uint32_t> crop = {}) {
        golomb(0)
            .golomb(2)
            .golomb(1)
            .bits(0, 1)
            .golomb(mbWidth - 1)
            .golomb(mbHeight - 1)
            .bits(1, 1)
            .bits(1, 1);
        bits(crop.size() != 0 ? 1 : 0, 1);
        for (const std::uint32_t side : crop) {
            golomb(side);
        }
        return bits(0, 1);
    }
    [[nodiscard]] Buffer nal() const {
        Buffer rbsp = {0x67};
        const std::string padded = text_ + "1" + std::string((8 - (text_.size() + 1) % 8) % 8, '0');
        for (std::size_t i = 0; i < padded.size(); i += 8) {
            rbsp.push_back(static_cast<std::uint8_t>(std::stoul(padded.substr(i, 8), nullptr, 2)));
        }
        Buffer nal;
        std::size_t zeros = 0;
        for (const std::uint8_t byte : rbsp) {
            if (zeros >= 2 && byte <= 3) {
                nal.push_back(3);
                zeros = 0;
            }
            nal.push_back(byte);
            zeros = byte == 0 ? zeros + 1 : 0;
        }
        return nal;
    }

private:
    std::string text_;
};

}  // namespace

TEST_SUITE("media/sps") {
    TEST_CASE("streams of x264 have the size that was asked for") {
        struct Row {
            const char* name;
            std::string_view sps;
            unsigned profile;
            unsigned level;
            unsigned width;
            unsigned height;
            unsigned codedWidth;
            unsigned codedHeight;
        };
        const Row rows[] = {
            {"1080p baseline", samples::kSps1080, 66, 40, 1920, 1080, 1920, 1088},
            {"1080p high", samples::kSps1080High, 100, 40, 1920, 1080, 1920, 1088},
            {"576p main", samples::kSps768, 77, 31, 768, 576, 768, 576},
            {"720p constrained baseline",
             "6742c01fda014016ec05a808080a000003000200000300791e306540",
             66,
             31,
             1280,
             720,
             1280,
             720},
            {"322x242, 4:2:2, 10 bit",
             "677a000cb6cd9415087888fc0440000003004000000503c50a6580",
             122,
             12,
             322,
             242,
             336,
             256},
            {"640x484 interlaced",
             "6764001eacd940a020fc460220000003002000000643e28532c0",
             100,
             30,
             640,
             484,
             640,
             512},
            {"322x242, 4:4:4",
             "67f4000c919b282a10f1f1f80880000003008000000a078a14cb",
             244,
             12,
             322,
             242,
             336,
             256},
        };
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));

            const auto info = parseSps(hex(row.sps));
            REQUIRE(info);
            CHECK(info->profileIdc == row.profile);
            CHECK(info->levelIdc == row.level);
            CHECK(info->width == row.width);
            CHECK(info->height == row.height);
            CHECK(info->codedWidth == row.codedWidth);
            CHECK(info->codedHeight == row.codedHeight);
        }
        CHECK(parseSps(hex(rows[4].sps))->bitDepthLuma == 10);
        CHECK(parseSps(hex(rows[4].sps))->chromaFormatIdc == 2);
        CHECK(parseSps(hex(rows[6].sps))->chromaFormatIdc == 3);
    }

    TEST_CASE("scaling lists are passed over") {
        SpsMaker maker(100);
        maker.chroma420().bits(1, 1);
        // list 0: sixteen deltas of 0; list 1: delta -8 ends it (falls back to the default); list
        // 6: 64 deltas
        maker.bits(1, 1);
        for (int i = 0; i < 16; ++i) {
            maker.golomb(0);
        }
        maker.bits(1, 1).golomb(16);
        maker.bits(0, 4);
        maker.bits(1, 1);
        for (int i = 0; i < 64; ++i) {
            maker.golomb(1 + static_cast<std::uint32_t>(i % 2));
        }
        maker.bits(0, 1).rest(40, 30, {1, 2, 3, 4});
        const auto info = parseSps(maker.nal());
        REQUIRE(info);
        CHECK(info->width == 640 - 2 * 3);
        CHECK(info->height == 480 - 2 * 7);
    }

    TEST_CASE("picture order type 1 is passed over") {
        SpsMaker maker(66);
        maker.golomb(0).golomb(1).bits(0, 1).golomb(5).golomb(6).golomb(2).golomb(900).golomb(901);
        maker.golomb(1).bits(0, 1).golomb(9).golomb(8).bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 1);
        const auto info = parseSps(maker.nal());
        REQUIRE(info);
        CHECK(info->width == 160);
        CHECK(info->height == 144);
    }

    TEST_CASE("cropping that leaves no picture is refused") {
        CHECK(parseSps(SpsMaker(66).rest(1, 1, {3, 4, 0, 7}).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(1, 1, {4, 4, 0, 0}).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(1, 1, {0, 0, 8, 0}).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(1, 1, {16000, 16000, 0, 0}).nal()));
    }

    TEST_CASE("sizes beyond what is accepted are refused") {
        CHECK(parseSps(SpsMaker(66).rest(1024, 1024).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(1025, 1).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(1, 1025).nal()));
        CHECK_FALSE(parseSps(SpsMaker(66).rest(0xffffffff, 1).nal()));
    }

    TEST_CASE("another NAL unit and every cut of an SPS is refused or reads the same") {
        CHECK_FALSE(parseSps({}));
        CHECK_FALSE(parseSps(hex("67")));
        CHECK_FALSE(parseSps(hex("68ce0fc8")));
        CHECK_FALSE(parseSps(hex("e742c028da01e0089f97")));
        const Buffer whole = hex(samples::kSps1080High);
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto info = parseSps(ByteView(whole).first(length));
            CAPTURE(length);
            CHECK(info.has_value() == (length >= 11));  // the VUI starts in byte 10
            if (info) {
                CHECK(info->height == 1080);
            }
        }
    }
}

}  // namespace liuhen::media
