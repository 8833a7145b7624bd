// SPDX-License-Identifier: Apache-2.0
// What the recorder knows about its tracks before the first sample: sizes, rates, codec parameters.
#pragma once

#include "common/media/box.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace liuhen::media {

inline constexpr std::uint32_t kPictureTrackId = 1;
inline constexpr std::uint32_t kSoundTrackId = 2;
/// Ticks per second of picture tracks. A sound track counts its samples.
inline constexpr std::uint32_t kPictureTimescale = 90000;

/// H.264 picture. Width and height are what the parameter sets in `avcC` say after cropping.
struct VideoTrack {
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    Buffer avcC;  // AVCDecoderConfigurationRecord, ISO/IEC 14496-15 section 5.3.3

    [[nodiscard]] bool operator==(const VideoTrack&) const = default;
};

/// JPEG pictures, each a sample of its own.
struct PhotoTrack {
    std::uint16_t width = 0;
    std::uint16_t height = 0;

    [[nodiscard]] bool operator==(const PhotoTrack&) const = default;
};

/// AAC sound. Rate and channels are what `audioSpecificConfig` says.
struct AudioTrack {
    std::uint32_t sampleRate = 0;  // Hz, at most 65535; the track's timescale
    std::uint16_t channels = 0;
    Buffer audioSpecificConfig;  // ISO/IEC 14496-3 section 1.6.2
    std::uint32_t bitrate = 0;   // bit/s, as configured

    [[nodiscard]] bool operator==(const AudioTrack&) const = default;
};

/// The tracks of a segment: at least one, and not video and photo at once.
struct Tracks {
    std::optional<VideoTrack> video;
    std::optional<PhotoTrack> photo;
    std::optional<AudioTrack> audio;

    [[nodiscard]] bool hasPicture() const { return video.has_value() || photo.has_value(); }
    [[nodiscard]] bool operator==(const Tracks&) const = default;
};

/// The video track for one sequence and one picture parameter set (NAL units without start code).
/// Errors: as makeAvcC and parseSps.
[[nodiscard]] Result<VideoTrack> makeVideoTrack(ByteView sps, ByteView pps);

/// Finds the reason why no init can be made of these tracks, if there is one.
///
/// Errors: InvalidArgument if there is no track, video and photo are both there, a size or rate is
/// zero or too large, or a codec configuration is ill-formed or says another size, rate or channel
/// count.
[[nodiscard]] Result<void> checkTracks(const Tracks& tracks);

/// The `codecs` parameter of RFC 6381 for MSE and `<video>`, such as "avc1.42c028,mp4a.40.2".
/// Errors: as checkTracks.
[[nodiscard]] Result<std::string> codecs(const Tracks& tracks);

}  // namespace liuhen::media
