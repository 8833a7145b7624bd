// SPDX-License-Identifier: Apache-2.0
// What the recorder says while its card fills up.
#include "firmware/recorder/controls.hpp"
#include "tests/firmware/recorder/card_slot.hpp"

namespace liuhen::recorder::test {

namespace {

using storage::StorageEvent;

/// What the faults of a ledger name, in order.
std::vector<std::string> faults(Bench& bench) {
    std::vector<std::string> found;
    for (const auto& entry : bench.entries()) {
        if (entry.kind == "fault") {
            found.push_back(*entry.body.find("what")->text());
        }
    }
    return found;
}

}  // namespace

TEST_SUITE("recorder/room") {
    TEST_CASE("a filling card is told of on its way down, once a level, and when there is room") {
        // The bench films about 24,000 bytes a second.
        Bench bench({.reserveBytes = 60'000, .room = {24'000, 5s, 5s}});
        Slot slot(bench, 400'000);
        bench.mustStart();
        bench.press();
        REQUIRE(bench->remaining().has_value());
        CHECK(*bench->remaining() > 10s);
        bench.film(2000);
        CHECK(bench.told.empty());
        bench.film(60'000);
        CHECK_FALSE(bench->recording());
        CHECK(bench.told == std::vector{StorageEvent::Low, StorageEvent::Full});
        CHECK(faults(bench) == std::vector<std::string>{"storage_low", "storage_full"});
        CHECK(*bench->remaining() == 0s);
        CHECK(*bench.last("fault").body.find("measurements")->find("remaining_s")->integer() == 0);
        slot.card->state()->quotaBytes = 1'000'000;
        bench.film(12'000);
        CHECK(bench.told.back() == StorageEvent::Back);
        CHECK(faults(bench).size() == 2);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("little room is said once on the way down") {
        Bench bench({.reserveBytes = 60'000, .room = {24'000, 5s, 5s}});
        Slot slot(bench, 400'000);
        bench.mustStart();
        std::vector<Act> said;
        Controls::Outside outside;
        outside.act = [&said](Act act, core::Nanoseconds /*at*/) {
            said.push_back(act);
            return false;
        };
        Controls controls(std::move(outside));
        controls.begin(*bench, bench.clock.boottime());
        bench.press();
        while (bench->recording()) {
            controls.tick(*bench, bench.clock.boottime());
            bench.film(40);
        }
        controls.tick(*bench, bench.clock.boottime());
        CHECK(said == std::vector{Act::SayLowRoom});
        slot.card->state()->quotaBytes = 1'000'000;
        bench.film(12'000);
        controls.tick(*bench, bench.clock.boottime());
        slot.card->state()->quotaBytes = 400'000;
        bench.film(2000);
        controls.tick(*bench, bench.clock.boottime());
        CHECK(said == std::vector{Act::SayLowRoom});  // full at once: a press is refused and told
    }

    TEST_CASE("a card that is away says nothing of its room") {
        Bench bench({.room = {24'000, 5s, 5s}});
        Slot slot(bench, 1'000'000);
        bench.mustStart();
        slot.card->pull();
        bench.beginFilming();
        bench.film(3000);
        CHECK_FALSE(bench->remaining().has_value());
        CHECK(bench.told.empty());
    }
}

}  // namespace liuhen::recorder::test
