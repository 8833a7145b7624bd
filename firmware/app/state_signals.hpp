// SPDX-License-Identifier: Apache-2.0
// The recorder's state as light and vibration (docs/recorder.md has the table).
#pragma once

#include "firmware/recorder/states.hpp"
#include "hal/signals.hpp"

#include <optional>

namespace liuhen::app {

[[nodiscard]] hal::Light lightOf(recorder::State state);
/// What is felt as one state follows another, if anything.
[[nodiscard]] std::optional<hal::Pattern> patternOf(recorder::State from, recorder::State to);

/// Shows each state that is entered. The writer thread's.
class StateSignals {
public:
    /// `signals` must outlive it.
    explicit StateSignals(hal::Signals& signals) : signals_(signals) {}
    void entered(recorder::State state);

private:
    hal::Signals& signals_;
    std::optional<recorder::State> before_;
};

}  // namespace liuhen::app
