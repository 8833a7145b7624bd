// SPDX-License-Identifier: Apache-2.0
// Watches UTC against BOOTTIME: how good it is at a start, and when it jumps (F13).
#pragma once

#include "firmware/recorder/ledger.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::recorder {

/// UTC moved otherwise than BOOTTIME did.
struct ClockJump {
    std::int64_t beforeUs = 0;  // what UTC would be by now; between boots: what it is at least
    std::int64_t afterUs = 0;   // what it is
    /// `running`: this process saw it; `not_running`: while no process ran, the machine stayed up;
    /// `between_boots`: while the machine was off.
    std::string_view found = "running";
};

/// Only tells: nobody here sets a clock. Not thread-safe; the writer thread owns it.
class ClockWatch {
public:
    explicit ClockWatch(core::Clock& clock);

    struct Start {
        ClockQuality quality;
        std::optional<ClockJump> jump;
    };
    /// Judges the clock at a start by the ledger's last entry. `bootId` names this boot of the
    /// machine.
    ///
    /// In the same boot any jump is found, and source and age go on. In another one the time comes
    /// from the clock chip, its age counted on; only a clock that went back is found: how long the
    /// machine was off is known to nobody.
    [[nodiscard]] Start begin(const std::optional<LastTime>& last, const std::string& bootId);

    /// Compares with the last look. Finds jumps of 100 ms and more, small ones once they add up.
    [[nodiscard]] std::optional<ClockJump> look();

private:
    struct Reading {
        core::Nanoseconds boottime{};
        std::int64_t utcUs = 0;
        bool sharp = false;  // both were read at the same moment
    };
    [[nodiscard]] Reading read() const;

    core::Clock* clock_;
    std::int64_t offsetUs_ = 0;  // UTC of BOOTTIME 0
};

}  // namespace liuhen::recorder
