// SPDX-License-Identifier: Apache-2.0
// How often somebody may fail: a bound for each account and each address.
#pragma once

#include "common/core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::access {

/// So many failures in a row, then a wait that doubles with each further one.
struct AttemptLimits {
    unsigned failures = 5;
    std::chrono::seconds firstWait{60};
    std::chrono::seconds longestWait{900};
    std::chrono::seconds forgotten{3600};  // after the last failure
    std::size_t keys = 10'000;             // remembered; the oldest is forgotten first
};

/// Counts failures by key, in memory: a restart of the dock forgets them, which strangers cannot
/// cause. Thread-safe.
class Attempts {
public:
    Attempts(const AttemptLimits& limits, const core::Clock& clock)
        : limits_(limits), clock_(&clock) {}

    /// Begins an attempt: nothing, or how long to wait. It counts as failed until succeeded() says
    /// otherwise, so that many at once gain nothing.
    [[nodiscard]] std::optional<std::chrono::seconds> begin(const std::string& key);
    /// Forgets all failures of the key.
    void succeeded(const std::string& key);
    /// Takes back the failure that begin() counted, and no other.
    void uncount(const std::string& key);

private:
    struct Count {
        unsigned failures = 0;
        core::Nanoseconds newest{};
        core::Nanoseconds blockedUntil{};
    };
    void makeRoom();

    AttemptLimits limits_;
    const core::Clock* clock_;
    std::mutex mutex_;
    std::map<std::string, Count> counts_;  // under mutex_
};

}  // namespace liuhen::access
