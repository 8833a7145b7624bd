// SPDX-License-Identifier: Apache-2.0
// The recorder's state as light and vibration.
#include "firmware/app/state_signals.hpp"

namespace liuhen::app {

using hal::Light;
using hal::Pattern;
using recorder::State;

Light lightOf(State state) {
    switch (state) {
        case State::Standby:
            return Light::Standby;
        case State::Recording:
        case State::GivingReason:  // what is said is still recorded
            return Light::Recording;
        case State::Interrupted:
            return Light::Interrupted;
        case State::Closing:
            return Light::Closing;
        case State::Docked:
            return Light::Docked;
        case State::Fault:
            return Light::Fault;
    }
    return Light::Off;
}

std::optional<Pattern> patternOf(State from, State to) {
    if (to == State::Fault) {
        return Pattern::Fault;
    }
    if (to == State::Interrupted) {
        return Pattern::Warning;
    }
    const bool recorded = holdsRecording(from) && from != State::Interrupted;
    if (to == State::Recording && !recorded) {
        return Pattern::Begin;
    }
    if (!holdsRecording(to) && holdsRecording(from)) {
        return Pattern::End;
    }
    return std::nullopt;
}

void StateSignals::entered(State state) {
    signals_.show(lightOf(state));
    const auto pattern = before_                     ? patternOf(*before_, state)
                         : state == State::Recording ? std::optional(Pattern::Begin)
                                                     : std::nullopt;
    if (pattern) {
        signals_.vibrate(*pattern);
    }
    before_ = state;
}

}  // namespace liuhen::app
