// SPDX-License-Identifier: Apache-2.0
// Recordings of sound alone, and photos.
#include "common/media/box_list.hpp"
#include "firmware/recorder/controls.hpp"
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

capture::Photo photoOf(const Bench& bench, std::size_t bytes = 50'000) {
    capture::Photo photo{1920, 1080, bench.clock.boottime(), core::Buffer(bytes)};
    for (std::size_t i = 0; i < bytes; ++i) {
        photo.jpeg[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
    }
    return photo;
}

std::string text(const evidence::Entry& entry, const char* key) {
    const core::Cbor* value = entry.body.find(key);
    REQUIRE(value != nullptr);
    REQUIRE(value->text() != nullptr);
    return *value->text();
}

/// The bodies of all segments, in order.
std::vector<evidence::SegmentBody> segments(Bench& bench) {
    std::vector<evidence::SegmentBody> all;
    for (const evidence::Entry& entry : bench.entries()) {
        if (entry.kind == "segment") {
            all.push_back(evidence::SegmentBody::fromCbor(entry.body).value());
        }
    }
    return all;
}

/// Content of the mdat of a clear segment file.
core::Buffer mdatOf(Bench& bench, const std::string& path) {
    const auto bytes = core::readFile(bench.files, path, 1U << 26U);
    REQUIRE(bytes.has_value());
    core::Buffer found;
    std::uint64_t at = 0;
    while (at < bytes->size()) {
        const auto box = media::readBox(*bytes, at);
        REQUIRE(box.has_value());
        if (box->type == media::kMdat) {
            core::append(found, box->payload);
        }
        at = box->end();
    }
    return found;
}

}  // namespace

