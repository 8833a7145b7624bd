// SPDX-License-Identifier: Apache-2.0
// The recorder over storage that forgets: whatever the moment of a power cut, the next start leaves
// a ledger that checks as intact, and keeps what was durable.
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <algorithm>
#include <cstdlib>

namespace liuhen::recorder::test {

namespace {

/// A short life: press, film, mark, film over a key change, end, shutdown.
Result<void> live(Bench& bench) {
    LIUHEN_CHECK(bench.start());
    bench.beginFilming();
    if (!(*bench).recording()) {
        LIUHEN_CHECK((*bench).start("button", bench.clock.boottime()));
    }
    bench.film(1200);
    LIUHEN_CHECK((*bench).mark("focus", bench.clock.boottime()));
    bench.film(400);
    LIUHEN_CHECK((*bench).ledger().changeEpoch());
    bench.film(800);
    LIUHEN_CHECK((*bench).end("button"));
    return (*bench).shutdown("button");
}

}  // namespace

TEST_SUITE("recorder/recorder") {
    TEST_CASE("a recording with marks, a key change and an end is intact, clear and encrypted") {
        for (const bool encrypted : {false, true}) {
            Bench bench({.encrypted = encrypted});
            REQUIRE(live(bench).has_value());
            bench.stop();
            requireIntact(bench);
            CHECK(bench.check().parts >= 5);
        }
    }

    TEST_CASE("a source that goes and comes back is an interruption of its track alone") {
        Bench bench;
        REQUIRE(bench.start().has_value());
        bench.beginFilming();
        REQUIRE((*bench).start("button", bench.clock.boottime()).has_value());
        bench.film(1000);
        (*bench).takeLoss(
            {Track::Picture, "unplugged", bench.clock.boottime(), bench.clock.boottime()});
        for (int i = 0; i < 30; ++i) {
            bench.unit(Track::Sound, true);
            bench.clock.advance(21'333'333ns);
        }
        (*bench).takeReturn(Track::Picture);
        bench.beginFilming();
        bench.film(1000);
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        requireIntact(bench);
    }

    TEST_CASE("the same nonce gives the same docking entry, also after a restart") {
        Bench bench;
        const core::Buffer nonce(32, 9);
        REQUIRE(bench.start().has_value());
        const auto first = (*bench).dock(nonce);
        REQUIRE(first.has_value());
        const auto again = (*bench).dock(nonce);
        REQUIRE(again.has_value());
        CHECK(again->bytes == first->bytes);
        bench.stop();
        bench.files.crash();
        REQUIRE(bench.start().has_value());
        CHECK_FALSE((*bench).recording());
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        requireIntact(bench);
    }

    TEST_CASE("a card that refuses one write costs a part.lost and no footage") {
        Bench bench;
        REQUIRE(bench.start().has_value());
        bench.beginFilming();
        REQUIRE((*bench).start("button", bench.clock.boottime()).has_value());
        bench.film(1500);
        int failures = 0;
        bench.files.setFault(
            [&failures](core::FileOperation operation, const std::string& path, std::uint64_t) {
                const bool hit = operation == core::FileOperation::Append &&
                                 path.ends_with(".mp4") && failures == 0;
                failures += hit ? 1 : 0;
                return hit ? 5 : 0;  // EIO
            });
        bench.film(2000);
        CHECK(failures == 1);
        REQUIRE((*bench).shutdown("button").has_value());
        bench.stop();
        // What the refused write left is kept in card/torn, and part.lost names it.
        requireIntact(bench);
        const evidence::Report report = bench.check();
        bench.startAndStop();
        requireIntact(bench);
        CHECK(std::any_of(
            report.findings.begin(), report.findings.end(), [](const evidence::Finding& finding) {
                return finding.kind == "part.lost";
            }));
    }

    TEST_CASE("a power cut at any operation leaves a ledger that the next start makes intact") {
        const bool whole =
            std::getenv("LIUHEN_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
        const std::uint64_t step = whole ? 1 : 7;
        bool ended = false;
        for (std::uint64_t cut = 1; !ended; cut += step) {
            CAPTURE(cut);
            Bench bench({.encrypted = cut % 2 == 0});
            bench.files.cutAfterOperations(cut);
            ended = live(bench).has_value();
            bench.stop();
            bench.files.crash(ended ? 0 : cut * 2654435761U + 1);
            const auto started = bench.start();
            REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
            REQUIRE((*bench).shutdown("button").has_value());
            bench.stop();
            requireIntact(bench);
        }
    }
}

}  // namespace liuhen::recorder::test
