// SPDX-License-Identifier: Apache-2.0
// Scripts: what is read, what is refused and where, and how process starts are counted.
#include "hal/sim/script.hpp"

#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

using namespace std::chrono_literals;

TEST_SUITE_BEGIN("hal/sim/script");

TEST_CASE("each start has its events, sorted by time, with their values") {
    const test::TemporaryFolder folder;
    auto script = loadScript(folder.write("s.toml", R"(
[[boot]]
[[boot.event]]
at = 5
do = "battery"
percent = 12
charging = true
[[boot.event]]
at = 1.5
do = "press_record"
[[boot.event]]
at = 5.0
do = "clock_step"
microseconds = -90000000
[[boot]]
[[boot.event]]
at = 0.25
do = "statement"
kind = "opening"
seconds = 6.0
)"));
    REQUIRE(script);
    REQUIRE(script->boots.size() == 2);
    const auto& first = script->boots[0];
    REQUIRE(first.size() == 3);
    CHECK(first[0].action == Do::PressRecord);
    CHECK(first[0].at == 1500ms);
    CHECK(first[1].action == Do::Battery);
    CHECK(first[1].percent == 12);
    CHECK(first[1].charging);
    CHECK(first[2].action == Do::ClockStep);
    CHECK(first[2].step == -90s);
    REQUIRE(script->boots[1].size() == 1);
    CHECK(script->boots[1][0].action == Do::Statement);
    CHECK(script->boots[1][0].statement == "opening");
    CHECK(script->boots[1][0].length == 6s);
}

TEST_CASE("every action has its name") {
    const test::TemporaryFolder folder;
    for (const char* name : {"press_record",
                             "hold_record",
                             "press_pause",
                             "hold_pause",
                             "press_mark",
                             "card_pull",
                             "card_return",
                             "camera_unplug",
                             "camera_freeze",
                             "camera_return",
                             "microphone_unplug",
                             "microphone_freeze",
                             "microphone_return",
                             "power_cut",
                             "power_off",
                             "dock",
                             "undock"}) {
        CAPTURE(name);
        CHECK(loadScript(folder.write(
            "s.toml", std::string("[[boot]]\nevent = [{at = 0, do = \"") + name + "\"}]\n")));
    }
}

TEST_CASE("a wrong script is refused with line and key") {
    struct Row {
        const char* event;
        const char* message;
    };
    const Row rows[] = {
        {"at = 1\ndo = \"press\"", ":4: [[event]] do: must be one of press_record, hold_record"},
        {"at = -1\ndo = \"dock\"", ":3: [[event]] at: must be a number"},
        {"at = nan\ndo = \"dock\"", ":3: [[event]] at: must be a number"},
        {"do = \"dock\"", "[[event]] at: is missing"},
        {"at = 1\ndo = \"battery\"\npercent = 101",
         ":5: [[event]] percent: must be a whole number, 0 to 100"},
        {"at = 1\ndo = \"battery\"", "[[event]] percent: is missing"},
        {"at = 1\ndo = \"dock\"\npercent = 5",
         ":5: [[event]] percent: unknown key; allowed are at, do"},
        {"at = 1\ndo = \"statement\"\nkind = \"greeting\"\nseconds = 1",
         ":5: [[event]] kind: must be one of opening"},
        {"at = 1\ndo = \"clock_step\"\nmicroseconds = 1.5",
         ":5: [[event]] microseconds: must be a whole number"},
    };
    for (const Row& row : rows) {
        const test::TemporaryFolder folder;
        const auto script = loadScript(
            folder.write("s.toml", std::string("[[boot]]\n[[boot.event]]\n") + row.event + "\n"));
        REQUIRE_FALSE(script);
        CAPTURE(script.error().message);
        CHECK(script.error().kind == core::ErrorKind::InvalidArgument);
        CHECK(script.error().message.find(row.message) != std::string::npos);
    }
}

TEST_CASE("process starts are counted from 1 and a damaged count is an error") {
    const test::TemporaryFolder folder;
    const std::string state = folder / "new/state";
    for (std::uint64_t boot = 1; boot <= 3; ++boot) {
        auto counted = countBoot(state);
        REQUIRE(counted);
        CHECK(*counted == boot);
    }
    folder.write("new/state/boots", "three\n");
    auto counted = countBoot(state);
    REQUIRE_FALSE(counted);
    CHECK(counted.error().kind == core::ErrorKind::DataLoss);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
