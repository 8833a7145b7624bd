// SPDX-License-Identifier: Apache-2.0
// Plays a script's events at their times on a thread of its own.
#include "hal/sim/script_player.hpp"

#include "hal/buttons.hpp"

#include <algorithm>

namespace liuhen::hal::sim {

namespace {

constexpr core::Nanoseconds kShortPress = std::chrono::milliseconds(150);

bool isPress(Do action) {
    return action == Do::PressRecord || action == Do::PressPause || action == Do::PressMark ||
           action == Do::PressPhoto || action == Do::PressSound;
}

bool isHold(Do action) {
    return action == Do::HoldRecord || action == Do::HoldPause || action == Do::HoldSound;
}

}  // namespace

std::vector<Step> stepsOf(const std::vector<ScriptEvent>& events) {
    std::vector<Step> steps;
    for (const ScriptEvent& event : events) {
        if (event.action == Do::Statement) {
            steps.push_back({event.at + event.length, event.at, true, event});
            continue;
        }
        steps.push_back({event.at, event.at, false, event});
        if (isPress(event.action)) {
            steps.push_back({event.at + kShortPress, event.at, true, event});
        } else if (isHold(event.action)) {
            steps.push_back({event.at + kHoldTime, event.at, true, event});
        }
    }
    std::stable_sort(
        steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
    return steps;
}

ScriptPlayer::ScriptPlayer(std::vector<Step> steps, const core::Clock& clock, Act act)
    : steps_(std::move(steps)), clock_(clock), act_(std::move(act)) {}

void ScriptPlayer::start() {
    const core::Nanoseconds readyAt = clock_.boottime();
    thread_ = std::jthread([this, readyAt](const std::stop_token& stop) { run(stop, readyAt); });
}

void ScriptPlayer::run(const std::stop_token& stop, core::Nanoseconds readyAt) {
    for (const Step& step : steps_) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            const core::Nanoseconds left = readyAt + step.at - clock_.boottime();
            if (left <= core::Nanoseconds::zero()) {
                break;
            }
            wake_.wait_for(lock, stop, left, [] { return false; });
        }
        if (stop.stop_requested()) {
            return;
        }
        lock.unlock();
        act_(step, readyAt);
    }
}

}  // namespace liuhen::hal::sim
