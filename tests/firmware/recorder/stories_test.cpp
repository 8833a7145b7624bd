// SPDX-License-Identifier: Apache-2.0
// Whole acts as an officer lives them: the complete list of entries, in order, with their times,
// and where each track has its gaps.
#include "tests/firmware/recorder/officer.hpp"

#include <cmath>

namespace liuhen::recorder::test {

namespace {

using hal::Button;

/// Entries may come this much later than what they tell of.
constexpr double kTolerance = 0.1;

void requireTold(Officer& officer, const std::vector<Told>& expected) {
    const std::vector<Told> found = officer.told();
    std::string all;
    for (const Told& line : found) {
        all += fmt::format("{:.2f} {}\n", line.seconds, line.what);
    }
    INFO(all);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        CHECK(found[i].what == expected[i].what);
        CHECK(std::abs(found[i].seconds - expected[i].seconds) <= kTolerance);
    }
}

/// A gap that lasts from then to then, and what a kill or cut takes besides: not yet safe.
struct Gap {
    double seconds = 0;
    double notSafe = 0;
};
constexpr Gap cutFor(double seconds) {
    return {seconds, 0.7};
}

void requireGaps(Officer& officer, std::uint64_t track, const std::vector<Gap>& expected) {
    const std::vector<double> found = officer.gaps(track);
    CAPTURE(track);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i] >= expected[i].seconds - kTolerance);
        CHECK(found[i] <= expected[i].seconds + expected[i].notSafe + kTolerance);
    }
}

}  // namespace

