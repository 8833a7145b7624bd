// SPDX-License-Identifier: Apache-2.0
// Failures by key.
#include "dock/access/attempts.hpp"

#include <algorithm>

namespace liuhen::access {

using std::chrono::seconds;

std::optional<seconds> Attempts::begin(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    const core::Nanoseconds now = clock_->boottime();
    if (!counts_.contains(key)) {
        makeRoom();
    }
    Count& count = counts_[key];
    if (count.failures > 0 && now - count.newest > limits_.forgotten) {
        count = Count{};
    }
    if (now < count.blockedUntil) {
        return std::chrono::ceil<seconds>(count.blockedUntil - now);
    }
    ++count.failures;
    count.newest = now;
    if (count.failures >= limits_.failures) {
        seconds wait = limits_.firstWait;
        for (unsigned i = limits_.failures; i < count.failures && wait < limits_.longestWait; ++i) {
            wait *= 2;
        }
        count.blockedUntil = now + std::min(wait, limits_.longestWait);
    }
    return std::nullopt;
}

void Attempts::succeeded(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    counts_.erase(key);
}

void Attempts::uncount(const std::string& key) {
    const std::scoped_lock guard(mutex_);
    const auto found = counts_.find(key);
    if (found == counts_.end()) {
        return;
    }
    found->second.blockedUntil = core::Nanoseconds{};
    if (found->second.failures <= 1) {
        counts_.erase(found);
    } else {
        --found->second.failures;
    }
}

void Attempts::makeRoom() {
    if (counts_.size() < limits_.keys) {
        return;
    }
    const auto oldest =
        std::min_element(counts_.begin(), counts_.end(), [](const auto& a, const auto& b) {
            return a.second.newest < b.second.newest;
        });
    counts_.erase(oldest);
}

}  // namespace liuhen::access
