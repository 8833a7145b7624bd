// SPDX-License-Identifier: Apache-2.0
// Footage from before the press: what the ring keeps, and how it gets to the card beside live
// parts.
#include "firmware/recorder/ring.hpp"

#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

struct StoredPart {
    std::uint64_t seq = 0;
    evidence::PartBody body;
    bool preEvent = false;
};

/// The parts on the card, in order of the ledger.
std::vector<StoredPart> parts(Bench& bench) {
    std::map<std::uint64_t, bool> preEvent;
    std::vector<StoredPart> stored;
    for (const evidence::Entry& entry : bench.entries()) {
        if (entry.kind == "segment") {
            const auto body = evidence::SegmentBody::fromCbor(entry.body);
            preEvent[body->segment] = body->preEvent;
        } else if (entry.kind == "part") {
            const auto body = evidence::PartBody::fromCbor(entry.body);
            stored.push_back({entry.seq, *body, preEvent[body->segment]});
        }
    }
    return stored;
}

/// All entries in words, for a failing case.
std::string story(Bench& bench) {
    std::string text;
    for (const evidence::Entry& entry : bench.entries()) {
        text += fmt::format("\n{} {}", entry.seq, entry.kind);
        if (const core::Cbor* segment = entry.body.find("segment")) {
            text += fmt::format(" s{}", segment->unsignedInteger().value_or(99));
        }
        if (entry.kind == "part") {
            const auto body = evidence::PartBody::fromCbor(entry.body);
            for (const auto& span : body->tracks) {
                text +=
                    fmt::format(" {}:{}-{}", span.track, span.start, span.start + span.duration);
            }
        } else if (entry.kind == "interruption" || entry.kind == "resume") {
            for (const core::Cbor& track : *entry.body.find("tracks")->items()) {
                text += fmt::format(" {}", track.unsignedInteger().value_or(0));
            }
        }
    }
    return text;
}

void requireIntactStory(Bench& bench) {
    const std::string verdict = bench.verdict();
    REQUIRE_MESSAGE(verdict == "intact", verdict << (verdict == "intact" ? "" : story(bench)));
}

/// A life with a ring: sources run, a press, all that may happen while the ring is written, an end.
Result<void> live(Bench& bench) {
    LIUHEN_CHECK(bench.start());
    bench.beginFilming();
    bench.film(2600);
    if (!bench->recording()) {
        LIUHEN_CHECK(bench->start("button", bench.clock.boottime()));
        bench.beginGroup();
    }
    bench.film(1200);
    LIUHEN_CHECK(bench->mark("focus", bench.clock.boottime()));
    LIUHEN_CHECK(bench->ledger().changeEpoch());
    bench.film(200);
    LIUHEN_CHECK(bench->end("button"));
    return bench->shutdown("button");
}

capture::SourceLost lost(const Bench& bench, Track track) {
    return {track, "unplugged", bench.clock.boottime(), bench.clock.boottime()};
}

}  // namespace

