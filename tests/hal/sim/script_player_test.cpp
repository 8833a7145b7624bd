// SPDX-License-Identifier: Apache-2.0
// Script events as steps: presses have a release or a hold, statements are told at their end.
#include "hal/sim/script_player.hpp"

#include <future>

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

using namespace std::chrono_literals;

namespace {

ScriptEvent eventAt(core::Nanoseconds at, Do action) {
    ScriptEvent event;
    event.at = at;
    event.action = action;
    return event;
}

}  // namespace

TEST_SUITE_BEGIN("hal/sim/script_player");

TEST_CASE("presses, holds and statements become steps in time order") {
    ScriptEvent statement = eventAt(1s, Do::Statement);
    statement.length = 500ms;
    const auto steps = stepsOf({eventAt(0s, Do::HoldRecord),
                                statement,
                                eventAt(1900ms, Do::PressMark),
                                eventAt(2s, Do::Dock)});
    struct Row {
        core::Nanoseconds at;
        core::Nanoseconds begun;
        bool later;
        Do action;
    };
    const Row rows[] = {
        {0s, 0s, false, Do::HoldRecord},
        {1500ms, 1s, true, Do::Statement},
        {1900ms, 1900ms, false, Do::PressMark},
        {2s, 0s, true, Do::HoldRecord},
        {2s, 2s, false, Do::Dock},
        {2050ms, 1900ms, true, Do::PressMark},
    };
    REQUIRE(steps.size() == std::size(rows));
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CAPTURE(i);
        CHECK(steps[i].at == rows[i].at);
        CHECK(steps[i].begun == rows[i].begun);
        CHECK(steps[i].later == rows[i].later);
        CHECK(steps[i].event.action == rows[i].action);
    }
}

TEST_CASE("steps are played in order, not before their time, and a player ends in the middle") {
    const core::SystemClock clock;
    std::vector<core::Nanoseconds> lateness;
    std::promise<void> played;
    {
        ScriptPlayer player(
            stepsOf(
                {eventAt(0s, Do::Dock), eventAt(30ms, Do::Undock), eventAt(3600s, Do::PowerCut)}),
            clock,
            [&lateness, &clock, &played](const Step& step, core::Nanoseconds readyAt) {
                lateness.push_back(clock.boottime() - readyAt - step.at);
                if (step.event.action == Do::Undock) {
                    played.set_value();
                }
            });
        player.start();
        REQUIRE(played.get_future().wait_for(5s) == std::future_status::ready);
    }
    REQUIRE(lateness.size() == 2);
    CHECK(lateness[0] >= 0ns);
    CHECK(lateness[1] >= 0ns);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
