// SPDX-License-Identifier: Apache-2.0
// The life of a bay.
#include "dock/bay/bay.hpp"

#include "common/core/log.hpp"
#include "dock/ingest/assignment_step.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::bay {

using ingest::Outcome;
using ingest::Phase;
using std::chrono::milliseconds;

std::optional<Outcome> Bay::outcome() const {
    const std::scoped_lock guard(mutex_);
    return outcome_;
}

void Bay::run() {
    do {
        Outcome ended = visit();
        const bool nobody = ended.device.empty() && !ended.refusedPeer;
        if (pace_.once || !nobody) {
            core::log(ended.end == Phase::Done ? core::LogLevel::Info : core::LogLevel::Warning,
                      "bay",
                      fmt::format("{}: {} {}: {} chapters, {} segments, {} bytes of footage{}{}",
                                  place_.name,
                                  ended.device.empty() ? "nobody" : ended.device,
                                  ingest::name(ended.end),
                                  ended.chapters,
                                  ended.segments,
                                  ended.footageBytes,
                                  ended.reason.empty() ? "" : "; ",
                                  ended.reason));
            const std::scoped_lock guard(mutex_);
            outcome_ = ended;
        }
        if (pace_.once) {
            return;
        }
        if (nobody || ended.refusedPeer) {
            static_cast<void>(parts_.stop.wait(pace_.look));
        } else {
            waitUntilGone(ended);
        }
    } while (!parts_.stop.asked());
}

Outcome Bay::visit() {
    const core::SystemClock clock;
    const auto began = clock.boottime();
    milliseconds pause = parts_.patience.firstPause;
    Outcome before;
    for (unsigned poor = 0;;) {
        Outcome outcome = intake_.run();
        const bool fruitful = outcome.chapters + outcome.segments > 0;
        outcome.join(before);
        if (outcome.noRoom) {
            if (!waitForRoom(outcome, began)) {
                return outcome;
            }
            before = std::move(outcome);
            continue;
        }
        const bool there = !outcome.device.empty() || !before.device.empty();
        const bool waiting = pace_.once && !there && clock.boottime() - began < pace_.arrivalWait;
        poor = fruitful ? 0 : poor + 1;
        const bool again = waiting || (there && poor < parts_.patience.attempts);
        if (!outcome.transient || !again || !parts_.stop.wait(pause)) {
            return outcome;
        }
        pause = fruitful ? parts_.patience.firstPause
                         : std::min(pause * 2, parts_.patience.longestPause);
        if (!outcome.device.empty()) {
            before = std::move(outcome);
        }
    }
}

bool Bay::waitForRoom(const Outcome& outcome, core::Nanoseconds began) {
    const core::SystemClock clock;
    const auto& limit = parts_.patience.roomWait;
    if (limit && clock.boottime() - began >= *limit) {
        return false;
    }
    progress_.enter(Phase::Paused, "a disk is full: " + outcome.reason);
    return parts_.stop.wait(parts_.patience.longestPause);
}

void Bay::waitUntilGone(const Outcome& last) {
    const core::SystemClock clock;
    const auto began = clock.boottime();
    const bool comesBack = last.end == Phase::Failed || last.waiting;
    bool recorded = false;
    while (parts_.stop.wait(pace_.look)) {
        if (comesBack && clock.boottime() - began >= pace_.revisit) {
            return;
        }
        auto link = ingest::RecorderLink::connect(place_.endpoint, parts_.identity, parts_.limits);
        if (!link) {
            return;
        }
        const auto state = (*link)->state();
        if (!state || (*link)->device() != last.device || state->boot != last.boot) {
            return;
        }
        if (recorded && !state->recording) {
            return;
        }
        if (parts_.records != nullptr) {
            const ingest::Visit visit{*parts_.records, **link, place_.name, false};
            if (const auto told = ingest::tellRegister(visit, *state); !told) {
                core::log(core::LogLevel::Warning, "bay", told.error().message);
            }
        }
        recorded = recorded || state->recording;
    }
}

}  // namespace liuhen::bay
