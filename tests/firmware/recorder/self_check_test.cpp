// SPDX-License-Identifier: Apache-2.0
// The self check: what it waits for, what fails it, and that it holds up nothing.
#include "firmware/recorder/self_check.hpp"

#include "tests/firmware/recorder/recorder_bench.hpp"

namespace liuhen::recorder::test {

namespace {

constexpr SelfCheck::Board kFine{80, 5'000'000'000};

EncodedUnit unitOf(Bench& bench, Track track, bool silent) {
    EncodedUnit unit{track, bench.clock.boottime(), 40ms, true, {}, nullptr};
    unit.silent = silent;
    return unit;
}

/// Runs one check to its end over what the sources give.
CheckResult check(Bench& bench, bool picture, bool sound, bool silent, SelfCheck::Board board) {
    SelfCheck check;
    check.begin("taken", bench.clock.boottime());
    for (int i = 0; i < 200; ++i) {
        bench.clock.advance(50ms);
        if (picture) {
            check.see(unitOf(bench, Track::Picture, false));
        }
        if (sound) {
            check.see(unitOf(bench, Track::Sound, silent));
        }
        bench->tick(80, 1);
        if (const auto passed = check.tick(*bench, board, bench.clock.boottime())) {
            CHECK_FALSE(check.running());
            REQUIRE(bench->lastCheck().has_value());
            CHECK(bench->lastCheck()->passed == *passed);
            return *bench->lastCheck();
        }
    }
    FAIL("it does not end");
    return {};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("recorder/self_check") {
    TEST_CASE("all that works passes at once and is entered") {
        Bench bench;
        bench.mustStart();
        const auto before = bench.clock.boottime();
        CHECK(check(bench, true, true, false, kFine).passed);
        CHECK(bench.clock.boottime() - before < 1s);
        const auto entry = bench.last("selfcheck");
        CHECK(entry.body.find("passed")->boolean().value_or(false));
        CHECK(*entry.body.find("occasion")->text() == "taken");
        for (const char* what : {"camera", "microphone", "space", "battery", "clock", "keys"}) {
            CAPTURE(what);
            const core::Cbor* result = entry.body.find("results")->find(what);
            REQUIRE(result != nullptr);
            CHECK(result->find("passed")->boolean().value_or(false));
        }
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("each thing that fails is named") {
        Bench bench;
        bench.mustStart();
        CHECK(check(bench, false, true, false, kFine).failed == Names{"camera"});
        CHECK(check(bench, true, false, false, kFine).failed == Names{"microphone"});
        CHECK(check(bench, true, true, true, kFine).failed == Names{"microphone"});
        CHECK(check(bench, true, true, false, {80, 1000}).failed == Names{"space"});
        CHECK(check(bench, true, true, false, {19, 5'000'000'000}).failed == Names{"battery"});
        bench.clock.setUtc(bench.clock.utc() - 1h);
        CHECK(check(bench, true, true, false, kFine).failed == Names{"clock"});
        CHECK_FALSE(bench.last("selfcheck").body.find("passed")->boolean().value_or(true));
    }

    TEST_CASE("a keystore that does not answer fails the keys") {
        Bench bench;
        bench.mustStart();
        bench.failOn(FileOperation::Sync, "keystore", 5);
        CHECK_FALSE(bench->ledger().changeEpoch().has_value());
        CHECK(check(bench, true, true, false, kFine).failed == Names{"keys"});
    }

    TEST_CASE(
        "units from before it began do not count, and a failure keeps nobody from recording") {
        Bench bench;
        bench.mustStart();
        SelfCheck late;
        const EncodedUnit old = unitOf(bench, Track::Picture, false);
        bench.clock.advance(1s);
        late.begin("power_on", bench.clock.boottime());
        late.see(old);
        bench.press();
        bench.film(4040);
        const auto passed = late.tick(*bench, kFine, bench.clock.boottime());
        REQUIRE(passed.has_value());
        CHECK_FALSE(*passed);
        CHECK(bench->lastCheck()->failed == Names{"camera", "microphone"});
        CHECK(bench->recording());
        bench.film(1000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }
}

}  // namespace liuhen::recorder::test
