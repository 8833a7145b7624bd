// SPDX-License-Identifier: Apache-2.0
// Where the fragments of a segment stand and where its key frames are, for playback and seeking.
#pragma once

#include "common/media/box_list.hpp"
#include "common/media/fragment_reader.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace liuhen::media {

/// Media time of one track in a fragment, in the track's timescale.
struct MediaSpan {
    std::uint64_t start = 0;
    std::uint64_t duration = 0;

    [[nodiscard]] bool operator==(const MediaSpan&) const = default;
};

/// One fragment: its bytes and its times.
struct FragmentPlace {
    std::uint64_t offset = 0;  // of moof in the file
    std::uint64_t size = 0;    // moof and mdat
    std::uint32_t sequenceNumber = 0;
    std::optional<MediaSpan> picture;
    std::optional<MediaSpan> sound;
    std::vector<std::uint64_t> keyTimes;  // decode times of the picture's key frames

    [[nodiscard]] bool operator==(const FragmentPlace&) const = default;
};

struct SegmentIndex {
    std::uint64_t initBytes = 0;  // ftyp and moov, from offset 0
    std::vector<FragmentPlace> fragments;
    std::uint64_t indexedBytes =
        0;  // end of the last whole box; less than the file for a torn tail
};

/// What an index says of a fragment that starts at `offset` of its file; also for one decrypted in
/// memory.
[[nodiscard]] FragmentPlace placeOf(const FragmentInfo& fragment, std::uint64_t offset);

/// Indexes a segment in the clear. Reads headers and moofs only; uuid boxes are passed over.
///
/// A torn tail ends the index without an error. Errors: DataLoss if the file does not start with
/// ftyp and moov, a whole moof is not ours or has no mdat of its size behind it, or another box
/// stands between; ResourceExhausted as listBoxes; what `read` answers.
[[nodiscard]] Result<SegmentIndex> indexSegment(const ReadAt& read,
                                                std::uint64_t fileSize,
                                                std::size_t maxBoxes);

}  // namespace liuhen::media