TEST_SUITE("recorder/ring") {
    TEST_CASE("the ring is a segment of its own, and live parts go between its parts") {
        for (const bool encrypted : {false, true}) {
            Bench bench({.encrypted = encrypted, .ring = 5s});
            bench.mustStart();
            bench.beginFilming();
            bench.film(8000);
            bench.pressWhileFilming();
            bench.film(3000);
            REQUIRE(bench->end("button").has_value());
            REQUIRE(bench->shutdown("button").has_value());
            bench.stop();
            requireIntactStory(bench);
            std::uint64_t ring = 0;
            std::uint64_t ringEnd = 0;
            std::uint64_t liveBegin = UINT64_MAX;
            for (const StoredPart& part : parts(bench)) {
                const auto& span = part.body.tracks.front();
                if (part.preEvent) {
                    ring += span.duration;
                    ringEnd = std::max(ringEnd, span.start + span.duration);
                } else {
                    liveBegin = std::min(liveBegin, span.start);
                }
            }
            CHECK(ring >= 5 * 90'000);
            CHECK(ring < 6 * 90'000 + 9'000);
            CHECK(ringEnd == ring);  // from media time 0 on
            CHECK(liveBegin == ringEnd);
        }
    }

    TEST_CASE(
        "a cut at any operation of a life with a ring leaves what the next start makes intact") {
        for (const int loss : {0, 1, 2}) {
            bool ended = false;
            for (std::uint64_t cut = 1; !ended; ++cut) {
                CAPTURE(loss);
                CAPTURE(cut);
                Bench bench({.encrypted = cut % 2 == 0, .ring = 2s});
                bench.files.cutAfterOperations(cut);
                ended = live(bench).has_value();
                bench.stop();
                if (loss == 0) {
                    bench.files.cutAfterOperations(UINT64_MAX);  // a kill
                } else {
                    bench.files.crash(loss == 1 ? 0 : cut * 2654435761U + 1);
                    bench.options.bootId = "boot-2";
                }
                bench.mustStart();
                bench.film(1400);
                REQUIRE(bench->shutdown("button").has_value());
                bench.stop();
                requireIntactStory(bench);
            }
        }
    }

    TEST_CASE("an error at any operation of a life with a ring leaves an intact card") {
        for (const int reason : {EIO, ENOSPC}) {
            for (const int times : {1, 3, 1000}) {
                bool ended = false;
                for (std::uint64_t at = 0; !ended; ++at) {
                    CAPTURE(reason);
                    CAPTURE(times);
                    CAPTURE(at);
                    Bench bench({.encrypted = at % 2 == 0, .reserveBytes = 20'000, .ring = 2s});
                    std::uint64_t seen = 0;
                    int hit = 0;
                    bench.mustStart();
                    bench.files.setFault(
                        [&](FileOperation asked, const std::string& path, std::uint64_t) {
                            const bool fits = path.find(".mp4") != std::string::npos &&
                                              asked != FileOperation::Read;
                            return fits && seen++ >= at && hit++ < times ? reason : 0;
                        });
                    bench.stop();
                    (void)live(bench);
                    ended = hit == 0;
                    bench.files.setFault(nullptr);
                    bench.stop();
                    bench.mustStart();
                    REQUIRE(bench->shutdown("button").has_value());
                    bench.stop();
                    requireIntactStory(bench);
                }
            }
        }
    }

    TEST_CASE(
        "a source lost around the press is told where its hole is, whichever side comes first") {
        for (const Track track : {Track::Picture, Track::Sound}) {
            for (const int ringSeconds : {2, 30}) {
                for (const int lostAt : {-9000, -1000, 0, 40, 600, 1200}) {  // ms from the press
                    for (const int away : {600, 1300, 4000, 100'000}) {
                        CAPTURE(static_cast<int>(track));
                        CAPTURE(ringSeconds);
                        CAPTURE(lostAt);
                        CAPTURE(away);
                        Bench bench({.ring = std::chrono::seconds(ringSeconds)});
                        bench.mustStart();
                        bench.beginFilming();
                        bool& gives = track == Track::Picture ? bench.pictures : bench.sounds;
                        const int keyAt = lostAt == 0 ? 400 : 0;  // the encoder's answer
                        for (int at = -40'000; at < 6000; at += 40) {
                            if (at == lostAt) {
                                gives = false;
                                bench->takeLoss(lost(bench, track));
                            }
                            if (at == lostAt + away) {
                                bench->takeReturn(track);
                                gives = true;
                                bench.beginGroup();
                            }
                            if (at == 0) {
                                REQUIRE(bench->start("button", bench.clock.boottime()).has_value());
                            }
                            if (at == keyAt) {
                                bench.beginGroup();
                            }
                            bench.film(40);
                        }
                        REQUIRE(bench->end("button").has_value());
                        REQUIRE(bench->shutdown("button").has_value());
                        bench.stop();
                        requireIntactStory(bench);
                    }
                }
            }
        }
    }

    TEST_CASE("a card that takes no more footage while the ring is written ends the ring early") {
        for (const int reason : {EIO, ENOSPC}) {
            for (const bool comesBack : {false, true}) {
                CAPTURE(reason);
                CAPTURE(comesBack);
                Bench bench({.reserveBytes = 20'000, .ring = 30s});
                bench.mustStart();
                bench.beginFilming();
                bench.film(40'000);
                bench.pressWhileFilming();
                bench.film(1200);  // some live parts are safe, and half of the ring
                bench.failOn(FileOperation::Append, ".mp4", reason);
                bench.film(comesBack ? 8000 : 1200);
                if (comesBack) {
                    bench.files.setFault(nullptr);
                    bench.film(20'000);
                }
                REQUIRE(bench->end("button").has_value());
                bench.files.setFault(nullptr);
                REQUIRE(bench->shutdown("button").has_value());
                bench.stop();
                requireIntactStory(bench);
                // What can still be written is; what cannot, a recovery without a boot tells.
                const bool lost = reason == ENOSPC || !comesBack;  // a full card ends a recording
                CHECK(bench.kinds()["recovery"] == (lost ? 1 : 0));
                CHECK((bench.kinds()["interruption"] > 0) == lost);
            }
        }
    }
}

}  // namespace liuhen::recorder::test