TEST_SUITE("recorder/stories") {
    TEST_CASE("a visit to a shop: press, marks, a short press by mistake, leaving") {
        Officer officer;
        officer.wait(5000);
        officer.press(Button::Record);
        officer.wait(20'000);
        officer.press(Button::Record);  // "still recording"
        officer.wait(5000);
        officer.press(Button::Mark);
        officer.wait(5000);
        officer.hold(Button::Record);
        officer.wait(4000);
        officer.said(3000);
        officer.wait(1000);
        CHECK(officer.verdict() == "intact");
        requireTold(officer,
                    {{"start", 5.0},
                     {"mark focus", 30.3},
                     {"end button", 41.5},
                     {"shutdown button", 42.5}});
        requireGaps(officer, evidence::kPictureTrack, {});
        requireGaps(officer, evidence::kSoundTrack, {});
        CHECK(officer.asked == std::vector<std::string>{
                                   "ask: opening", "say: recording", "ask: closing", "say: ended"});
    }

    TEST_CASE("the battery dies during a seizure, another one is put in") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(10'000);
        officer.battery = 9;
        officer.wait(10'000);
        officer.cutPower();  // before the gauge said empty; the next start is 3 s later
        officer.battery = 100;
        officer.wait(10'000);
        officer.press(Button::Mark);
        officer.wait(2000);
        CHECK(officer.verdict() == "intact");
        requireTold(officer,
                    {{"start", 0.0},
                     {"fault low_battery", 10.2},
                     {"boot", 23.2},
                     {"recovery", 23.2},
                     {"interruption power_loss both", 23.2},
                     {"resume both", 23.2},
                     {"mark focus", 33.2},
                     {"end shutdown", 35.4},
                     {"shutdown button", 35.4}});
        requireGaps(officer, evidence::kPictureTrack, {cutFor(3.0)});
        requireGaps(officer, evidence::kSoundTrack, {cutFor(3.0)});
    }

    TEST_CASE("the battery runs empty: an end in order says why") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(10'000);
        officer.battery = 2;
        officer.wait(1000);
        CHECK(officer.verdict() == "intact");
        requireTold(officer,
                    {{"start", 0.0},
                     {"fault low_battery", 10.2},
                     {"interruption low_battery both", 10.2},
                     {"end battery", 10.2},
                     {"shutdown button", 11.2}});
    }

    TEST_CASE("three interruptions in one act: the camera's cable, a private talk, a crash") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(10'000);
        officer.lose(Track::Picture);
        officer.wait(4000);
        officer.giveBack(Track::Picture);
        officer.wait(10'000);
        officer.hold(Button::Pause);
        officer.wait(4000);
        officer.said(3500);
        officer.wait(60'000);
        officer.press(Button::Record);
        officer.wait(10'000);
        officer.crash();
        officer.wait(10'000);
        officer.hold(Button::Record);
        officer.wait(11'000);  // nothing is said
        CHECK(officer.verdict() == "intact");
        requireTold(officer,
                    {{"start", 0.0},
                     {"interruption source_lost picture", 10.2},
                     {"resume picture", 14.2},
                     {"interruption pause both", 30.2},
                     {"explanation", 30.2},
                     {"resume both", 90.2},
                     {"boot", 103.3},
                     {"recovery", 103.3},
                     {"interruption crash both", 103.3},
                     {"resume both", 103.3},
                     {"end button", 125.4},
                     {"shutdown button", 126.4}});
        requireGaps(officer, evidence::kPictureTrack, {{4.0}, {60.0}, cutFor(3.0)});
        requireGaps(officer, evidence::kSoundTrack, {{60.0}, cutFor(3.0)});
        CHECK(officer.asked == std::vector<std::string>{"ask: opening",
                                                        "ask: resume",
                                                        "listen",
                                                        "ask: resume",
                                                        "ask: resume",
                                                        "ask: closing",
                                                        "say: ended"});
    }

    TEST_CASE("a pause that is not explained is cut at ten seconds") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(5000);
        officer.hold(Button::Pause);
        officer.wait(12'000);
        CHECK(officer.controls->state() == State::Interrupted);
        officer.press(Button::Pause);
        officer.wait(3000);
        CHECK(officer.verdict() == "intact");
        requireTold(officer,
                    {{"start", 0.0},
                     {"interruption pause both", 17.2},
                     {"resume both", 19.3},
                     {"end shutdown", 22.4},
                     {"shutdown button", 22.4}});
        requireGaps(officer, evidence::kPictureTrack, {{2.16}});
    }

    TEST_CASE("a pause taken back, an end taken back") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(3000);
        officer.hold(Button::Pause);
        officer.press(Button::Record);
        CHECK(officer.controls->state() == State::Recording);
        officer.hold(Button::Record);
        CHECK(officer.controls->state() == State::Closing);
        officer.press(Button::Record);
        CHECK(officer.controls->state() == State::Recording);
        officer.wait(3000);
        CHECK(officer.verdict() == "intact");
        CHECK(officer.tale() == "start; end shutdown; shutdown button");
        requireGaps(officer, evidence::kSoundTrack, {});
    }

    TEST_CASE("during a pause both sources go, one comes back before it ends") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(5000);
        officer.hold(Button::Pause);
        officer.press(Button::Pause);
        officer.lose(Track::Picture);
        officer.lose(Track::Sound);
        officer.wait(5000);
        officer.giveBack(Track::Sound);
        officer.wait(1000);
        officer.press(Button::Record);
        officer.wait(5000);
        officer.giveBack(Track::Picture);
        officer.wait(3000);
        CHECK(officer.verdict() == "intact");
        CHECK(officer.tale() ==
              "start; interruption pause both; resume both; interruption source_lost picture; "
              "resume picture; end shutdown; shutdown button");
    }

    TEST_CASE("held on, the press that ends a pause ends the recording") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(3000);
        officer.hold(Button::Pause);
        officer.press(Button::Pause);
        officer.wait(1000);
        officer.hold(Button::Record);
        CHECK(officer.controls->state() == State::Closing);
        officer.hold(Button::Record);
        CHECK(officer.controls->state() == State::Standby);
        CHECK(officer.verdict() == "intact");
        CHECK(officer.tale() ==
              "start; interruption pause both; resume both; end button; shutdown button");
    }

    TEST_CASE("where nobody listens nothing is waited for") {
        Bench bench;
        bench.mustStart();
        Controls controls;
        const auto press = [&](Button button, hal::ButtonAction action, int second) {
            controls.onButton(*bench, {button, action, second * 1s, second / 10 * 10s});
        };
        press(Button::Record, hal::ButtonAction::Press, 10);
        press(Button::Pause, hal::ButtonAction::HeldTwoSeconds, 22);
        CHECK(controls.state() == State::Interrupted);
        press(Button::Pause, hal::ButtonAction::Short, 30);
        press(Button::Record, hal::ButtonAction::HeldTwoSeconds, 42);
        CHECK(controls.state() == State::Standby);
        CHECK_FALSE(bench->recording());
    }

    TEST_CASE("REC held on from the press that began the recording does not end it") {
        Officer officer;
        officer.hold(Button::Record);
        CHECK(officer.controls->state() == State::Recording);
        officer.wait(1000);
        officer.hold(Button::Record);
        CHECK(officer.controls->state() == State::Closing);
    }

    TEST_CASE("the card is full at the worst moment: in the middle of a seizure") {
        Officer officer({.reserveBytes = 200'000});
        officer.press(Button::Record);
        officer.wait(5000);
        officer.breakCard(ENOSPC);
        officer.wait(3000);
        CHECK(officer.controls->state() == State::Fault);
        CHECK(officer.asked.back() == "say: no room");
        officer.mendCard();
        officer.wait(2000);
        CHECK(officer.verdict() == "intact");
        CHECK(officer.bench.kinds()["end"] == 1);
        CHECK(officer.tale().find("interruption storage_full both; end storage") !=
              std::string::npos);
    }

    TEST_CASE("stop without end: put into the dock while still recording") {
        Officer officer;
        officer.press(Button::Record);
        officer.wait(5000);
        officer.dock();
        officer.wait(1000);
        officer.undock();
        officer.wait(1000);
        CHECK(officer.controls->state() == State::Standby);
        CHECK(officer.verdict() == "intact");
        requireTold(officer, {{"start", 0.0}, {"end docked", 5.2}, {"shutdown button", 7.2}});
    }
}

}  // namespace liuhen::recorder::test
