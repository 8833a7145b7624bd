// SPDX-License-Identifier: Apache-2.0
// Two clocks held against each other.
#include "dock/vault/clock_watch.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

std::string seconds(core::Microseconds span) {
    return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(span).count());
}

}  // namespace

std::optional<Incident> ClockWatch::atStart(core::Microseconds newestLeaf) const {
    if (newestLeaf.count() < 0 || newestLeaf - utc_ <= kTolerated) {
        return std::nullopt;
    }
    return Incident{"clock.back",
                    "",
                    fmt::format("the clock says {}, {} before the newest leaf of the log",
                                core::formatUtc(utc_),
                                seconds(newestLeaf - utc_))};
}

std::optional<Incident> ClockWatch::look() {
    const core::Microseconds utc = clock_->utc();
    const core::Nanoseconds boottime = clock_->boottime();
    const auto passed = std::chrono::duration_cast<core::Microseconds>(boottime - boottime_);
    const core::Microseconds expected = utc_ + passed;
    const core::Microseconds jump = utc - expected;
    if (jump >= -kTolerated && jump <= kTolerated) {
        return std::nullopt;  // and the measure stays, so that many small steps are one
    }
    utc_ = utc;
    boottime_ = boottime;
    return Incident{"clock.stepped",
                    "",
                    fmt::format("the clock was set {} by {}, from {} to {}",
                                jump.count() < 0 ? "back" : "forward",
                                seconds(jump.count() < 0 ? -jump : jump),
                                core::formatUtc(expected),
                                core::formatUtc(utc))};
}

}  // namespace liuhen::vault
