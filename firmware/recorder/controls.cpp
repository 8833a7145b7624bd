// SPDX-License-Identifier: Apache-2.0
// Buttons and board events through the table.
#include "firmware/recorder/controls.hpp"

#include "common/core/log.hpp"

#include <utility>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Nanoseconds;

namespace {

/// The spoken reason of a pause (design section 6), and the last words before an end.
constexpr Nanoseconds kReasonLimit = std::chrono::seconds(10);
constexpr Nanoseconds kClosingLimit = std::chrono::seconds(10);
/// Percent. Between the two a recorder works for minutes; below the lower one its power may go at
/// any moment, and an end in order says why.
constexpr int kBatteryLow = 10;
constexpr int kBatteryEmpty = 2;
/// Above this a battery counts as charged again.
constexpr int kBatteryFine = 15;

void report(const core::Result<void>& result, std::string_view what) {
    if (!result) {
        core::log(core::LogLevel::Warning,
                  "recorder",
                  fmt::format("{}: {}", what, result.error().message));
    }
}

void say(std::string_view what) {
    core::log(core::LogLevel::Info, "recorder", std::string(what));
}

std::optional<Event> eventOf(const hal::ButtonEvent& event) {
    using hal::Button;
    using hal::ButtonAction;
    switch (event.button) {
        case Button::Record:
        case Button::Sound:
            return event.action == ButtonAction::Press   ? Event::RecordPressed
                   : event.action == ButtonAction::Short ? Event::RecordShort
                                                         : Event::RecordHeld;
        case Button::Pause:
            return event.action == ButtonAction::Short            ? std::optional(Event::PauseShort)
                   : event.action == ButtonAction::HeldTwoSeconds ? std::optional(Event::PauseHeld)
                                                                  : std::nullopt;
        case Button::Mark:
            return event.action == ButtonAction::Press ? std::optional(Event::MarkPressed)
                   : event.action == ButtonAction::HeldTwoSeconds ? std::optional(Event::MarkHeld)
                                                                  : std::nullopt;
        case Button::Photo:
            break;  // onPhoto
    }
    return std::nullopt;
}

std::string_view reasonOf(Event cause) {
    return cause == Event::BatteryEmpty ? "battery" : cause == Event::Docked ? "docked" : "button";
}

}  // namespace

void Controls::begin(const Recorder& recorder, Nanoseconds now) {
    since_ = now;
    if (recorder.recording()) {
        enter(State::Recording, now);
        if (outside_.act) {
            outside_.act(Act::AskResume, now);
        }
    } else if (outside_.entered) {
        outside_.entered(state_);
    }
}

void Controls::onButton(Recorder& recorder, const hal::ButtonEvent& event) {
    const auto what = eventOf(event);
    if (!what) {
        return;
    }
    // A press that has begun a recording does no more, however long it lasts; one that has ended a
    // pause ends the recording if it is held on.
    if (beganBy_ == event.pressedAt && event.button != hal::Button::Mark &&
        event.action != hal::ButtonAction::Press) {
        if (event.action == hal::ButtonAction::Short || !heldEnds_) {
            return;
        }
    }
    soundAlone_ = event.button == hal::Button::Sound;
    handle(recorder, *what, event.action == hal::ButtonAction::Press ? event.pressedAt : event.at);
}

void Controls::onPhoto(Recorder& recorder, Nanoseconds press, core::Result<capture::Photo> photo) {
    if (recorder.recording()) {
        if (!recorder.paused()) {
            report(recorder.mark("note", press), "mark");
        }
        return;
    }
    const auto taken = photo ? recorder.takePhoto("button", press, *photo)
                             : core::Result<std::uint64_t>(tl::make_unexpected(photo.error()));
    core::log(taken ? core::LogLevel::Info : core::LogLevel::Error,
              "recorder",
              taken ? "photo taken" : taken.error().message);
    if (!taken) {
        handle(recorder, Event::StartRefused, press);
    }
}

void Controls::onBoardEvent(Recorder& recorder, const hal::BoardEvent& event) {
    if (event.kind == hal::BoardEventKind::CardPulled) {
        recorder.takeCardPulled();
    } else if (event.kind == hal::BoardEventKind::CardReturned) {
        recorder.takeCardReturned();
    }
    if (event.kind == hal::BoardEventKind::Statement) {
        report(recorder.statement(event.statement, event.from, event.to), "statement");
    } else if (event.kind == hal::BoardEventKind::Docked) {
        handle(recorder, Event::Docked, event.at);
    } else if (event.kind == hal::BoardEventKind::Undocked) {
        handle(recorder, Event::Undocked, event.at);
    }
}

