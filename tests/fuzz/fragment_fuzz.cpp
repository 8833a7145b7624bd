// SPDX-License-Identifier: Apache-2.0
// Fragments and segments from outside: what is read must be what makeFragment writes for the same
// samples.
#include "common/media/fragment_reader.hpp"
#include "common/media/fragment_writer.hpp"
#include "common/media/index.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace liuhen::media;  // NOLINT(google-build-using-namespace): one driver, one namespace

std::vector<Sample> samplesOf(const std::optional<TrackRun>& run, ByteView bytes) {
    std::vector<Sample> samples;
    if (run) {
        for (const SampleInfo& info : run->samples) {
            samples.push_back(
                {.start = info.start,
                 .duration = info.duration,
                 .compositionOffset = info.compositionOffset,
                 .key = info.key,
                 .data = bytes.subspan(static_cast<std::size_t>(info.offset), info.size)});
        }
    }
    return samples;
}

void checkFragment(ByteView bytes) {
    const auto info = readFragment(bytes);
    if (!info) {
        return;
    }
    const auto head = makeFragment(
        info->sequenceNumber, samplesOf(info->picture, bytes), samplesOf(info->sound, bytes));
    LIUHEN_ASSERT(head.has_value());
    LIUHEN_ASSERT(liuhen::core::equal(head->bytes, bytes.first(head->bytes.size())));
    LIUHEN_ASSERT(head->bytes.size() + head->payloadBytes == bytes.size());
}

void checkSegment(ByteView bytes) {
    const ReadAt read = [bytes](std::uint64_t offset,
                                std::span<std::uint8_t> into) -> Result<std::size_t> {
        LIUHEN_ASSERT(offset + into.size() <= bytes.size());
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return into.size();
    };
    const auto index = indexSegment(read, bytes.size(), 1000);
    if (index) {
        LIUHEN_ASSERT(index->indexedBytes <= bytes.size());
        for (const FragmentPlace& place : index->fragments) {
            checkFragment(bytes.subspan(static_cast<std::size_t>(place.offset),
                                        static_cast<std::size_t>(place.size)));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    checkFragment({data, size});
    checkSegment({data, size});
    return 0;
}
