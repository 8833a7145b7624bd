// SPDX-License-Identifier: Apache-2.0
// How the threads of the dock are told to end, also while they wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace liuhen::ingest {

/// Asked once, seen by all. Thread-safe; not for signal handlers.
class Stop {
public:
    void ask() {
        {
            const std::scoped_lock guard(mutex_);
            asked_ = true;
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool asked() const {
        const std::scoped_lock guard(mutex_);
        return asked_;
    }
    /// Waits; answers false as soon as it is asked to stop.
    [[nodiscard]] bool wait(std::chrono::milliseconds span) const {
        std::unique_lock guard(mutex_);
        return !changed_.wait_for(guard, span, [this] { return asked_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool asked_ = false;
};

}  // namespace liuhen::ingest
