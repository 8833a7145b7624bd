// SPDX-License-Identifier: Apache-2.0
// Indexes of whole, torn and foreign segments.
#include "common/media/index.hpp"

#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace liuhen::media {

namespace {

using samples::Run;
using samples::wholeFragment;

ReadAt readerOf(const Buffer& bytes) {
    return [&bytes](std::uint64_t offset, std::span<std::uint8_t> into) -> Result<std::size_t> {
        const std::size_t from = std::min(static_cast<std::size_t>(offset), bytes.size());
        const std::size_t count = std::min(into.size(), bytes.size() - from);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
        return count;
    };
}

constexpr std::size_t kFragmentCount = 4;

/// Four fragments of 15 pictures, of which the first and third start with a key frame; uuid boxes
/// around each.
Buffer segment() {
    Buffer bytes = *makeInit(samples::pictureAndSound());
    for (std::uint32_t i = 0; i < kFragmentCount; ++i) {
        Run picture(i * 45000, 3000, 15, 30);
        picture.samples()[0].key = i % 2 == 0;
        Run sound(i * 24576, 1024, 24, 8);
        REQUIRE(appendUuidBox(bytes, {1}, Buffer(40)));
        core::append(bytes, wholeFragment(i + 1, picture.samples(), sound.samples()));
        REQUIRE(appendUuidBox(bytes, {2}, Buffer(80)));
    }
    return bytes;
}

}  // namespace

TEST_SUITE("media/index") {
    TEST_CASE("fragments and key frames of a segment are found") {
        const Buffer bytes = segment();
        const auto index = indexSegment(readerOf(bytes), bytes.size(), 100);
        REQUIRE(index);
        CHECK(index->initBytes == makeInit(samples::pictureAndSound())->size());
        CHECK(index->indexedBytes == bytes.size());
        REQUIRE(index->fragments.size() == kFragmentCount);
        std::uint64_t end = index->initBytes;
        for (std::uint32_t i = 0; i < kFragmentCount; ++i) {
            const FragmentPlace& place = index->fragments[i];
            CHECK(place.offset == end + 64);
            CHECK(place.sequenceNumber == i + 1);
            CHECK(place.picture == MediaSpan{i * 45000, 45000});
            CHECK(place.sound == MediaSpan{i * 24576, 24576});
            CHECK(place.keyTimes == (i % 2 == 0 ? std::vector<std::uint64_t>{i * 45000}
                                                : std::vector<std::uint64_t>{}));
            const auto fragment = readFragment(ByteView(bytes).subspan(place.offset, place.size));
            REQUIRE(fragment);
            CHECK(placeOf(*fragment, place.offset) == place);
            end = place.offset + place.size + 104;
        }
        CHECK(end == bytes.size());
    }

    TEST_CASE("a torn segment is indexed up to its last whole fragment") {
        const Buffer whole = segment();
        const SegmentIndex all = *indexSegment(readerOf(whole), whole.size(), 100);
        for (std::size_t length = all.initBytes; length < whole.size(); length += 7) {
            CAPTURE(length);
            const Buffer bytes = core::toBuffer(ByteView(whole).first(length));
            const auto index = indexSegment(readerOf(bytes), length, 100);
            REQUIRE(index);
            std::size_t expected = 0;
            while (expected < kFragmentCount &&
                   all.fragments[expected].offset + all.fragments[expected].size <= length) {
                ++expected;
            }
            CHECK(index->fragments.size() == expected);
            CHECK(index->indexedBytes <= length);
        }
    }

    TEST_CASE("a segment without its init is refused") {
        const Buffer whole = segment();
        const SegmentIndex all = *indexSegment(readerOf(whole), whole.size(), 100);
        const Buffer noInit = core::toBuffer(ByteView(whole).subspan(all.initBytes));
        CHECK_FALSE(indexSegment(readerOf(noInit), noInit.size(), 100));
        const Buffer nothing;
        CHECK_FALSE(indexSegment(readerOf(nothing), 0, 100));
    }

    TEST_CASE("a foreign box, a changed moof and a lonely mdat are refused with their place") {
        const Buffer whole = segment();
        const SegmentIndex all = *indexSegment(readerOf(whole), whole.size(), 100);
        const std::size_t moof = all.fragments[1].offset;
        struct Row {
            const char* name;
            std::size_t at;
            std::uint8_t value;
        };
        const Row rows[] = {{"moof is moob", moof + 7, 'b'},
                            {"tfhd flags", moof + 24 + 8 + 10, 1},
                            {"mdat is mdaz", moof + 24 + 2 * 64 + 39 * 16 + 7, 'z'},
                            {"a sample's size", moof + 24 + 64 + 7, 99}};
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));
            Buffer bytes = whole;
            REQUIRE(bytes[row.at] != row.value);
            bytes[row.at] = row.value;
            const auto index = indexSegment(readerOf(bytes), bytes.size(), 100);
            REQUIRE_FALSE(index);
            CHECK(index.error().kind == core::ErrorKind::DataLoss);
            CHECK(index.error().message.find(std::to_string(moof)) != std::string::npos);
        }
    }
}

}  // namespace liuhen::media
