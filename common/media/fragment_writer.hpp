// SPDX-License-Identifier: Apache-2.0
// Makes the head of a CMAF fragment, so that it and the samples go to disk in one writev, uncopied.
#pragma once

#include "common/media/box.hpp"

#include <cstdint>
#include <span>

namespace liuhen::media {

/// One sample of a track; picture: an access unit with 4-byte NAL unit lengths, or a JPEG; sound:
/// an AAC frame.
struct Sample {
    std::uint64_t start = 0;     // decode time since the recording's first sample, track timescale
    std::uint32_t duration = 0;  // track timescale, not 0
    std::int32_t compositionOffset = 0;
    bool key = false;  // starts with an IDR slice, or is a JPEG; sound is always written as key
    ByteView data;     // not empty; must stay until written
};

/// What stands before the samples.
struct FragmentHead {
    Buffer bytes;                    // moof and the 8 header bytes of mdat
    std::uint64_t payloadBytes = 0;  // of mdat: all samples of the picture, then all of the sound
};

/// Most samples of one track in a fragment: more than five minutes of AAC at 48 kHz.
inline constexpr std::size_t kMaxRunSamples = 16384;
/// The longest moof that this gives, with the mdat header behind it.
inline constexpr std::size_t kMaxFragmentHeadBytes = 24 + 2 * (64 + 16 * kMaxRunSamples) + 8;

/// Makes the head of the fragment that holds these samples. One allocation; copies no sample.
///
/// Each sample must start where the one before it in its track ended. Either track may be empty,
/// not both. Errors: InvalidArgument for a gap, an empty sample, a duration of 0, more samples than
/// kMaxRunSamples, or an mdat that does not fit a 32-bit size.
[[nodiscard]] Result<FragmentHead> makeFragment(std::uint32_t sequenceNumber,
                                                std::span<const Sample> picture,
                                                std::span<const Sample> sound);

}  // namespace liuhen::media
