// SPDX-License-Identifier: Apache-2.0
// Takes the configuration out of an init, makes the init of it again and compares: one rule for
// every byte.
#include "common/media/init_reader.hpp"

#include "common/media/init_layout.hpp"
#include "common/media/init_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

using namespace init_layout;  // NOLINT(google-build-using-namespace): constants of this one format

tl::unexpected<core::Error> bad(std::string_view why) {
    return fail(ErrorKind::DataLoss, fmt::format("read init: {}", why));
}

/// The first child of that type.
Result<Box> child(ByteView boxes, std::uint32_t type) {
    std::uint64_t offset = 0;
    while (offset < boxes.size()) {
        LIUHEN_TRY(const Box box, readBox(boxes, offset));
        if (box.type == type) {
            return box;
        }
        offset = box.end();
    }
    return bad(fmt::format("there is no '{}' where one belongs", typeName(type)));
}

/// `bytes` without its first `count`; empty if there are not so many.
ByteView behind(ByteView bytes, std::size_t count) {
    return bytes.subspan(std::min(count, bytes.size()));
}

Result<void> takeVisual(const Box& entry, Tracks& tracks) {
    core::ByteReader reader(behind(entry.payload, kVisualWidthOffset));
    LIUHEN_TRY(const std::uint16_t width, reader.u16());
    LIUHEN_TRY(const std::uint16_t height, reader.u16());
    if (entry.type == kJpeg) {
        tracks.photo = PhotoTrack{width, height};
        return {};
    }
    LIUHEN_TRY(const Box avcC, child(behind(entry.payload, kVisualEntryBytes), kAvcC));
    tracks.video = VideoTrack{width, height, core::toBuffer(avcC.payload)};
    return {};
}

Result<void> takeAudio(const Box& entry, Tracks& tracks) {
    AudioTrack audio;
    core::ByteReader channels(behind(entry.payload, kAudioChannelsOffset));
    LIUHEN_TRY(audio.channels, channels.u16());
    core::ByteReader rate(behind(entry.payload, kAudioRateOffset));
    LIUHEN_TRY(audio.sampleRate, rate.u16());
    LIUHEN_TRY(const Box esds, child(behind(entry.payload, kAudioEntryBytes), kEsds));
    core::ByteReader bitrate(behind(esds.payload, kEsdsBitrateOffset));
    LIUHEN_TRY(audio.bitrate, bitrate.u32());
    core::ByteReader config(behind(esds.payload, kEsdsConfigLengthOffset));
    LIUHEN_TRY(const std::uint8_t length, config.u8());
    LIUHEN_TRY(const ByteView bytes, config.take(length));
    audio.audioSpecificConfig = core::toBuffer(bytes);
    tracks.audio = std::move(audio);
    return {};
}

Result<void> takeTrack(const Box& trak, Tracks& tracks) {
    ByteView at = trak.payload;
    for (const std::uint32_t type : {kMdia, kMinf, kStbl, kStsd}) {
        LIUHEN_TRY(const Box box, child(at, type));
        at = box.payload;
    }
    LIUHEN_TRY(const Box entry, readBox(behind(at, kStsdHeadBytes), 0));
    if (entry.type == kAvc1 || entry.type == kJpeg) {
        return takeVisual(entry, tracks);
    }
    if (entry.type == kMp4a) {
        return takeAudio(entry, tracks);
    }
    return bad(fmt::format("sample entry '{}' is none of ours", typeName(entry.type)));
}

Result<Tracks> takeTracks(ByteView bytes) {
    LIUHEN_TRY(const Box moov, child(bytes, kMoov));
    Tracks tracks;
    std::uint64_t offset = 0;
    while (offset < moov.payload.size()) {
        LIUHEN_TRY(const Box box, readBox(moov.payload, offset));
        if (box.type == kTrak) {
            LIUHEN_CHECK(takeTrack(box, tracks));
        }
        offset = box.end();
    }
    return tracks;
}

}  // namespace

Result<Tracks> readInit(ByteView bytes) {
    auto tracks = takeTracks(bytes);
    if (!tracks) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read init of {} bytes: {}", bytes.size(), tracks.error().message));
    }
    const auto expected = makeInit(*tracks);
    if (!expected) {
        return bad(expected.error().message);
    }
    if (!core::equal(bytes, *expected)) {
        const auto differing =
            std::mismatch(bytes.begin(), bytes.end(), expected->begin(), expected->end());
        return bad(
            fmt::format("{} bytes, of which byte {} is not as written for these tracks ({} bytes)",
                        bytes.size(),
                        differing.first - bytes.begin(),
                        expected->size()));
    }
    return tracks;
}

}  // namespace liuhen::media
