// SPDX-License-Identifier: Apache-2.0
// ftyp and moov, field by field (ISO/IEC 14496-12, 14496-14, 14496-15; docs/format/media.md).
#include "common/media/init_writer.hpp"

#include "common/media/init_layout.hpp"

#include <array>

namespace liuhen::media {

using core::append;
using core::appendU16;
using core::appendU32;
using core::appendU8;

namespace {

using namespace init_layout;  // NOLINT(google-build-using-namespace): constants of this one format

constexpr std::uint32_t kMovieTimescale = 1000;
constexpr std::uint32_t kOne = 0x00010000;       // 1.0 as 16.16
constexpr std::uint16_t kUndetermined = 0x55c4;  // language "und"
constexpr std::array<std::uint32_t, 9> kUnityMatrix = {kOne, 0, 0, 0, kOne, 0, 0, 0, 0x40000000};

void appendZeros(Buffer& to, std::size_t count) {
    to.resize(to.size() + count);
}

/// Appends a box whose payload `body` appends.
template <class Body>
void box(Buffer& to, std::uint32_t type, Body body) {
    const std::size_t start = to.size();
    appendU32(to, 0);
    appendU32(to, type);
    body();
    const std::size_t size = to.size() - start;
    for (unsigned i = 0; i < 4; ++i) {
        to[start + i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
    }
}

/// The same for a box with version 0 and flags.
template <class Body>
void fullBox(Buffer& to, std::uint32_t type, std::uint32_t flags, Body body) {
    box(to, type, [&] {
        appendU32(to, flags);
        body();
    });
}

void appendMatrix(Buffer& to) {
    for (const std::uint32_t value : kUnityMatrix) {
        appendU32(to, value);
    }
}

void appendFtyp(Buffer& to) {
    box(to, kFtyp, [&] {
        appendU32(to, fourcc("iso6"));
        appendU32(to, 0);  // minor version
        appendU32(to, fourcc("iso6"));
        appendU32(to, fourcc("cmfc"));
        appendU32(to, fourcc("mp41"));
    });
}

void appendMvhd(Buffer& to) {
    fullBox(to, fourcc("mvhd"), 0, [&] {
        appendZeros(to, 8);  // creation and modification time
        appendU32(to, kMovieTimescale);
        appendU32(to, 0);       // duration
        appendU32(to, kOne);    // rate
        appendU16(to, 0x0100);  // volume
        appendZeros(to, 10);
        appendMatrix(to);
        appendZeros(to, 24);
        appendU32(to, kSoundTrackId + 1);  // next_track_ID
    });
}

/// What differs between a picture's and a sound's trak but for the sample entry.
struct TrackHead {
    std::uint32_t id = 0;
    std::uint32_t timescale = 0;
    std::uint32_t handler = 0;
    std::string_view name;
    std::uint16_t volume = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
};

void appendTkhd(Buffer& to, const TrackHead& head) {
    constexpr std::uint32_t kEnabledInMovieInPreview = 7;
    fullBox(to, fourcc("tkhd"), kEnabledInMovieInPreview, [&] {
        appendZeros(to, 8);  // creation and modification time
        appendU32(to, head.id);
        appendZeros(to, 4);
        appendU32(to, 0);     // duration
        appendZeros(to, 12);  // reserved, layer, alternate group
        appendU16(to, head.volume);
        appendZeros(to, 2);
        appendMatrix(to);
        appendU32(to, static_cast<std::uint32_t>(head.width) << 16U);
        appendU32(to, static_cast<std::uint32_t>(head.height) << 16U);
    });
}

void appendMediaHead(Buffer& to, const TrackHead& head) {
    fullBox(to, fourcc("mdhd"), 0, [&] {
        appendZeros(to, 8);  // creation and modification time
        appendU32(to, head.timescale);
        appendU32(to, 0);  // duration
        appendU16(to, kUndetermined);
        appendU16(to, 0);
    });
    fullBox(to, fourcc("hdlr"), 0, [&] {
        appendU32(to, 0);
        appendU32(to, head.handler);
        appendZeros(to, 12);
        append(to, core::viewOf(head.name));
        appendU8(to, 0);
    });
}

/// Media header, data reference and empty sample tables around the sample entry.
template <class Entry>
void appendMinf(Buffer& to, const TrackHead& head, Entry entry) {
    box(to, kMinf, [&] {
        if (head.handler == fourcc("vide")) {
            fullBox(to, fourcc("vmhd"), 1, [&] { appendZeros(to, 8); });
        } else {
            fullBox(to, fourcc("smhd"), 0, [&] { appendZeros(to, 4); });
        }
        box(to, fourcc("dinf"), [&] {
            fullBox(to, fourcc("dref"), 0, [&] {
                appendU32(to, 1);
                fullBox(to, fourcc("url "), 1, [] {});  // 1: the media is in this file
            });
        });
        box(to, kStbl, [&] {
            fullBox(to, kStsd, 0, [&] {
                appendU32(to, 1);
                entry();
            });
            fullBox(to, fourcc("stts"), 0, [&] { appendU32(to, 0); });
            fullBox(to, fourcc("stsc"), 0, [&] { appendU32(to, 0); });
            fullBox(to, fourcc("stsz"), 0, [&] { appendZeros(to, 8); });
            fullBox(to, fourcc("stco"), 0, [&] { appendU32(to, 0); });
        });
    });
}

template <class Entry>
void appendTrak(Buffer& to, const TrackHead& head, Entry entry) {
    box(to, kTrak, [&] {
        appendTkhd(to, head);
        box(to, kMdia, [&] {
            appendMediaHead(to, head);
            appendMinf(to, head, entry);
        });
    });
}

template <class Children>
void appendVisualEntry(Buffer& to, std::uint32_t type, const TrackHead& head, Children children) {
    box(to, type, [&] {
        appendZeros(to, 6);
        appendU16(to, 1);  // data_reference_index
        appendZeros(to, 16);
        appendU16(to, head.width);
        appendU16(to, head.height);
        appendU32(to, 0x00480000);  // 72 dpi
        appendU32(to, 0x00480000);
        appendU32(to, 0);
        appendU16(to, 1);       // frames per sample
        appendZeros(to, 32);    // compressor name
        appendU16(to, 0x0018);  // depth
        appendU16(to, 0xffff);
        children();
    });
}

void appendEsds(Buffer& to, const AudioTrack& audio) {
    // Lengths fit one byte: checkTracks bounds the configuration to 64 bytes.
    const auto config = static_cast<std::uint8_t>(audio.audioSpecificConfig.size());
    const auto decoder = static_cast<std::uint8_t>(13 + 2 + config);
    const auto stream = static_cast<std::uint8_t>(3 + 2 + decoder + 3);
    fullBox(to, kEsds, 0, [&] {
        append(to, std::array<std::uint8_t, 2>{0x03, stream});   // ES_Descriptor
        appendU16(to, 0);                                        // ES_ID
        appendU8(to, 0);                                         // flags
        append(to, std::array<std::uint8_t, 2>{0x04, decoder});  // DecoderConfigDescriptor
        append(to,
               std::array<std::uint8_t, 5>{
                   0x40, 0x15, 0, 0, 0});  // MPEG-4 audio, audio stream, buffer size
        appendU32(to, audio.bitrate);      // maximum
        appendU32(to, audio.bitrate);      // average
        append(to, std::array<std::uint8_t, 2>{0x05, config});  // DecoderSpecificInfo
        append(to, audio.audioSpecificConfig);
        append(to, std::array<std::uint8_t, 3>{0x06, 1, 0x02});  // SLConfigDescriptor
    });
}

void appendPicture(Buffer& to, const Tracks& tracks) {
    TrackHead head{.id = kPictureTrackId,
                   .timescale = kPictureTimescale,
                   .handler = fourcc("vide"),
                   .name = "picture",
                   .volume = 0,
                   .width = tracks.video ? tracks.video->width : tracks.photo->width,
                   .height = tracks.video ? tracks.video->height : tracks.photo->height};
    appendTrak(to, head, [&] {
        if (tracks.video) {
            appendVisualEntry(
                to, kAvc1, head, [&] { box(to, kAvcC, [&] { append(to, tracks.video->avcC); }); });
        } else {
            appendVisualEntry(to, kJpeg, head, [] {});
        }
    });
}

void appendSound(Buffer& to, const AudioTrack& audio) {
    const TrackHead head{.id = kSoundTrackId,
                         .timescale = audio.sampleRate,
                         .handler = fourcc("soun"),
                         .name = "sound",
                         .volume = 0x0100,
                         .width = 0,
                         .height = 0};
    appendTrak(to, head, [&] {
        box(to, kMp4a, [&] {
            appendZeros(to, 6);
            appendU16(to, 1);  // data_reference_index
            appendZeros(to, 8);
            appendU16(to, audio.channels);
            appendU16(to, 16);  // sample size
            appendZeros(to, 4);
            appendU32(to, audio.sampleRate << 16U);
            appendEsds(to, audio);
        });
    });
}

void appendTrex(Buffer& to, std::uint32_t trackId) {
    fullBox(to, fourcc("trex"), 0, [&] {
        appendU32(to, trackId);
        appendU32(to, 1);     // default_sample_description_index
        appendZeros(to, 12);  // duration, size, flags: each trun has them
    });
}

}  // namespace

Result<Buffer> makeInit(const Tracks& tracks) {
    LIUHEN_CHECK(checkTracks(tracks));
    Buffer init;
    init.reserve(2048);
    appendFtyp(init);
    box(init, kMoov, [&] {
        appendMvhd(init);
        if (tracks.hasPicture()) {
            appendPicture(init, tracks);
        }
        if (tracks.audio) {
            appendSound(init, *tracks.audio);
        }
        box(init, fourcc("mvex"), [&] {
            if (tracks.hasPicture()) {
                appendTrex(init, kPictureTrackId);
            }
            if (tracks.audio) {
                appendTrex(init, kSoundTrackId);
            }
        });
    });
    return init;
}

}  // namespace liuhen::media
