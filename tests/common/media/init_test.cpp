// SPDX-License-Identifier: Apache-2.0
// The init: its boxes, its round trip, and that no other bytes are taken for one.
#include "common/media/init_reader.hpp"
#include "common/media/init_writer.hpp"
#include "tests/common/media/media_samples.hpp"

#include <string>

#include <doctest/doctest.h>

namespace liuhen::media {

namespace {

bool isContainer(std::uint32_t type) {
    for (const std::uint32_t container : {kMoov,
                                          fourcc("trak"),
                                          fourcc("mdia"),
                                          fourcc("minf"),
                                          fourcc("dinf"),
                                          fourcc("stbl"),
                                          fourcc("mvex")}) {
        if (type == container) {
            return true;
        }
    }
    return false;
}

/// The boxes as "moov(mvhd:108 trak(...))". Nesting is known to be shallow here.
// NOLINTNEXTLINE(misc-no-recursion)
std::string outline(ByteView boxes) {
    std::string text;
    for (std::uint64_t at = 0; at < boxes.size();) {
        const Box box = readBox(boxes, at).value();
        text += (text.empty() ? "" : " ") + typeName(box.type);
        text += isContainer(box.type) ? "(" + outline(box.payload) + ")"
                                      : ":" + std::to_string(box.size);
        at = box.end();
    }
    return text;
}

std::string find(ByteView init, std::string_view type, std::size_t behindType, std::size_t count) {
    const std::size_t at = core::textOf(init).find(type);
    REQUIRE(at != std::string_view::npos);
    return core::toHex(init.subspan(at + 4 + behindType, count));
}

Tracks photoOnly() {
    Tracks tracks;
    tracks.photo = PhotoTrack{4000, 3000};
    return tracks;
}

}  // namespace

TEST_SUITE("media/init") {
    TEST_CASE("an init with picture and sound has these boxes and no other") {
        const Buffer init = *makeInit(samples::pictureAndSound());
        CHECK(outline(init) ==
              "ftyp:28 moov(mvhd:108 "
              "trak(tkhd:92 mdia(mdhd:32 hdlr:40 minf(vmhd:20 dinf(dref:28) "
              "stbl(stsd:150 stts:16 stsc:16 stsz:20 stco:16)))) "
              "trak(tkhd:92 mdia(mdhd:32 hdlr:38 minf(smhd:16 dinf(dref:28) "
              "stbl(stsd:91 stts:16 stsc:16 stsz:20 stco:16)))) "
              "mvex(trex:32 trex:32))");
        CHECK(core::toHex(ByteView(init).first(28)) ==
              "0000001c"
              "66747970"
              "69736f36"
              "00000000"
              "69736f36"
              "636d6663"
              "6d703431");
    }

    TEST_CASE("the fields that players need stand where the standard has them") {
        const Buffer init = *makeInit(samples::pictureAndSound());
        CHECK(find(init, "tkhd", 0, 16) ==
              "00000007"
              "00000000"
              "00000000"
              "00000001");
        CHECK(find(init, "tkhd", 76, 8) ==
              "07800000"
              "04380000");
        CHECK(find(init, "mdhd", 12, 8) ==
              "00015f90"
              "00000000");
        CHECK(find(init, "avc1", 24, 4) ==
              "0780"
              "0438");
        CHECK(find(init, "avcC", 0, 4) == "0142c028");
        CHECK(find(init, "mp4a", 16, 12) ==
              "0001"
              "0010"
              "00000000"
              "bb800000");
        CHECK(find(init, "esds", 0, 31) ==
              "00000000"
              "0319"
              "0000"
              "00"
              "0411"
              "40"
              "15"
              "000000"
              "0000fa00"
              "0000fa00"
              "0502"
              "1188"
              "060102");
        CHECK(find(init, "trex", 0, 24) ==
              "00000000"
              "00000001"
              "00000001"
              "00000000"
              "00000000"
              "00000000");
    }

    TEST_CASE("either track may be absent") {
        Tracks tracks = samples::pictureAndSound();
        tracks.audio.reset();
        const Buffer picture = *makeInit(tracks);
        CHECK(outline(picture).find("mvex(trex:32)") != std::string::npos);
        CHECK(*readInit(picture) == tracks);
        tracks = samples::pictureAndSound();
        tracks.video.reset();
        const Buffer sound = *makeInit(tracks);
        CHECK(outline(sound).find("vmhd") == std::string::npos);
        CHECK(*readInit(sound) == tracks);
        CHECK_FALSE(makeInit(Tracks{}));
    }

    TEST_CASE("a photo is a track of JPEG samples") {
        const Buffer init = *makeInit(photoOnly());
        CHECK(find(init, "jpeg", 24, 4) ==
              "0fa0"
              "0bb8");
        CHECK(*readInit(init) == photoOnly());
        Tracks withSound = photoOnly();
        withSound.audio = samples::aac48();
        CHECK(*readInit(*makeInit(withSound)) == withSound);
    }

    TEST_CASE("the same tracks give the same bytes, and reading gives the tracks back") {
        const Tracks tracks = samples::pictureAndSound();
        const Buffer init = *makeInit(tracks);
        CHECK(init == *makeInit(tracks));
        const auto read = readInit(init);
        REQUIRE(read);
        CHECK(*read == tracks);
    }

    TEST_CASE("a flipped bit is refused or tells of other tracks") {
        for (const Tracks& tracks : {samples::pictureAndSound(), photoOnly()}) {
            const Buffer init = *makeInit(tracks);
            std::size_t refused = 0;
            for (std::size_t bit = 0; bit < init.size() * 8; ++bit) {
                const auto read = readInit(samples::flipped(init, bit));
                if (!read) {
                    ++refused;
                    CHECK(read.error().kind == core::ErrorKind::DataLoss);
                } else if (*read == tracks) {
                    FAIL("bit " << bit << " does not matter");
                }
            }
            CHECK(refused > init.size() * 8 * 9 / 10);
        }
    }

    TEST_CASE("every cut and every byte more is refused") {
        const Buffer init = *makeInit(samples::pictureAndSound());
        for (std::size_t length = 0; length < init.size(); ++length) {
            CAPTURE(length);
            CHECK_FALSE(readInit(ByteView(init).first(length)));
        }
        Buffer longer = init;
        longer.push_back(0);
        CHECK_FALSE(readInit(longer));
        Buffer withBox = init;
        REQUIRE(appendUuidBox(withBox, {}, {}));
        CHECK_FALSE(readInit(withBox));
    }

    TEST_CASE("the message tells the first byte that is wrong") {
        Buffer init = *makeInit(samples::pictureAndSound());
        init[44] = 1;  // creation time in mvhd
        const auto read = readInit(init);
        REQUIRE_FALSE(read);
        CHECK(read.error().message.find("byte 44 ") != std::string::npos);
    }

    TEST_CASE("two tracks of one kind are refused") {
        Tracks tracks = samples::pictureAndSound();
        tracks.audio.reset();
        const Buffer init = *makeInit(tracks);
        const Box moov = *readBox(init, 28);
        const Box mvhd = *readBox(moov.payload, 0);
        const Box trak = *readBox(moov.payload, mvhd.end());
        Buffer twice = core::toBuffer(ByteView(init).first(28));
        core::appendU32(twice, static_cast<std::uint32_t>(moov.size + trak.size));
        core::append(twice, ByteView(init).subspan(32, 4 + mvhd.size + trak.size));
        core::append(twice, ByteView(init).subspan(36 + mvhd.size));
        CHECK(readBox(twice, 28)->end() == twice.size());
        CHECK_FALSE(readInit(twice));
    }
}

}  // namespace liuhen::media