TEST_SUITE("recorder/manners") {
    TEST_CASE(
        "a recording of sound alone has no picture track, parts of 500 ms, a segment a minute") {
        Bench bench;
        bench.mustStart();
        bench.beginFilming();
        bench->takeLoss({Track::Picture, "unplugged", std::nullopt, bench.clock.boottime()});
        REQUIRE(bench->startSound("button", bench.clock.boottime()).has_value());
        bench.film(70'000);  // pictures come too; the recording has none of them
        bench->takeReturn(Track::Picture);
        bench.film(1'000);
        REQUIRE(bench->end("button").has_value());
        CHECK(text(bench.last("start"), "manner") == "sound");
        CHECK(bench.kinds()["interruption"] == 0);  // the camera is none of this recording's
        CHECK(bench.kinds()["resume"] == 0);
        const auto made = segments(bench);
        REQUIRE(made.size() == 2);
        for (const evidence::SegmentBody& segment : made) {
            REQUIRE(segment.tracks.size() == 1);
            CHECK(segment.tracks[0].id == evidence::kSoundTrack);
        }
        std::uint64_t end = 0;
        for (const evidence::Entry& entry : bench.entries()) {
            if (entry.kind != "part") {
                continue;
            }
            const auto part = evidence::PartBody::fromCbor(entry.body);
            REQUIRE(part.has_value());
            REQUIRE(part->tracks.size() == 1);
            CHECK(part->tracks[0].start == end);
            CHECK(part->tracks[0].duration <= 48'000 / 2 + 1024);
            end = part->tracks[0].start + part->tracks[0].duration;
        }
        CHECK(end > std::uint64_t{48'000} * 70);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("sound alone that is cut off goes on as sound alone") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        bench.beginFilming();
        REQUIRE(bench->startSound("button", bench.clock.boottime()).has_value());
        bench.film(3'000);
        bench.stop();
        bench.files.crash();
        bench.mustStart();
        CHECK(bench->recording());
        bench.beginFilming();
        bench.film(3'000);
        REQUIRE(bench->end("button").has_value());
        for (const evidence::SegmentBody& segment : segments(bench)) {
            REQUIRE(segment.tracks.size() == 1);
            CHECK(segment.tracks[0].id == evidence::kSoundTrack);
        }
        CHECK(segments(bench).size() == 2);
        CHECK(*bench.last("interruption").body.find("tracks") == core::Cbor::array({2}));
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("the camera's new parameters are nothing to a recording of sound alone") {
        Bench bench;
        bench.mustStart();
        bench.beginFilming();
        REQUIRE(bench->startSound("button", bench.clock.boottime()).has_value());
        bench.film(1'000);
        media::VideoTrack other =
            media::makeVideoTrack(media::samples::hex(media::samples::kSps768),
                                  media::samples::hex(media::samples::kPps768))
                .value();
        bench->takeParameters(Track::Picture, other.avcC);
        bench.film(1'000);
        REQUIRE(bench->end("button").has_value());
        CHECK(segments(bench).size() == 1);
        bench.press();  // with picture: the new ones count
        bench.film(1'000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(segments(bench).back().tracks.size() == 2);
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a photo is a recording of one part whose only sample is the JPEG") {
        Bench bench;
        bench.mustStart();
        const capture::Photo photo = photoOf(bench);
        bench.clock.advance(100ms);
        const auto taken = bench->takePhoto("button", photo.takenAt, photo);
        REQUIRE(taken.has_value());
        CHECK_FALSE(bench->recording());
        CHECK(text(bench.last("start"), "manner") == "photo");
        CHECK(text(bench.last("end"), "reason") == "button");
        CHECK(bench.kinds()["part"] == 1);
        CHECK(bench.kinds()["segment.end"] == 1);
        const auto made = segments(bench);
        REQUIRE(made.size() == 1);
        REQUIRE(made[0].tracks.size() == 1);
        CHECK(made[0].tracks[0].kind == "photo");
        CHECK(made[0].zeroNs == photo.takenAt.count());
        CHECK(mdatOf(bench, fmt::format("{}/footage/0-{}/0.mp4", kCard, *taken)) == photo.jpeg);
        bench.press();  // the next recording is one with picture and sound
        bench.film(1'000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(text(bench.last("start"), "manner") == "video");
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("an encrypted photo is intact and shows none of its bytes") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        const capture::Photo photo = photoOf(bench);
        const auto taken = bench->takePhoto("button", photo.takenAt, photo);
        REQUIRE(taken.has_value());
        const auto file = core::readFile(
            bench.files, fmt::format("{}/footage/0-{}/0.mp4", kCard, *taken), 1U << 26U);
        REQUIRE(file.has_value());
        CHECK(core::textOf(*file).find(core::textOf(core::ByteView(photo.jpeg).first(64))) ==
              std::string_view::npos);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("no photo while recording: the button marks the moment instead") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(1'000);
        const capture::Photo photo = photoOf(bench);
        const auto taken = bench->takePhoto("button", photo.takenAt, photo);
        REQUIRE_FALSE(taken.has_value());
        CHECK(taken.error().kind == core::ErrorKind::FailedPrecondition);
        CHECK(bench.kinds()["start"] == 1);
        Controls controls;
        controls.onPhoto(*bench, photo.takenAt, photo);
        bench.film(1'000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(text(bench.last("mark"), "what") == "note");
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a photo on a card that fails once is stored all the same, or said not to be") {
        for (const bool always : {false, true}) {
            CAPTURE(always);
            Bench bench;
            bench.mustStart();
            bench.failOn(FileOperation::Append, ".mp4", EIO, always ? -1 : 0);
            const capture::Photo photo = photoOf(bench);
            const auto taken = bench->takePhoto("button", photo.takenAt, photo);
            CHECK(taken.has_value() == !always);
            CHECK_FALSE(bench->recording());
            bench.files.setFault(nullptr);
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(bench.kinds()["part.lost"] >= 1);
            CHECK(bench.verdictAfterRestart() == "intact");
        }
    }

    TEST_CASE(
        "a power cut at any operation of a photo leaves a ledger that is intact after a start") {
        bool ended = false;
        for (std::uint64_t cut = 1; !ended; ++cut) {
            CAPTURE(cut);
            Bench bench({.encrypted = cut % 2 == 0});
            bench.mustStart();
            const capture::Photo photo = photoOf(bench, 5'000);
            bench.files.cutAfterOperations(cut);
            ended = bench->takePhoto("button", photo.takenAt, photo).has_value();
            bench.stop();
            bench.files.crash(ended ? 0 : cut * 2654435761U + 1);
            bench.mustStart();
            CHECK_FALSE(bench->recording());  // a photo does not go on
            REQUIRE(bench->shutdown("button").has_value());
            bench.stop();
            CHECK(bench.verdict() == "intact");
        }
    }

    TEST_CASE("SOUND begins and, held, ends; the press that began does not end") {
        Bench bench;
        bench.mustStart();
        bench.beginFilming();
        Controls controls;
        const auto sound = [&bench, &controls](hal::ButtonAction action,
                                               core::Nanoseconds pressed) {
            controls.onButton(*bench,
                              {hal::Button::Sound, action, bench.clock.boottime(), pressed});
        };
        const core::Nanoseconds first = bench.clock.boottime();
        sound(hal::ButtonAction::Press, first);
        CHECK(bench->recording());
        bench.film(2'000);
        sound(hal::ButtonAction::HeldTwoSeconds, first);
        CHECK(bench->recording());
        const core::Nanoseconds second = bench.clock.boottime();
        sound(hal::ButtonAction::Press, second);
        bench.film(2'000);
        sound(hal::ButtonAction::HeldTwoSeconds, second);
        CHECK_FALSE(bench->recording());
        CHECK(text(bench.last("start"), "manner") == "sound");
    }
}

}  // namespace liuhen::recorder::test
