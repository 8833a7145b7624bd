// SPDX-License-Identifier: Apache-2.0
// Tracks must agree with their codec parameters.
#include "common/media/track.hpp"

#include "tests/common/media/media_samples.hpp"

#include <doctest/doctest.h>

namespace liuhen::media {

TEST_SUITE("media/track") {
    TEST_CASE("a video track takes its size from the parameter sets") {
        const auto track =
            makeVideoTrack(samples::hex(samples::kSps768), samples::hex(samples::kPps768));
        REQUIRE(track);
        CHECK(track->width == 768);
        CHECK(track->height == 576);
        CHECK_FALSE(makeVideoTrack({}, samples::hex(samples::kPps768)));
    }

    TEST_CASE("codecs are named as browsers want them") {
        Tracks tracks = samples::pictureAndSound();
        CHECK(*codecs(tracks) == "avc1.42c028,mp4a.40.2");
        tracks.audio.reset();
        CHECK(*codecs(tracks) == "avc1.42c028");
        tracks.video.reset();
        CHECK_FALSE(codecs(tracks));
        tracks.audio = samples::aac48();
        CHECK(*codecs(tracks) == "mp4a.40.2");
    }

    TEST_CASE("tracks that disagree with themselves are refused") {
        using Change = void (*)(Tracks&);
        struct Row {
            const char* name;
            Change change;
        };
        const Row rows[] = {
            {"no track", [](Tracks& t) { t = {}; }},
            {"video and photo",
             [](Tracks& t) {
                 t.photo = PhotoTrack{8, 8};
             }},
            {"other width", [](Tracks& t) { t.video->width = 1918; }},
            {"coded instead of cropped height", [](Tracks& t) { t.video->height = 1088; }},
            {"no avcC", [](Tracks& t) { t.video->avcC.clear(); }},
            {"other rate", [](Tracks& t) { t.audio->sampleRate = 44100; }},
            {"other channels", [](Tracks& t) { t.audio->channels = 2; }},
            {"no audio configuration", [](Tracks& t) { t.audio->audioSpecificConfig.clear(); }},
            {"rate beyond the sample entry",
             [](Tracks& t) {
                 t.audio->sampleRate = 96000;
                 t.audio->audioSpecificConfig = samples::hex("1008");
             }},
            {"photo without height",
             [](Tracks& t) {
                 t.video.reset();
                 t.photo = PhotoTrack{640, 0};
             }},
            {"photo too wide",
             [](Tracks& t) {
                 t.video.reset();
                 t.photo = PhotoTrack{16385, 480};
             }},
        };
        CHECK(checkTracks(samples::pictureAndSound()));
        for (const Row& row : rows) {
            CAPTURE(std::string(row.name));
            Tracks tracks = samples::pictureAndSound();
            row.change(tracks);
            const auto checked = checkTracks(tracks);
            REQUIRE_FALSE(checked);
            CHECK(checked.error().kind == core::ErrorKind::InvalidArgument);
        }
    }
}

}  // namespace liuhen::media