void Controls::onSaid(Recorder& recorder, const SpokenReason& reason, Nanoseconds now) {
    reason_ = reason;
    handle(recorder, Event::Said, now);
}

void Controls::onSourceBack(Recorder& recorder, Nanoseconds now) {
    handle(recorder, Event::SourceBack, now);
}

void Controls::onCheck(Recorder& recorder, bool passed, Nanoseconds now) {
    handle(recorder, passed ? Event::CheckPassed : Event::CheckFailed, now);
}

void Controls::onBattery(Recorder& recorder, int percent, bool charging, Nanoseconds now) {
    percent_ = percent;
    if (charging || percent >= kBatteryFine) {
        lowTold_ = emptyTold_ = false;
        return;
    }
    if (percent <= kBatteryLow && !lowTold_) {
        lowTold_ = true;
        handle(recorder, Event::BatteryLow, now);
    }
    if (percent <= kBatteryEmpty && !emptyTold_) {
        emptyTold_ = true;
        handle(recorder, Event::BatteryEmpty, now);
    }
}

void Controls::tick(Recorder& recorder, Nanoseconds now) {
    const storage::StorageEvent before = std::exchange(room_, recorder.room());
    if (before == storage::StorageEvent::Back && room_ == storage::StorageEvent::Low) {
        handle(recorder, Event::RoomLow, now);
    }
    if (holdsRecording(state_) && !recorder.recording()) {
        handle(recorder, Event::Ended, now);
    } else if ((state_ == State::GivingReason && now - since_ >= kReasonLimit) ||
               (state_ == State::Closing && now - since_ >= kClosingLimit)) {
        handle(recorder, Event::TimeUp, now);
    }
}

void Controls::handle(Recorder& recorder, Event event, Nanoseconds at) {
    const Transition* row = transitionFor(state_, event);
    if (row == nullptr) {
        return;
    }
    cause_ = event;
    for (const Act act : row->acts) {
        if (!perform(recorder, act, at)) {
            handle(recorder, Event::StartRefused, at);
            return;
        }
    }
    if (row->to != state_) {
        enter(row->to, at);
    }
    if (event == Event::RecordPressed) {
        beganBy_ = at;
        heldEnds_ = row->acts.front() != Act::Start;
    }
    reason_ = {};
    if (std::exchange(nobodyListens_, false)) {
        handle(recorder, Event::Said, at);
    }
}

void Controls::enter(State state, Nanoseconds at) {
    state_ = state;
    since_ = at;
    if (outside_.entered) {
        outside_.entered(state);
    }
}

void Controls::tellEnding() const {
    if (outside_.ending) {
        outside_.ending();
    }
}

bool Controls::begins(Recorder& recorder, Nanoseconds press) {
    const auto started =
        soundAlone_ ? recorder.startSound("button", press) : recorder.start("button", press);
    core::log(started ? core::LogLevel::Info : core::LogLevel::Error,
              "recorder",
              started ? "recording" : started.error().message);
    return started.has_value();
}

bool Controls::perform(Recorder& recorder, Act act, Nanoseconds at) {
    switch (act) {
        case Act::None:
            return true;
        case Act::Start:
            return begins(recorder, at);
        case Act::End: {
            tellEnding();
            const bool empty = cause_ == Event::BatteryEmpty;
            report(recorder.end(reasonOf(cause_), empty ? "low_battery" : ""), "end recording");
            say("recording ended");
            return true;
        }
        case Act::Pause:
            tellEnding();
            report(recorder.pause(reason_), "pause");
            say("interrupted");
            return true;
        case Act::GoOn:
            report(recorder.goOn(), "go on");
            say("recording again");
            return true;
        case Act::NoteLowBattery:
            report(recorder.noteFault("low_battery", core::Cbor::map({{"percent", percent_}})),
                   "note low battery");
            return true;
        case Act::Mark:
            report(recorder.mark("focus", at), "mark");
            return true;
        default: {
            const bool follows = outside_.act && outside_.act(act, at);
            nobodyListens_ = !follows && (act == Act::AskClosing || act == Act::ListenForReason);
            return true;
        }
    }
}

}  // namespace liuhen::recorder
