// SPDX-License-Identifier: Apache-2.0
// Time as the ledger needs it: BOOTTIME for durations, UTC for people; both behind one seam.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace liuhen::core {

using Nanoseconds = std::chrono::nanoseconds;
using Microseconds = std::chrono::microseconds;

/// Tells the two times. Thread-safe.
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    /// Since this machine booted, suspend included; never goes back.
    [[nodiscard]] virtual Nanoseconds boottime() const = 0;
    /// Since 1970-01-01 UTC, as the machine believes it; may jump.
    [[nodiscard]] virtual Microseconds utc() const = 0;
};

/// CLOCK_BOOTTIME and CLOCK_REALTIME.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Nanoseconds boottime() const override;
    [[nodiscard]] Microseconds utc() const override;
};

/// A clock that a test or a scripted recorder moves by hand.
class ManualClock final : public Clock {
public:
    ManualClock(Nanoseconds boottime, Microseconds utc)
        : boottimeNs_(boottime.count()), utcUs_(utc.count()) {}
    [[nodiscard]] Nanoseconds boottime() const override { return Nanoseconds(boottimeNs_.load()); }
    [[nodiscard]] Microseconds utc() const override { return Microseconds(utcUs_.load()); }
    /// Moves both times on.
    void advance(Nanoseconds by);
    /// Sets UTC alone, as a user or a time server would.
    void setUtc(Microseconds utc) { utcUs_ = utc.count(); }

private:
    std::atomic<std::int64_t> boottimeNs_;
    std::atomic<std::int64_t> utcUs_;
};

/// "2026-11-23T08:15:30.123456Z".
[[nodiscard]] std::string formatUtc(Microseconds utc);

}  // namespace liuhen::core
