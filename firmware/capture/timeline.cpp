// SPDX-License-Identifier: Apache-2.0
// One clock and one base time for both pipelines, and its place in BOOTTIME.
#include "firmware/capture/timeline.hpp"

#include <cstdlib>

namespace liuhen::capture {

namespace {

// A pair of readings further apart than this was interrupted and tells nothing.
constexpr std::int64_t kPairLimitNs = 100'000;
// Sleep moves the offset by far more than this; the noise of a pair is below it. Small steps are
// not followed, so that units stay contiguous to the nanosecond.
constexpr std::int64_t kSleepNs = 1'000'000;
constexpr int kAttempts = 20;

}  // namespace

Timeline::Timeline(const core::Clock& clock) : clock_(clock) {
    hal::gst::init();
    gstClock_.reset(gst_system_clock_obtain());
    base_ = gst_clock_get_time(gstClock_.get());
    std::int64_t offset = 0;
    for (int attempt = 0; attempt < kAttempts && !measure(offset); ++attempt) {
    }
    offsetNs_ = offset;  // the last, if the machine is too busy for a good one
}

void Timeline::adopt(GstElement* pipeline) const {
    gst_pipeline_use_clock(GST_PIPELINE(pipeline), gstClock_.get());
    gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);  // keeps the base time below
    gst_element_set_base_time(pipeline, base_);
}

core::Nanoseconds Timeline::boottimeOf(GstClockTime runningTime) const {
    return core::Nanoseconds(static_cast<std::int64_t>(base_ + runningTime) + offsetNs_);
}

bool Timeline::measure(std::int64_t& offsetNs) const {
    const auto before = static_cast<std::int64_t>(gst_clock_get_time(gstClock_.get()));
    const std::int64_t boottime = clock_.boottime().count();
    const auto after = static_cast<std::int64_t>(gst_clock_get_time(gstClock_.get()));
    offsetNs = boottime - (before + (after - before) / 2);
    return after - before < kPairLimitNs;
}

void Timeline::follow() {
    std::int64_t offset = 0;
    if (measure(offset) && std::llabs(offset - offsetNs_) > kSleepNs) {
        offsetNs_ = offset;
    }
}

}  // namespace liuhen::capture
