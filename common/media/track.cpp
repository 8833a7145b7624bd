// SPDX-License-Identifier: Apache-2.0
// Track configurations checked against their codec parameters.
#include "common/media/track.hpp"

#include "common/media/aac.hpp"
#include "common/media/h264.hpp"

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::uint32_t kMaxSampleRate = 65535;  // the sample entry's field has 16 bits
constexpr std::size_t kMaxAvcCBytes = 65536;

Result<void> checkSize(std::uint16_t width, std::uint16_t height) {
    if (width == 0 || height == 0 || width > kMaxPictureSide || height > kMaxPictureSide) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("check picture track: {}x{} is no size", width, height));
    }
    return {};
}

Result<void> checkVideo(const VideoTrack& video) {
    LIUHEN_CHECK(checkSize(video.width, video.height));
    if (video.avcC.size() > kMaxAvcCBytes) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("check video track: avcC of {} bytes", video.avcC.size()));
    }
    const auto config = parseAvcC(video.avcC);
    if (!config) {
        return fail(ErrorKind::InvalidArgument, "check video track: " + config.error().message);
    }
    for (const Buffer& sps : config->sps) {
        const auto info = parseSps(sps);
        if (!info) {
            return fail(ErrorKind::InvalidArgument, "check video track: " + info.error().message);
        }
        if (info->width != video.width || info->height != video.height) {
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("check video track: {}x{}, but its parameter sets say {}x{}",
                                    video.width,
                                    video.height,
                                    info->width,
                                    info->height));
        }
    }
    return {};
}

Result<void> checkAudio(const AudioTrack& audio) {
    const auto config = parseAudioSpecificConfig(audio.audioSpecificConfig);
    if (!config) {
        return fail(ErrorKind::InvalidArgument, "check audio track: " + config.error().message);
    }
    if (audio.sampleRate > kMaxSampleRate || config->sampleRate != audio.sampleRate ||
        config->channels != audio.channels) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("check audio track: {} Hz with {} channels, but its configuration "
                                "says {} Hz with {}",
                                audio.sampleRate,
                                audio.channels,
                                config->sampleRate,
                                config->channels));
    }
    return {};
}

}  // namespace

Result<VideoTrack> makeVideoTrack(ByteView sps, ByteView pps) {
    VideoTrack track;
    LIUHEN_TRY(track.avcC, makeAvcC(sps, pps));
    LIUHEN_TRY(const SpsInfo info, parseSps(sps));
    track.width = info.width;
    track.height = info.height;
    return track;
}

Result<void> checkTracks(const Tracks& tracks) {
    if (!tracks.hasPicture() && !tracks.audio) {
        return fail(ErrorKind::InvalidArgument, "check tracks: there is none");
    }
    if (tracks.video && tracks.photo) {
        return fail(ErrorKind::InvalidArgument, "check tracks: video and photo at once");
    }
    if (tracks.video) {
        LIUHEN_CHECK(checkVideo(*tracks.video));
    }
    if (tracks.photo) {
        LIUHEN_CHECK(checkSize(tracks.photo->width, tracks.photo->height));
    }
    if (tracks.audio) {
        LIUHEN_CHECK(checkAudio(*tracks.audio));
    }
    return {};
}

Result<std::string> codecs(const Tracks& tracks) {
    LIUHEN_CHECK(checkTracks(tracks));
    std::string text;
    if (tracks.video) {
        LIUHEN_TRY(const AvcConfig config, parseAvcC(tracks.video->avcC));
        text = codecName(config);
    } else if (tracks.photo) {
        text = "jpeg";
    }
    if (tracks.audio) {
        LIUHEN_TRY(const AacConfig config,
                   parseAudioSpecificConfig(tracks.audio->audioSpecificConfig));
        text += fmt::format("{}mp4a.40.{}", text.empty() ? "" : ",", config.objectType);
    }
    return text;
}

}  // namespace liuhen::media
