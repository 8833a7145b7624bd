// SPDX-License-Identifier: Apache-2.0
// One bay of the dock: waits for a recorder, takes it in, waits until it is gone.
#pragma once

#include "dock/ingest/intake.hpp"

#include <chrono>
#include <mutex>
#include <optional>

namespace liuhen::bay {

/// How a bay waits.
struct Pace {
    bool once = false;                              // one intake, then the end
    std::chrono::milliseconds arrivalWait{10'000};  // once: for a recorder to answer at all
    std::chrono::milliseconds look{2'000};          // between two looks for a recorder
    /// Until a recorder that is still there is visited again, if its intake failed or waits.
    std::chrono::milliseconds revisit{180'000};
};

/// Runs intakes at one place. run() is for one thread; the rest is thread-safe.
class Bay {
public:
    Bay(ingest::DockParts& parts, ingest::BayPlace place, const Pace& pace)
        : parts_(parts), place_(std::move(place)), pace_(pace), intake_(parts, place_, progress_) {}

    /// Until stopped; with `once` until one intake ended.
    void run();

    [[nodiscard]] const std::string& name() const { return place_.name; }
    [[nodiscard]] ingest::Snapshot snapshot() const { return progress_.snapshot(); }
    /// The newest intake that ended; nothing before.
    [[nodiscard]] std::optional<ingest::Outcome> outcome() const;

private:
    /// One visit of a recorder: tries again while that may help, and as soon as there is room.
    [[nodiscard]] ingest::Outcome visit();
    /// Blocks until the recorder of `last` is gone, was started anew, recorded meanwhile, or is to
    /// be visited again.
    void waitUntilGone(const ingest::Outcome& last);
    /// Whether a visit that found a full disk goes on.
    [[nodiscard]] bool waitForRoom(const ingest::Outcome& outcome, core::Nanoseconds began);

    ingest::DockParts& parts_;
    ingest::BayPlace place_;
    Pace pace_;
    ingest::Progress progress_;
    ingest::Intake intake_;
    mutable std::mutex mutex_;
    std::optional<ingest::Outcome> outcome_;  // under mutex_
};

}  // namespace liuhen::bay
