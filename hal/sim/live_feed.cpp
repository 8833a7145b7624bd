// SPDX-License-Identifier: Apache-2.0
// Turns produced frames or sound into a live source that keeps real time and can be unplugged.
#include "hal/sim/live_feed.hpp"

#include "common/core/log.hpp"

#include <chrono>

#include <gst/app/gstappsrc.h>

namespace liuhen::hal::sim {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(10);
// A device keeps about so much for a late reader, then loses it.
constexpr std::int64_t kDeviceBufferMs = 1000;

/// The thread behind one source element. It holds the appsrc, never the bin, so the bin can go.
class LiveFeed {
public:
    LiveFeed(gst::Ptr<GstElement> source, FeedPlan plan, std::unique_ptr<FeedContent> content)
        : source_(std::move(source)), plan_(std::move(plan)), content_(std::move(content)) {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

private:
    void run(const std::stop_token& stop) {
        if (!waitUntilPlaying(stop)) {
            return;
        }
        plan_.counter.started();
        const core::Nanoseconds begin = runningTime();
        for (std::int64_t buffer = 0; !stop.stop_requested(); ++buffer) {
            auto content = content_->next();
            if (!content) {
                core::log(core::LogLevel::Error, "hal/sim", content.error().message);
                raise(content.error().message.c_str());
                return;
            }
            const core::Nanoseconds due = begin + startOf(buffer);
            if (!waitUntil(due, stop) ||
                !push(std::move(*content), due, startOf(buffer + 1) - startOf(buffer))) {
                return;
            }
        }
    }

    [[nodiscard]] core::Nanoseconds startOf(std::int64_t buffer) const {
        const std::int64_t units = buffer * plan_.unitsPerBuffer;
        const std::int64_t whole = units / plan_.unitsPerSecond;
        const std::int64_t rest = units % plan_.unitsPerSecond;
        return std::chrono::seconds(whole) +
               core::Nanoseconds(rest * 1'000'000'000 / plan_.unitsPerSecond);
    }

    [[nodiscard]] bool waitUntilPlaying(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            GstState state = GST_STATE_NULL;
            gst_element_get_state(source_.get(), &state, nullptr, 0);
            if (state == GST_STATE_PLAYING) {
                return true;
            }
            pause(kPoll, stop);
        }
        return false;
    }

    [[nodiscard]] core::Nanoseconds runningTime() const {
        return core::Nanoseconds(
            static_cast<std::int64_t>(gst_element_get_current_running_time(source_.get())));
    }

    void pause(core::Nanoseconds length, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, length, [] { return false; });
    }

    [[nodiscard]] bool waitUntil(core::Nanoseconds due, const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const core::Nanoseconds left = due - runningTime();
            if (left <= core::Nanoseconds::zero()) {
                return true;
            }
            pause(left, stop);
        }
        return false;
    }

    [[nodiscard]] bool push(gst::Ptr<GstBuffer> buffer,
                            core::Nanoseconds due,
                            core::Nanoseconds length) {
        const Plug plug = plan_.plug->load();
        if (plug == Plug::Out) {
            raise("the device has been unplugged");
            return false;
        }
        if (plug == Plug::Frozen) {
            return true;  // time goes on, nothing comes
        }
        GstBuffer* stamped = gst_buffer_make_writable(buffer.release());  // copies no media
        gst::stampBuffer(stamped, due, length);
        if (plan_.change) {
            plan_.change(stamped, plan_.clock->boottime() - (runningTime() - due));
        }
        GstAppSrc* source = GST_APP_SRC(source_.get());
        const bool full = gst_app_src_get_current_level_time(source) >
                          static_cast<GstClockTime>(kDeviceBufferMs) * GST_MSECOND;
        plan_.counter.pushed(
            static_cast<std::uint64_t>(plan_.unitsPerBuffer), due, plan_.clock->boottime(), full);
        if (full) {
            gst_buffer_unref(stamped);
            return true;
        }
        return gst_app_src_push_buffer(source, stamped) == GST_FLOW_OK;
    }

    void raise(const char* cause) {
        GError* error = g_error_new_literal(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, cause);
        gst_element_post_message(source_.get(),
                                 gst_message_new_error(GST_OBJECT(source_.get()), error, nullptr));
        g_error_free(error);
    }

    gst::Ptr<GstElement> source_;
    FeedPlan plan_;
    std::unique_ptr<FeedContent> content_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace

core::Result<GstElement*> makeLiveSource(FeedPlan plan, std::unique_ptr<FeedContent> content) {
    LIUHEN_TRY(auto bin,
               gst::makeBin("appsrc name=feed is-live=true format=time block=false max-bytes=0 "
                            "max-buffers=0 max-time=0"));
    auto source = gst::child(bin.get(), "feed");
    const gst::Ptr<GstCaps> caps(gst_caps_from_string(plan.caps.c_str()));
    LIUHEN_ASSERT(caps != nullptr);
    gst_app_src_set_caps(GST_APP_SRC(source.get()), caps.get());
    auto feed = std::make_unique<LiveFeed>(std::move(source), std::move(plan), std::move(content));
    g_object_set_data_full(G_OBJECT(bin.get()), "liuhen-feed", feed.release(), [](gpointer owned) {
        const std::unique_ptr<LiveFeed> ended(static_cast<LiveFeed*>(owned));
    });
    g_object_force_floating(G_OBJECT(bin.get()));
    return bin.release();
}

}  // namespace liuhen::hal::sim
