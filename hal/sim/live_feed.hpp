// SPDX-License-Identifier: Apache-2.0
// Turns produced frames or sound into a live source that keeps real time and can be unplugged.
#pragma once

#include "hal/gst.hpp"
#include "hal/sim/source_log.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace liuhen::hal::sim {

/// How a device is doing; set by the script, read by its feed.
enum class Plug { In, Frozen, Out };

/// What a feed asks for: the content of the next buffer.
class FeedContent {
public:
    FeedContent() = default;
    FeedContent(const FeedContent&) = delete;
    FeedContent& operator=(const FeedContent&) = delete;
    virtual ~FeedContent() = default;
    /// The next buffer, without timestamps; blocks at most for about its length. Buffers may share
    /// memory. Errors end the feed as a device error.
    [[nodiscard]] virtual core::Result<gst::Ptr<GstBuffer>> next() = 0;
};

struct FeedPlan {
    std::string caps;  // of the source
    std::int64_t unitsPerBuffer = 1;
    std::int64_t unitsPerSecond = 1;
    std::shared_ptr<std::atomic<Plug>> plug;
    TrackCounter counter;
    const core::Clock* clock = nullptr;  // for the source log
    /// Sees each buffer right before it leaves, writable, with the BOOTTIME of its first unit; may
    /// be null.
    std::function<void(GstBuffer*, core::Nanoseconds)> change;
};

/// Makes the source element: it starts when its pipeline plays and ends with the element.
/// Buffer n is pushed when it is due and stamped with that running time.
/// Errors: Unimplemented if GStreamer lacks appsrc.
[[nodiscard]] core::Result<GstElement*> makeLiveSource(FeedPlan plan,
                                                       std::unique_ptr<FeedContent> content);

}  // namespace liuhen::hal::sim
