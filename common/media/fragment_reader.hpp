// SPDX-License-Identifier: Apache-2.0
// Reads a fragment that makeFragment wrote, and no other.
#pragma once

#include "common/media/box.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace liuhen::media {

/// One sample as the moof tells of it.
struct SampleInfo {
    std::uint64_t offset = 0;  // of its first byte, from the first byte of moof
    std::uint32_t size = 0;
    std::uint64_t start = 0;     // decode time, track timescale
    std::uint32_t duration = 0;  // track timescale
    std::int32_t compositionOffset = 0;
    bool key = false;

    [[nodiscard]] bool operator==(const SampleInfo&) const = default;
};

/// The samples of one track in a fragment; at least one.
struct TrackRun {
    std::uint64_t start = 0;     // of the first sample
    std::uint64_t duration = 0;  // of all; start + duration does not overflow
    std::vector<SampleInfo> samples;

    [[nodiscard]] std::uint64_t end() const { return start + duration; }
    [[nodiscard]] bool operator==(const TrackRun&) const = default;
};

struct FragmentInfo {
    std::uint32_t sequenceNumber = 0;
    std::uint64_t headBytes = 0;   // moof and the mdat header
    std::uint64_t totalBytes = 0;  // moof and mdat
    std::optional<TrackRun> picture;
    std::optional<TrackRun> sound;

    [[nodiscard]] bool operator==(const FragmentInfo&) const = default;
};

/// Reads moof and mdat, which must fill `bytes`.
///
/// Errors: DataLoss, with box and offset, for anything that makeFragment would not have written:
/// another box, flag, order or size, samples that do not fill mdat exactly, times that overflow.
[[nodiscard]] Result<FragmentInfo> readFragment(ByteView bytes);

/// The same where the samples are not at hand: `bytes` starts with moof and the mdat header.
[[nodiscard]] Result<FragmentInfo> readFragmentHead(ByteView bytes);

}  // namespace liuhen::media
