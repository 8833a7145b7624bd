// SPDX-License-Identifier: Apache-2.0
// Who had a recorder when: what officers see of the recordings rests on it.
#include "dock/register/holding.hpp"

#include "tests/dock/register/desk_bench.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/holding");

namespace liuhen::registry {

using namespace test;

namespace {

std::vector<Person> at(DeskBench& bench, std::int64_t us, const char* device = kDevice) {
    std::vector<Person> holders;
    must(bench.records().look([&](const View& view) { holders = holdersAt(view, device, us); }));
    return holders;
}

std::vector<Holding> of(DeskBench& bench, const Person& person) {
    std::vector<Holding> held;
    must(bench.records().look([&](const View& view) { held = heldBy(view, person); }));
    return held;
}

using People = std::vector<Person>;

}  // namespace

TEST_CASE("wearer and companions have it from the hand-out until before the return") {
    DeskBench bench;
    bench.prepare();
    CHECK(at(bench, kMorning).empty());
    const std::string number = bench.handOut(DeskBench::order()).number;
    CHECK(at(bench, kMorning - 1).empty());
    CHECK(at(bench, kMorning) == People{kWang, kLi});
    CHECK(at(bench, kMorning + 100 * kHour) == People{kWang, kLi});  // overdue is not back
    CHECK(at(bench, kMorning, "LH-000002").empty());
    bench.wait(5 * kHour);
    bench.enter(Return{number, true, ""});
    CHECK(at(bench, kMorning + 5 * kHour - 1) == People{kWang, kLi});
    CHECK(at(bench, kMorning + 5 * kHour).empty());
    const auto held = of(bench, kLi);
    REQUIRE(held.size() == 1);
    CHECK(held[0].device == kDevice);
    CHECK(held[0].fromUs == kMorning);
    CHECK(held[0].toUs == kMorning + 5 * kHour);
    CHECK(of(bench, kZhao).empty());  // who handed it out had it never
}

TEST_CASE("a hand-over counts once it is confirmed, from its own time on") {
    DeskBench bench;
    bench.prepare();
    bench.enter(Officer{kSun, "孙磊", "SC", "4714", "豫G0004", false}, kDock);
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.wait(4 * kHour);
    bench.enter(Handover{number, kWang, kSun, kMorning + 2 * kHour, "换班"});
    CHECK(at(bench, kMorning + 3 * kHour) == People{kWang, kLi});
    CHECK(of(bench, kSun).empty());
    bench.enter(HandoverConfirmed{number, 0, ""});
    CHECK(at(bench, kMorning + 2 * kHour - 1) == People{kWang, kLi});
    CHECK(at(bench, kMorning + 2 * kHour) == People{kSun, kLi});
    CHECK(at(bench, kMorning + 3 * kHour) == People{kSun, kLi});
    // To the companion: nobody stands there twice.
    bench.enter(Handover{number, kSun, kLi, kMorning + 3 * kHour, "换班"});
    bench.enter(HandoverConfirmed{number, 1, ""});
    CHECK(at(bench, kMorning + 3 * kHour) == People{kLi});
}

TEST_CASE("what is filmed after a loss belongs to nobody") {
    DeskBench bench;
    bench.prepare();
    CHECK(bench.handOut(DeskBench::order()).entered.event > 0);
    bench.wait(kHour);
    bench.enter(Loss{kDevice, "执法途中丢失", false, {}});
    CHECK(at(bench, kMorning + kHour - 1) == People{kWang, kLi});
    CHECK(at(bench, kMorning + kHour).empty());
}

TEST_CASE("a clock that was set back gives nobody a stretch that ends before it begins") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.clock.setUtc(core::Microseconds(kMorning - kHour));
    bench.enter(Return{number, true, ""});
    CHECK(of(bench, kWang).empty());
    CHECK(at(bench, kMorning).empty());
}

}  // namespace liuhen::registry

TEST_SUITE_END();
