// SPDX-License-Identifier: Apache-2.0
// Press, short press and hold out of key states, and what a device that is none gives.
#include "hal/linux/key_reader.hpp"

#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::linux {

using namespace std::chrono_literals;

TEST_SUITE_BEGIN("hal/linux/key_reader");

TEST_CASE("a press released within two seconds is a press and a short") {
    PressReader presses;
    const auto press = presses.change(Button::Mark, true, 10s);
    REQUIRE(press);
    CHECK(press->action == ButtonAction::Press);
    CHECK(press->pressedAt == 10s);
    CHECK(*presses.nextDue() == 12s);
    CHECK(presses.due(11999ms).empty());
    const auto release = presses.change(Button::Mark, false, 11999ms);
    REQUIRE(release);
    CHECK(release->action == ButtonAction::Short);
    CHECK(release->at == 11999ms);
    CHECK(release->pressedAt == 10s);
    CHECK_FALSE(presses.nextDue());
}

TEST_CASE("a button that stays down is held at two seconds, once, and its release says nothing") {
    PressReader presses;
    REQUIRE(presses.change(Button::Record, true, 10s));
    CHECK_FALSE(presses.change(Button::Record, true, 11s));  // a repeat
    const auto held = presses.due(12500ms);
    REQUIRE(held.size() == 1);
    CHECK(held[0].action == ButtonAction::HeldTwoSeconds);
    CHECK(held[0].at == 12s);
    CHECK(presses.due(13s).empty());
    CHECK_FALSE(presses.change(Button::Record, false, 14s));
    CHECK(presses.change(Button::Record, true, 15s));
}

TEST_CASE("a long press that is read only after its release was still held") {
    PressReader presses;
    REQUIRE(presses.change(Button::Pause, true, 10s));
    const auto release = presses.change(Button::Pause, false, 13s);
    REQUIRE(release);
    CHECK(release->action == ButtonAction::HeldTwoSeconds);
    CHECK(release->at == 12s);
}

TEST_CASE("two buttons at once do not disturb each other") {
    PressReader presses;
    REQUIRE(presses.change(Button::Record, true, 10s));
    REQUIRE(presses.change(Button::Mark, true, 11s));
    CHECK(*presses.nextDue() == 12s);
    CHECK(presses.due(12s).size() == 1);
    CHECK(*presses.nextDue() == 13s);
    CHECK(presses.change(Button::Mark, false, 12500ms)->action == ButtonAction::Short);
}

namespace {

constexpr std::uint16_t kRecordCode = 167;

input_event raw(std::uint16_t type, std::uint16_t code, std::int32_t value, int seconds) {
    input_event event{};
    event.input_event_sec = seconds;
    event.type = type;
    event.code = code;
    event.value = value;
    return event;
}

}  // namespace

TEST_CASE("after dropped events the keys' state is asked for, and no half of a press is believed") {
    KeyDecoder decoder({kRecordCode, 119, 212});
    std::vector<ButtonEvent> events;
    bool down = false;
    const auto ask = [&down] { return std::array<bool, kButtonCount>{down, false, false}; };
    decoder.take(raw(EV_KEY, kRecordCode, 1, 10), ask, events);
    REQUIRE(events.size() == 1);
    decoder.take(raw(EV_SYN, SYN_DROPPED, 0, 11), ask, events);
    decoder.take(raw(EV_KEY, kRecordCode, 1, 11), ask, events);  // an incomplete report
    CHECK(events.size() == 1);
    decoder.take(raw(EV_SYN, SYN_REPORT, 0, 11), ask, events);
    REQUIRE(events.size() == 2);  // the release was among what was dropped
    CHECK(events[1].action == ButtonAction::Short);
    CHECK_FALSE(decoder.presses().nextDue());
    down = true;
    decoder.take(raw(EV_SYN, SYN_DROPPED, 0, 20), ask, events);
    decoder.take(raw(EV_SYN, SYN_REPORT, 0, 20), ask, events);
    REQUIRE(events.size() == 3);
    CHECK(events[2].action == ButtonAction::Press);
}

TEST_CASE("nothing stays due when the device goes while a key is down") {
    PressReader presses;
    REQUIRE(presses.change(Button::Record, true, 10s));
    const auto released = presses.resync({}, 11s);
    REQUIRE(released.size() == 1);
    CHECK(released[0].action == ButtonAction::Short);
    CHECK_FALSE(presses.nextDue());
}

TEST_CASE("a file that is no input device is refused") {
    const test::TemporaryFolder folder;
    LinuxConfig config;
    config.buttonDevice = folder.write("event0", "");
    auto reader = KeyReader::open(config);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().kind == core::ErrorKind::Unavailable);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::linux
