// SPDX-License-Identifier: Apache-2.0
// The recorder's states and what leads from one to the next (docs/recorder.md shows them as a
// picture).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace liuhen::recorder {

/// What the recorder is doing, as its officer would say it.
enum class State {
    Standby,
    Recording,
    GivingReason,  // still recording: the reason of a pause is being said
    Interrupted,   // paused by the officer: nothing is recorded
    Closing,       // still recording: the last words before the end
    Docked,
    Fault,  // as standby, but the last press was refused or a check failed
};
inline constexpr std::size_t kStates = 7;

enum class Event {
    RecordPressed,
    RecordShort,
    RecordHeld,
    PauseShort,
    PauseHeld,
    MarkPressed,
    MarkHeld,
    Said,          // what was listened for has been said, or will not be
    TimeUp,        // the state has lasted as long as it may
    StartRefused,  // a press could not begin a recording
    Ended,         // the recording ended by itself: no room
    SourceBack,    // a track that was lost is there again
    BatteryLow,
    BatteryEmpty,
    RoomLow,  // little footage still fits; the entry is Recorder's
    Docked,
    Undocked,
    CheckFailed,
    CheckPassed,
};
inline constexpr std::size_t kEvents = 19;

/// What is done on the way. The first group is the recorder's, the second that of voice and lights.
enum class Act {
    None,
    Start,
    End,
    Pause,
    GoOn,
    Mark,
    NoteLowBattery,

    AskOpening,
    AskNotice,
    AskResume,
    AskClosing,
    ListenForReason,
    StopListening,
    SayStillRecording,
    SayEnded,
    SayLowBattery,
    SayLowRoom,
    SayNoRoom,
    SayFault,
    ToggleSilent,
};

struct Transition {
    State from;
    Event on;
    State to;
    std::array<Act, 2> acts{Act::None, Act::None};  // in this order
};

/// Every transition there is; an event without a row in a state does nothing there.
[[nodiscard]] std::span<const Transition> transitions();
/// The row, or null.
[[nodiscard]] const Transition* transitionFor(State from, Event on);

/// Whether a recording is open in this state.
[[nodiscard]] bool holdsRecording(State state);

[[nodiscard]] std::string_view name(State state);
[[nodiscard]] std::string_view name(Event event);
[[nodiscard]] std::string_view name(Act act);

}  // namespace liuhen::recorder
