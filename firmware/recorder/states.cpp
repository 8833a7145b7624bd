// SPDX-License-Identifier: Apache-2.0
// The transition table, one row a line.
#include "firmware/recorder/states.hpp"

#include <algorithm>

namespace liuhen::recorder {

namespace {

// clang-format off
constexpr Transition kTransitions[] = {
    {State::Standby,      Event::RecordPressed, State::Recording,    {Act::Start, Act::AskOpening}},
    {State::Standby,      Event::StartRefused,  State::Fault,        {Act::SayFault}},
    {State::Standby,      Event::MarkHeld,      State::Standby,      {Act::ToggleSilent}},
    {State::Standby,      Event::BatteryLow,    State::Standby,      {Act::NoteLowBattery, Act::SayLowBattery}},
    {State::Standby,      Event::RoomLow,       State::Standby,      {Act::SayLowRoom}},
    {State::Standby,      Event::Docked,        State::Docked,       {}},
    {State::Standby,      Event::CheckFailed,   State::Fault,        {Act::SayFault}},

    {State::Recording,    Event::RecordShort,   State::Recording,    {Act::SayStillRecording}},
    {State::Recording,    Event::RecordHeld,    State::Closing,      {Act::AskClosing}},
    {State::Recording,    Event::PauseHeld,     State::GivingReason, {Act::ListenForReason}},
    {State::Recording,    Event::MarkPressed,   State::Recording,    {Act::Mark}},
    {State::Recording,    Event::MarkHeld,      State::Recording,    {Act::AskNotice}},
    {State::Recording,    Event::SourceBack,    State::Recording,    {Act::AskResume}},
    {State::Recording,    Event::BatteryLow,    State::Recording,    {Act::NoteLowBattery, Act::SayLowBattery}},
    {State::Recording,    Event::RoomLow,       State::Recording,    {Act::SayLowRoom}},
    {State::Recording,    Event::BatteryEmpty,  State::Standby,      {Act::End}},
    {State::Recording,    Event::Docked,        State::Docked,       {Act::End}},
    {State::Recording,    Event::Ended,         State::Fault,        {Act::SayNoRoom}},

    {State::GivingReason, Event::Said,          State::Interrupted,  {Act::Pause}},
    {State::GivingReason, Event::TimeUp,        State::Interrupted,  {Act::Pause}},
    {State::GivingReason, Event::PauseShort,    State::Interrupted,  {Act::Pause}},
    {State::GivingReason, Event::RecordShort,   State::Recording,    {Act::StopListening, Act::SayStillRecording}},
    {State::GivingReason, Event::RecordHeld,    State::Closing,      {Act::AskClosing}},
    {State::GivingReason, Event::MarkPressed,   State::GivingReason, {Act::Mark}},
    {State::GivingReason, Event::BatteryLow,    State::GivingReason, {Act::NoteLowBattery, Act::SayLowBattery}},
    {State::GivingReason, Event::RoomLow,       State::GivingReason, {Act::SayLowRoom}},
    {State::GivingReason, Event::BatteryEmpty,  State::Standby,      {Act::End}},
    {State::GivingReason, Event::Docked,        State::Docked,       {Act::End}},
    {State::GivingReason, Event::Ended,         State::Fault,        {Act::SayNoRoom}},

    {State::Interrupted,  Event::RecordPressed, State::Recording,    {Act::GoOn, Act::AskResume}},
    {State::Interrupted,  Event::PauseShort,    State::Recording,    {Act::GoOn, Act::AskResume}},
    {State::Interrupted,  Event::BatteryLow,    State::Interrupted,  {Act::NoteLowBattery, Act::SayLowBattery}},
    {State::Interrupted,  Event::RoomLow,       State::Interrupted,  {Act::SayLowRoom}},
    {State::Interrupted,  Event::BatteryEmpty,  State::Standby,      {Act::End}},
    {State::Interrupted,  Event::Docked,        State::Docked,       {Act::End}},
    {State::Interrupted,  Event::Ended,         State::Fault,        {Act::SayNoRoom}},

    {State::Closing,      Event::Said,          State::Standby,      {Act::End, Act::SayEnded}},
    {State::Closing,      Event::TimeUp,        State::Standby,      {Act::End, Act::SayEnded}},
    {State::Closing,      Event::RecordHeld,    State::Standby,      {Act::End, Act::SayEnded}},
    {State::Closing,      Event::RecordShort,   State::Recording,    {Act::StopListening, Act::SayStillRecording}},
    {State::Closing,      Event::MarkPressed,   State::Closing,      {Act::Mark}},
    {State::Closing,      Event::BatteryLow,    State::Closing,      {Act::NoteLowBattery}},
    {State::Closing,      Event::BatteryEmpty,  State::Standby,      {Act::End}},
    {State::Closing,      Event::Docked,        State::Docked,       {Act::End}},
    {State::Closing,      Event::Ended,         State::Fault,        {Act::SayNoRoom}},

    {State::Docked,       Event::RecordPressed, State::Recording,    {Act::Start, Act::AskOpening}},
    {State::Docked,       Event::StartRefused,  State::Docked,       {Act::SayFault}},
    {State::Docked,       Event::BatteryLow,    State::Docked,       {Act::NoteLowBattery}},
    {State::Docked,       Event::Undocked,      State::Standby,      {}},

    {State::Fault,        Event::RecordPressed, State::Recording,    {Act::Start, Act::AskOpening}},
    {State::Fault,        Event::StartRefused,  State::Fault,        {Act::SayFault}},
    {State::Fault,        Event::MarkHeld,      State::Fault,        {Act::ToggleSilent}},
    {State::Fault,        Event::BatteryLow,    State::Fault,        {Act::NoteLowBattery, Act::SayLowBattery}},
    {State::Fault,        Event::RoomLow,       State::Fault,        {Act::SayLowRoom}},
    {State::Fault,        Event::Docked,        State::Docked,       {}},
    {State::Fault,        Event::CheckPassed,   State::Standby,      {}},
};
// clang-format on

constexpr std::array<std::string_view, kStates> kStateNames{
    "standby", "recording", "giving_reason", "interrupted", "closing", "docked", "fault"};

constexpr std::array<std::string_view, kEvents> kEventNames{"REC pressed",
                                                            "REC short",
                                                            "REC held",
                                                            "PAUSE short",
                                                            "PAUSE held",
                                                            "MARK pressed",
                                                            "MARK held",
                                                            "said",
                                                            "time is up",
                                                            "start refused",
                                                            "ended itself",
                                                            "source back",
                                                            "battery low",
                                                            "battery empty",
                                                            "room low",
                                                            "docked",
                                                            "undocked",
                                                            "check failed",
                                                            "check passed"};

constexpr std::string_view kActNames[] = {"",
                                          "start",
                                          "end",
                                          "pause",
                                          "go on",
                                          "mark",
                                          "note battery",
                                          "ask: opening",
                                          "ask: notice",
                                          "ask: resume",
                                          "ask: closing",
                                          "listen",
                                          "stop listening",
                                          "say: recording",
                                          "say: ended",
                                          "say: battery",
                                          "say: low room",
                                          "say: no room",
                                          "say: fault",
                                          "toggle silent"};

}  // namespace

std::span<const Transition> transitions() {
    return kTransitions;
}

const Transition* transitionFor(State from, Event on) {
    const auto* const found = std::find_if(
        std::begin(kTransitions), std::end(kTransitions), [from, on](const Transition& row) {
            return row.from == from && row.on == on;
        });
    return found == std::end(kTransitions) ? nullptr : found;
}

bool holdsRecording(State state) {
    return state == State::Recording || state == State::GivingReason ||
           state == State::Interrupted || state == State::Closing;
}

std::string_view name(State state) {
    return kStateNames.at(static_cast<std::size_t>(state));
}

std::string_view name(Event event) {
    return kEventNames.at(static_cast<std::size_t>(event));
}

std::string_view name(Act act) {
    return kActNames[static_cast<std::size_t>(act)];
}

}  // namespace liuhen::recorder
