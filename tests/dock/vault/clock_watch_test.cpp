// SPDX-License-Identifier: Apache-2.0
// Tests of a machine's clock that does not run as it should: told, and never corrected.
#include "dock/vault/clock_watch.hpp"

#include "tests/dock/vault/bench.hpp"

TEST_SUITE_BEGIN("vault/clock_watch");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;

constexpr core::Microseconds kNow = 1'800'000'000s;

/// The incidents of a log, as "what: detail".
std::vector<std::string> incidents(Bench& bench) {
    auto tiles = must(
        tlog::TileStore::open(*bench.files, bench.path() + "/log", bench.path() + "/test-scratch"));
    std::vector<std::string> found;
    for (std::uint64_t i = 0; i < tiles.size(); ++i) {
        const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(i))));
        if (leaf.kind == "incident") {
            found.push_back(*leaf.body.find("what")->text() + ": " +
                            *leaf.body.find("detail")->text());
        }
    }
    return found;
}

}  // namespace

TEST_CASE("a clock that is set is told once, small steps as one") {
    core::ManualClock clock(1000s, kNow);
    ClockWatch watch(clock);
    clock.advance(1h);
    CHECK_FALSE(watch.look());
    clock.setUtc(clock.utc() + 30s);
    CHECK_FALSE(watch.look());
    clock.setUtc(clock.utc() + 31s);
    const auto forward = watch.look();
    REQUIRE(forward.has_value());
    CHECK(forward->what == "clock.stepped");
    CHECK(forward->detail.find("forward by 61 s") != std::string::npos);
    CHECK_FALSE(watch.look());
    clock.advance(5s);
    clock.setUtc(clock.utc() - 2h);
    const auto back = watch.look();
    REQUIRE(back.has_value());
    CHECK(back->detail.find("back by 7200 s") != std::string::npos);
    CHECK_FALSE(watch.look());
}

TEST_CASE("a clock that is behind the log is told at the start") {
    const core::ManualClock clock(1000s, kNow);
    const ClockWatch watch(clock);
    CHECK_FALSE(watch.atStart(kNow));
    CHECK_FALSE(watch.atStart(kNow - 1h));
    CHECK_FALSE(watch.atStart(kNow + 59s));
    CHECK_FALSE(watch.atStart(core::Microseconds(INT64_MIN)));
    const auto behind = watch.atStart(kNow + 61s);
    REQUIRE(behind.has_value());
    CHECK(behind->what == "clock.back");
    CHECK(behind->detail.find("61 s before the newest leaf") != std::string::npos);
}

TEST_CASE("a vault logs both, and keeps the time that it was told") {
    Bench bench(false);
    const auto now = core::SystemClock().utc();
    core::ManualClock clock(1000s, now);
    const auto open = [&] {
        return must(Vault::open(
            VaultParts{*bench.files, *bench.medium, clock, bench.agency.identity()},
            VaultFolders{bench.path(), bench.path() + "/db", bench.folder / "agency/registered"}));
    };
    {
        const auto vault = open();
        must(vault->publish());
        clock.setUtc(now + 24h);
        must(vault->publish());
        must(vault->publish());
    }
    REQUIRE(incidents(bench).size() == 1);
    CHECK(incidents(bench)[0].starts_with("clock.stepped: the clock was set forward by 86400 s"));
    clock.setUtc(now + 1h);
    {
        const auto vault = open();
        must(vault->publish());
    }
    REQUIRE(incidents(bench).size() == 2);
    CHECK(incidents(bench)[1].starts_with("clock.back: "));
    CHECK(incidents(bench)[1].find("82800 s before") != std::string::npos);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
