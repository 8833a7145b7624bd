// SPDX-License-Identifier: Apache-2.0
// Plays a script's events at their times on a thread of its own.
#pragma once

#include "common/core/clock.hpp"
#include "hal/sim/script.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace liuhen::hal::sim {

/// A thing that happens: a script event, or the later half of one.
struct Step {
    core::Nanoseconds at{};     // after ready()
    core::Nanoseconds begun{};  // of the script event that it belongs to, after ready()
    bool later = false;         // release or hold of a press, end of a statement
    ScriptEvent event;
};

/// Script events as steps in time order: a press and its release (150 ms) or hold (2 s), a
/// statement when it ends.
[[nodiscard]] std::vector<Step> stepsOf(const std::vector<ScriptEvent>& events);

class ScriptPlayer {
public:
    /// `act` gets each step with BOOTTIME of ready().
    using Act = std::function<void(const Step& step, core::Nanoseconds readyAt)>;
    ScriptPlayer(std::vector<Step> steps, const core::Clock& clock, Act act);
    /// Starts the thread. Once.
    void start();

private:
    void run(const std::stop_token& stop, core::Nanoseconds readyAt);

    std::vector<Step> steps_;
    const core::Clock& clock_;
    Act act_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace liuhen::hal::sim
