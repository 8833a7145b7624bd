// SPDX-License-Identifier: Apache-2.0
// A mutex that is waited for only so long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace liuhen::vault {

/// As std::timed_mutex, which the thread sanitizer of this compiler does not understand (it misses
/// pthread_mutex_clocklock); for std::unique_lock.
class TimedMutex {
public:
    [[nodiscard]] bool try_lock() {
        const std::lock_guard lock(mutex_);
        return !std::exchange(held_, true);
    }
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& limit) {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, limit, [this] { return !held_; })) {
            return false;
        }
        held_ = true;
        return true;
    }
    void unlock() {
        const std::lock_guard lock(mutex_);
        held_ = false;
        freed_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable freed_;
    bool held_ = false;
};

}  // namespace liuhen::vault
