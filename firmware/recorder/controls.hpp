// SPDX-License-Identifier: Apache-2.0
// What buttons, board events and the voice mean for the recorder: runs the transition table.
#pragma once

#include "firmware/recorder/recorder.hpp"
#include "firmware/recorder/states.hpp"
#include "hal/board.hpp"

#include <functional>
#include <optional>

namespace liuhen::recorder {

/// Runs the table of states.hpp on the writer thread. What is not the recorder's own is asked of
/// others: voice and lights, which may be absent.
class Controls {
public:
    struct Outside {
        /// An act of the second group, and the time of what led to it (BOOTTIME). Answers whether
        /// onSaid() will follow; where nobody listens, states that wait for it end at once.
        std::function<bool(Act, core::Nanoseconds)> act;
        /// The state is another one now.
        std::function<void(State)> entered;
        /// The recording is about to end or to pause: entries made now stand before that.
        std::function<void()> ending;
    };

    Controls() : Controls(Outside()) {}
    explicit Controls(Outside outside) : outside_(std::move(outside)) {}

    /// Looks whether a recording went on at the start. Call once, before all else.
    void begin(const Recorder& recorder, core::Nanoseconds now);
    void onButton(Recorder& recorder, const hal::ButtonEvent& event);
    /// A photo that the button asked for at BOOTTIME `press`, or why there is none. While recording
    /// it becomes a mark: the picture holds that moment already. One that fails counts as a start
    /// that was refused.
    void onPhoto(Recorder& recorder, core::Nanoseconds press, core::Result<capture::Photo> photo);
    void onBoardEvent(Recorder& recorder, const hal::BoardEvent& event);
    /// What AskClosing or ListenForReason waited for. `reason` counts in GivingReason only.
    void onSaid(Recorder& recorder, const SpokenReason& reason, core::Nanoseconds now);
    /// A track that was lost is there again.
    void onSourceBack(Recorder& recorder, core::Nanoseconds now);
    void onCheck(Recorder& recorder, bool passed, core::Nanoseconds now);
    void onBattery(Recorder& recorder, int percent, bool charging, core::Nanoseconds now);
    /// Ends states that last too long; call as often as Recorder::tick.
    void tick(Recorder& recorder, core::Nanoseconds now);

    [[nodiscard]] State state() const { return state_; }

private:
    void handle(Recorder& recorder, Event event, core::Nanoseconds at);
    /// Whether the transition holds; if not, `refused_` says with what to go on.
    [[nodiscard]] bool perform(Recorder& recorder, Act act, core::Nanoseconds at);
    [[nodiscard]] bool begins(Recorder& recorder, core::Nanoseconds press);
    void tellEnding() const;
    void enter(State state, core::Nanoseconds at);

    Outside outside_;
    State state_ = State::Standby;
    core::Nanoseconds since_{};                 // in this state
    std::optional<core::Nanoseconds> beganBy_;  // the press that began or resumed
    bool soundAlone_ = false;                   // the button was SOUND
    bool heldEnds_ = true;                      // whether that same press, held on, may end
    Event cause_ = Event::Ended;                // what is being handled
    SpokenReason reason_;
    int percent_ = 100;  // of the battery
    storage::StorageEvent room_ = storage::StorageEvent::Back;
    bool nobodyListens_ = false;
    bool lowTold_ = false;
    bool emptyTold_ = false;
};

}  // namespace liuhen::recorder
