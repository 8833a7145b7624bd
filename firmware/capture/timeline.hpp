// SPDX-License-Identifier: Apache-2.0
// One clock and one base time for both pipelines, and its place in BOOTTIME.
#pragma once

#include "common/core/clock.hpp"
#include "hal/gst.hpp"

#include <atomic>

namespace liuhen::capture {

/// Running time 0 is the construction. Thread-safe.
class Timeline {
public:
    explicit Timeline(const core::Clock& clock);

    /// Puts a pipeline on this clock and base time, before it starts.
    void adopt(GstElement* pipeline) const;
    /// BOOTTIME of a running time.
    [[nodiscard]] core::Nanoseconds boottimeOf(GstClockTime runningTime) const;
    /// Looks whether the machine slept since: GStreamer's clock stands still then, BOOTTIME does
    /// not.
    void follow();
    [[nodiscard]] core::Nanoseconds now() const { return clock_.boottime(); }

private:
    [[nodiscard]] bool measure(std::int64_t& offsetNs) const;

    const core::Clock& clock_;
    hal::gst::Ptr<GstClock> gstClock_;
    GstClockTime base_ = 0;
    std::atomic<std::int64_t> offsetNs_ = 0;  // BOOTTIME less GStreamer's clock
};

}  // namespace liuhen::capture
