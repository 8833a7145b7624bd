// SPDX-License-Identifier: Apache-2.0
// Sources that come, go and change, and what is due while nothing happens.
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cerrno>

#include <fmt/ranges.h>

namespace liuhen::recorder::test {

namespace {

capture::SourceLost lost(const Bench& bench, Track track, std::string cause = "unplugged") {
    return {track, std::move(cause), std::nullopt, bench.clock.boottime()};
}

/// The first interruption's tracks.
core::Cbor tracksOf(Bench& bench) {
    return *bench.last("interruption").body.find("tracks");
}

}  // namespace

TEST_SUITE("recorder/session") {
    TEST_CASE("a source that was lost before the press is told after it") {
        Bench bench;
        bench.mustStart();
        bench->takeLoss(lost(bench, Track::Sound, "gone \xFF\n"));
        bench.sounds = false;
        bench.press();
        bench.film(2000);
        CHECK(tracksOf(bench) == core::Cbor::array({2}));
        bench->takeReturn(Track::Sound);
        bench.sounds = true;
        bench.film(2000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
        CHECK(bench.kinds()["resume"] == 1);
    }

    TEST_CASE("a source lost and found again in standby is no interruption") {
        Bench bench;
        bench.mustStart();
        bench->takeLoss(lost(bench, Track::Sound));
        bench->takeReturn(Track::Sound);
        bench.press();
        bench.film(1000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.kinds()["interruption"] == 0);
    }

    TEST_CASE("with both sources gone entries are durable within a second") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(2000);
        bench->takeLoss(lost(bench, Track::Sound));
        bench->takeLoss(lost(bench, Track::Picture));
        bench.sounds = bench.pictures = false;
        REQUIRE(bench->mark("focus", bench.clock.boottime()).has_value());
        bench.film(1000);
        CHECK_FALSE(bench->ledger().hasUnsynced());
        bench.stop();
        bench.files.crash();
        CHECK(bench.kinds()["mark"] == 1);
        CHECK(bench.kinds()["interruption"] == 2);
    }

    TEST_CASE("while parts flow the ledger is not synced for them") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(2000);
        const std::uint64_t syncs = bench.files.syncs();
        bench.film(10'000);
        CHECK(bench.files.syncs() - syncs <= 21);  // one for each part
    }

    TEST_CASE("what is told after the end of all is not written") {
        Bench bench;
        bench.mustStart();
        bench.clock.advance(59'970ms);
        bench->tick(80, 1);
        REQUIRE(bench->shutdown("button").has_value());
        const auto head = bench->ledger().head();
        bench.clock.advance(300s);
        bench->tick(80, 1);
        bench->takeLoss(lost(bench, Track::Sound));
        CHECK_FALSE(bench->start("button", bench.clock.boottime()).has_value());
        CHECK_FALSE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        CHECK_FALSE(bench->dock(core::Buffer(32, 1)).has_value());
        CHECK_FALSE(bench->setClock(1, {}).has_value());
        CHECK_FALSE(bench->shutdown("button").has_value());
        CHECK(bench->ledger().head() == head);
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("new parameter sets begin a segment, and units made with the old ones stay outside") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(1280);  // the last group has 7 pictures that are not yet in a part
        auto other = media::samples::hex(media::samples::kSps768);
        const auto changed =
            media::makeVideoTrack(other, media::samples::hex(media::samples::kPps768));
        REQUIRE(changed.has_value());
        bench->takeParameters(Track::Picture, changed->avcC);
        bench.beginFilming();
        bench.film(2000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
        std::vector<std::uint64_t> pictures;
        for (const auto& entry : bench.entries()) {
            if (entry.kind == "segment") {
                pictures.push_back(0);
            } else if (entry.kind == "part") {
                const auto body = evidence::PartBody::fromCbor(entry.body);
                for (const auto& span : body->tracks) {
                    pictures.back() += span.track == 1 ? span.samples : 0;
                }
            }
        }
        CAPTURE(fmt::format("{}", fmt::join(pictures, " ")));
        CHECK(pictures == std::vector<std::uint64_t>{32, 50});
    }

    TEST_CASE("sound captured before the first picture and arriving after it is kept") {
        Bench bench;
        bench.mustStart();
        const core::Nanoseconds now = bench.clock.boottime();
        REQUIRE(bench->start("button", now).has_value());
        static const core::Buffer kBytes(300, 7);
        const auto give = [&bench](Track track, core::Nanoseconds at, bool key) {
            bench->takeUnit(EncodedUnit{track, at, 40ms, key, kBytes, nullptr});
        };
        give(Track::Picture, now - 40ms, false);  // before any key frame: nothing to begin with
        give(Track::Picture, now, true);
        give(Track::Sound, now - 50ms, true);
        for (int i = 1; i < 50; ++i) {
            bench.clock.advance(40ms);
            give(Track::Picture, now + i * 40ms, i % 25 == 0);
            give(Track::Sound, now - 50ms + i * 42'666'666ns, true);
            give(Track::Sound, now - 50ms + i * 42'666'666ns - 21'333'333ns, true);
        }
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
        for (const auto& entry : bench.entries()) {
            if (entry.kind == "part") {
                const auto body = evidence::PartBody::fromCbor(entry.body);
                REQUIRE(body->tracks.size() == 2);
                CHECK(body->tracks[1].start == 0);     // sound from the first frame on
                CHECK(body->tracks[0].start == 4500);  // the picture 50 ms later
                break;
            }
        }
    }

    TEST_CASE("a recording without sound does not wait for it") {
        Bench bench;
        bench.mustStart();
        bench.sounds = false;
        bench.press();
        bench.film(2000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
        CHECK(bench.kinds()["part"] >= 4);
    }

    TEST_CASE("bytes of a lost part that could not be cut off are at the end, and at a docking") {
        for (const bool atDocking : {false, true}) {
            CAPTURE(atDocking);
            Bench bench;
            bench.mustStart();
            bench.press();
            bench.film(2000);
            bool once = true;
            bench.files.setFault(
                [&once](FileOperation asked, const std::string& path, std::uint64_t) {
                    if (asked == FileOperation::Append && path.ends_with(".mp4") && once) {
                        once = false;
                        return EIO;
                    }
                    return path.find("torn") != std::string::npos ? EIO : 0;
                });
            bench.film(2000);
            if (!atDocking) {
                bench.files.setFault(nullptr);
            }
            REQUIRE(bench->end("button").has_value());
            bench.files.setFault(nullptr);
            REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
            CHECK(bench.verdict() == "intact");
            CHECK(bench.kinds()["segment.end"] == (atDocking ? 1 : 2));
        }
    }

    TEST_CASE("in standby no link grows") {
        Bench bench;
        bench.mustStart();
        for (int i = 0; i < 10; ++i) {
            bench.clock.advance(61s);
            bench->tick(80, 1);
        }
        CHECK(bench->ledger().pendingLink().empty());
        bench.press();
        CHECK_FALSE(bench->ledger().pendingLink().empty());
        bench.film(1000);
        REQUIRE(bench->end("button").has_value());
        bench.clock.advance(61s);
        bench->tick(80, 1);
        CHECK(bench->ledger().pendingLink().empty());
    }

    TEST_CASE("private values of one process run have rising counters") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        std::vector<std::uint64_t> counters;
        for (int i = 0; i < 2; ++i) {
            bench.press();
            bench.film(1000);
            REQUIRE(bench->end("button").has_value());
            const auto start = bench.last("start");
            for (const char* name : {"wearer", "place"}) {
                counters.push_back(*start.body.find(name)->find("counter")->unsignedInteger());
            }
        }
        CHECK(counters == std::vector<std::uint64_t>{0, 1, 2, 3});
    }

    TEST_CASE("every process run of a recording begins a segment with a key frame") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(2000);
        for (int i = 0; i < 2; ++i) {
            bench.stop();
            bench.mustStart();
            bench.film(400);  // the rest of a group: nothing to begin with
            bench.beginFilming();
            bench.film(2000);
        }
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
        CHECK(bench.kinds()["segment"] == 3);
    }
}

}  // namespace liuhen::recorder::test
