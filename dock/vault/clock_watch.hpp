// SPDX-License-Identifier: Apache-2.0
// Whether the machine's clock runs as the log and its own boot time say.
#pragma once

#include "common/core/clock.hpp"
#include "dock/vault/types.hpp"

#include <optional>

namespace liuhen::vault {

/// Compares the clock with the newest leaf at the start, and with the time since boot from then on.
/// A clock is never corrected here; what it did is told. Not thread-safe.
class ClockWatch {
public:
    /// Below it a time server does its work.
    static constexpr core::Microseconds kTolerated = std::chrono::seconds(60);

    explicit ClockWatch(const core::Clock& clock)
        : clock_(&clock), utc_(clock.utc()), boottime_(clock.boottime()) {}

    /// What custody should know of a start: the clock is behind a leaf that is in the log.
    [[nodiscard]] std::optional<Incident> atStart(core::Microseconds newestLeaf) const;
    /// What happened since the last jump that was told, or the start: the clock was set, at once or
    /// in small steps. The system slews both clocks alike.
    [[nodiscard]] std::optional<Incident> look();

private:
    const core::Clock* clock_;
    core::Microseconds utc_;
    core::Nanoseconds boottime_;
};

}  // namespace liuhen::vault
