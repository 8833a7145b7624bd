// SPDX-License-Identifier: Apache-2.0
// Random lives: starts cut off one to five times in a row, by a kill or a power cut, at any
// operation; the next start leaves an intact card.
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cstdlib>
#include <random>

namespace liuhen::recorder::test {

namespace {

/// One life; the card may fail at any moment because the power has gone.
Result<void> live(Bench& bench, std::mt19937_64& dice) {
    LIUHEN_CHECK(bench.start());
    bench.beginFilming();
    if (bench.options.ring > 0s && dice() % 4 != 0) {
        bench.film(static_cast<int>(dice() % 4000));  // in standby: the ring fills
    }
    for (int i = 0; i < 2; ++i) {
        if (!bench->recording()) {
            LIUHEN_CHECK(bench->start("button", bench.clock.boottime()));
            if (dice() % 2 != 0) {
                bench.beginGroup();  // the encoder answers at once
            }
        }
        bench.film(600 + static_cast<int>(dice() % 900));
        LIUHEN_CHECK(bench->mark("focus", bench.clock.boottime()));
        bench.film(300);
        if (dice() % 3 == 0) {
            LIUHEN_CHECK(bench->ledger().changeEpoch());
        }
        bench.film(500);
        if (dice() % 2 != 0) {
            LIUHEN_CHECK(bench->end("button"));
            if (dice() % 2 != 0) {
                LIUHEN_CHECK(bench->dock(core::Buffer(32, static_cast<std::uint8_t>(dice()))));
            }
        }
    }
    return bench->shutdown("button");
}

}  // namespace

TEST_SUITE("recorder/lives") {
    TEST_CASE("after one to five kills and power cuts the next start leaves an intact card") {
        const bool whole =
            std::getenv("LIUHEN_LONG") != nullptr;  // NOLINT(concurrency-mt-unsafe): one thread
        const std::uint64_t lives = whole ? 12'000 : 300;
        for (std::uint64_t seed = 1; seed <= lives; ++seed) {
            CAPTURE(seed);
            std::mt19937_64 dice(seed);
            Bench bench({.encrypted = seed % 2 != 0,
                         .reserveBytes = seed % 3 == 0 ? 20'000U : 0U,
                         .ring = std::chrono::seconds(seed % 4 * 2)});
            const std::uint64_t cuts = 1 + dice() % 5;
            for (std::uint64_t i = 0; i < cuts; ++i) {
                bench.files.cutAfterOperations(dice() % 3 == 0 ? dice() % 40 : dice() % 200);
                (void)live(bench, dice);
                bench.stop();
                const std::uint64_t loss = dice() % 3;
                if (loss == 0) {
                    bench.files.cutAfterOperations(UINT64_MAX);  // a kill: nothing is lost
                } else {
                    bench.files.crash(loss == 1 ? 0 : dice() | 1U);
                    bench.options.bootId = fmt::format("boot-{}", dice());
                }
            }
            bench.mustStart();
            REQUIRE(bench->shutdown("button").has_value());
            bench.stop();
            REQUIRE(bench.verdict() == "intact");
        }
    }
}

}  // namespace liuhen::recorder::test
