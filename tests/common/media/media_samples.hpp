// SPDX-License-Identifier: Apache-2.0
// Parameter sets of real x264 and AAC streams, and tracks and fragments made with them.
#pragma once

#include "common/media/fragment_writer.hpp"
#include "common/media/track.hpp"

#include <deque>
#include <string_view>
#include <vector>

namespace liuhen::media::samples {

// libx264 164: 1920x1080, baseline, level 4.0; 1088 coded lines, 8 cropped.
inline constexpr std::string_view kSps1080 = "6742c028da01e0089f970110000003001000000303c0f1832a";
inline constexpr std::string_view kPps1080 = "68ce0fc8";
// The same picture in high profile.
inline constexpr std::string_view kSps1080High =
    "67640028acb200f0044fcb8088000003000800000301e078c19240";
inline constexpr std::string_view kPps1080High = "68ebc3cb22c0";
// 768x576, main profile, level 3.1: nothing cropped.
inline constexpr std::string_view kSps768 = "674d401fda030049b011000003000100000300140f1832a0";
inline constexpr std::string_view kPps768 = "68ef0fc8";

inline Buffer hex(std::string_view text) {
    return core::fromHex(text).value();
}

inline VideoTrack video1080() {
    return makeVideoTrack(hex(kSps1080), hex(kPps1080)).value();
}

/// AAC-LC, 48 kHz, one channel.
inline AudioTrack aac48() {
    return {
        .sampleRate = 48000, .channels = 1, .audioSpecificConfig = hex("1188"), .bitrate = 64000};
}

inline Tracks pictureAndSound() {
    Tracks tracks;
    tracks.video = video1080();
    tracks.audio = aac48();
    return tracks;
}

/// Samples that own their bytes. Each is `bytes` + its number long.
class Run {
public:
    Run(std::uint64_t start, std::uint32_t duration, std::size_t count, std::size_t bytes) {
        for (std::size_t i = 0; i < count; ++i) {
            data_.emplace_back(bytes + i, static_cast<std::uint8_t>(i + 1));
            samples_.push_back({.start = start + i * duration,
                                .duration = duration,
                                .compositionOffset = 0,
                                .key = i == 0,
                                .data = data_.back()});
        }
    }
    [[nodiscard]] std::vector<Sample>& samples() { return samples_; }

private:
    std::deque<Buffer> data_;
    std::vector<Sample> samples_;
};

/// A fragment's bytes as a recorder writes them: head, then all samples.
inline Buffer wholeFragment(std::uint32_t number,
                            std::span<const Sample> picture,
                            std::span<const Sample> sound) {
    const FragmentHead head = makeFragment(number, picture, sound).value();
    Buffer bytes = head.bytes;
    for (const auto& samples : {picture, sound}) {
        for (const Sample& sample : samples) {
            core::append(bytes, sample.data);
        }
    }
    return bytes;
}

/// Copies a view with one bit changed.
inline Buffer flipped(ByteView bytes, std::size_t bit) {
    Buffer copy = core::toBuffer(bytes);
    copy[bit / 8] = static_cast<std::uint8_t>(copy[bit / 8] ^ 1U << bit % 8);
    return copy;
}

}  // namespace liuhen::media::samples
