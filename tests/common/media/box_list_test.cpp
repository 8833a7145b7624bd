// SPDX-License-Identifier: Apache-2.0
// Listing the boxes of whole, torn and foreign files.
#include "common/media/box_list.hpp"

#include "tests/common/media/media_samples.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace liuhen::media {

namespace {

/// Reads a buffer, a few bytes at a time if asked to, and counts.
struct Source {
    Buffer bytes;
    std::size_t most = SIZE_MAX;
    std::size_t calls = 0;
    std::size_t bytesRead = 0;

    ReadAt reader() {
        return [this](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t> {
            ++calls;
            if (offset > bytes.size()) {
                return core::fail(core::ErrorKind::Internal, "read behind the end");
            }
            const std::size_t count =
                std::min({into.size(), bytes.size() - static_cast<std::size_t>(offset), most});
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
            bytesRead += count;
            return count;
        };
    }
};

Buffer threeBoxes() {
    Buffer bytes = samples::hex("0000000c66726565aabbccdd");
    REQUIRE(appendUuidBox(bytes, {1, 2, 3}, Buffer(100)));
    core::append(bytes, samples::hex("000000016d64617400000000000000120102"));
    return bytes;
}

}  // namespace

TEST_SUITE("media/box_list") {
    TEST_CASE("all boxes of a whole file are listed") {
        Source source{threeBoxes()};
        const auto boxes = listBoxes(source.reader(), source.bytes.size(), 3);
        REQUIRE(boxes);
        REQUIRE(boxes->size() == 3);
        CHECK((*boxes)[0] == BoxPlace{fourcc("free"), {}, 0, 12, 8});
        CHECK((*boxes)[1] == BoxPlace{kUuid, {1, 2, 3}, 12, 124, 24});
        CHECK((*boxes)[2] == BoxPlace{kMdat, {}, 136, 18, 16});
        CHECK(endOf(*boxes) == source.bytes.size());
    }

    TEST_CASE("a file cut anywhere gives the boxes that are whole") {
        const Buffer whole = threeBoxes();
        for (std::size_t length = 0; length <= whole.size(); ++length) {
            CAPTURE(length);
            Source source{core::toBuffer(ByteView(whole).first(length))};
            const auto boxes = listBoxes(source.reader(), length, 10);
            REQUIRE(boxes);
            const std::size_t expected = length < 12    ? 0
                                         : length < 136 ? 12
                                         : length < 154 ? 136
                                                        : 154;
            CHECK(endOf(*boxes) == expected);
        }
    }

    TEST_CASE("a tail of zeros or noise ends the list") {
        for (const char* tail : {"0000000000000000000000000000",
                                 "ffffffffffffffffffffffffffff",
                                 "00000008ff00ff00",
                                 "000000026d646174",
                                 "0000000100000000"}) {
            CAPTURE(std::string(tail));
            Source source{threeBoxes()};
            core::append(source.bytes, samples::hex(tail));
            const auto boxes = listBoxes(source.reader(), source.bytes.size(), 10);
            REQUIRE(boxes);
            CHECK(boxes->size() == 3);
            CHECK(endOf(*boxes) == 154);
        }
    }

    TEST_CASE("only headers are read, however short the answers are") {
        Source source{};
        for (int i = 0; i < 20; ++i) {
            REQUIRE(appendUuidBox(source.bytes, {}, Buffer(10000)));
        }
        source.most = 5;
        const auto boxes = listBoxes(source.reader(), source.bytes.size(), 20);
        REQUIRE(boxes);
        CHECK(boxes->size() == 20);
        CHECK(source.bytesRead <= 20 * kMaxBoxHeaderBytes);
    }

    TEST_CASE("more boxes than allowed are refused") {
        Source source{threeBoxes()};
        const auto boxes = listBoxes(source.reader(), source.bytes.size(), 2);
        REQUIRE_FALSE(boxes);
        CHECK(boxes.error().kind == core::ErrorKind::ResourceExhausted);
    }

    TEST_CASE("a source that ends early or fails is an error, not a torn tail") {
        Source source{threeBoxes()};
        const auto shorter = listBoxes(source.reader(), source.bytes.size() + 8, 10);
        REQUIRE_FALSE(shorter);
        CHECK(shorter.error().kind == core::ErrorKind::DataLoss);
        const ReadAt failing = [](std::uint64_t, std::span<std::uint8_t>) -> Result<std::size_t> {
            return core::fail(core::ErrorKind::Unavailable, "unplugged");
        };
        const auto failed = listBoxes(failing, 100, 10);
        REQUIRE_FALSE(failed);
        CHECK(failed.error().kind == core::ErrorKind::Unavailable);
    }
}

}  // namespace liuhen::media
