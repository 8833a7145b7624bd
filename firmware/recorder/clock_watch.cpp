// SPDX-License-Identifier: Apache-2.0
// Jumps are differences of UTC and BOOTTIME; on Linux nothing but a step changes that difference.
#include "firmware/recorder/clock_watch.hpp"

#include <cstdlib>

namespace liuhen::recorder {

using core::Nanoseconds;
using evidence::UtcSource;

namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kJumpUs = 100'000;
/// A clock chip tells whole seconds, and drifts.
constexpr std::int64_t kChipUs = 2'000'000;
/// Two readings that lie further apart than this tell nothing of jumps.
constexpr Nanoseconds kSharp = std::chrono::milliseconds(20);
constexpr std::int64_t kUsPerSecond = 1'000'000;
/// 2025-01-01: a clock that says less was never set.
constexpr std::int64_t kEarliestUs = 1'735'689'600 * kUsPerSecond;

std::int64_t offsetOf(std::int64_t boottimeNs, std::int64_t utcUs) {
    return utcUs - boottimeNs / kNsPerUs;
}

/// When the clock was last synced, by the BOOTTIME of the last entry's boot.
std::optional<Nanoseconds> syncedAt(const evidence::EntryTime& last) {
    if (!last.ageSeconds) {
        return std::nullopt;
    }
    return Nanoseconds(static_cast<std::int64_t>(last.boottimeNs)) -
           std::chrono::seconds(*last.ageSeconds);
}

constexpr ClockQuality kUnknown{UtcSource::None, std::nullopt};

}  // namespace

ClockWatch::ClockWatch(core::Clock& clock) : clock_(&clock) {
    const Reading now = read();
    offsetUs_ = offsetOf(now.boottime.count(), now.utcUs);
}

ClockWatch::Reading ClockWatch::read() const {
    const Nanoseconds before = clock_->boottime();
    const std::int64_t utcUs = clock_->utc().count();
    return {before, utcUs, clock_->boottime() - before <= kSharp};
}

ClockWatch::Start ClockWatch::begin(const std::optional<LastTime>& last,
                                    const std::string& bootId) {
    Reading now = read();
    for (int tries = 0; tries < 3 && !now.sharp; ++tries) {
        now = read();
    }
    offsetUs_ = offsetOf(now.boottime.count(), now.utcUs);
    Start start;
    if (!last) {
        start.quality = now.utcUs < kEarliestUs ? kUnknown : ClockQuality();
        return start;
    }
    const evidence::EntryTime& then = last->time;
    const auto thenNs = static_cast<std::int64_t>(then.boottimeNs);
    const bool sameBoot = !bootId.empty() && last->bootId == bootId;
    // In another boot UTC has gone on at least as long as the machine is up, where BOOTTIME shows
    // that it began anew.
    const bool anew = now.boottime.count() < thenNs;
    const std::int64_t upUs = sameBoot || anew ? now.boottime.count() / kNsPerUs : 0;
    const std::int64_t dueUs = (sameBoot ? offsetOf(thenNs, then.utcUs) : then.utcUs) + upUs;
    const std::int64_t diffUs = now.utcUs - dueUs;
    if (sameBoot ? std::abs(diffUs) >= kJumpUs : diffUs <= -kChipUs) {
        start.quality = kUnknown;
        start.jump = ClockJump{dueUs, now.utcUs, sameBoot ? "not_running" : "between_boots"};
    } else if (then.source == UtcSource::None) {
        start.quality = kUnknown;  // a wrong clock does not become right by a start
    } else if (sameBoot) {
        start.quality = {then.source, syncedAt(then)};
    } else {
        start.quality.source = UtcSource::ClockChip;
        if (then.ageSeconds) {
            const Nanoseconds sinceThen((now.utcUs - then.utcUs) * kNsPerUs);
            start.quality.syncedAt =
                now.boottime - sinceThen - std::chrono::seconds(*then.ageSeconds);
        }
    }
    return start;
}

std::optional<ClockJump> ClockWatch::look() {
    const Reading now = read();
    const std::int64_t offset = offsetOf(now.boottime.count(), now.utcUs);
    const std::int64_t diff = offset - offsetUs_;
    if (!now.sharp || std::abs(diff) < kJumpUs) {
        return std::nullopt;
    }
    offsetUs_ = offset;
    return ClockJump{now.utcUs - diff, now.utcUs, "running"};
}

}  // namespace liuhen::recorder
