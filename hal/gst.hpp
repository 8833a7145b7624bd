// SPDX-License-Identifier: Apache-2.0
// GStreamer's references as owners that release themselves, for the boards and firmware/capture.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <memory>
#include <optional>
#include <string>

#include <gst/gst.h>

namespace liuhen::hal::gst {

struct Release {
    void operator()(GstElement* element) const { gst_object_unref(element); }
    void operator()(GstClock* clock) const { gst_object_unref(clock); }
    void operator()(GstPad* pad) const { gst_object_unref(pad); }
    void operator()(GstBus* bus) const { gst_object_unref(bus); }
    void operator()(GstSample* sample) const { gst_sample_unref(sample); }
    void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
    void operator()(GstBufferPool* pool) const {
        gst_buffer_pool_set_active(pool, FALSE);
        gst_object_unref(pool);
    }
    void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
    void operator()(GstEvent* event) const { gst_event_unref(event); }
    void operator()(GstMessage* message) const { gst_message_unref(message); }
    void operator()(GError* error) const { g_error_free(error); }
    void operator()(gchar* text) const { g_free(text); }
};

template <class T>
using Ptr = std::unique_ptr<T, Release>;

/// Initialises the library on the first call; thread-safe.
void init();

/// Builds a bin from a gst-launch description, unlinked pads ghosted; the reference does not float.
/// Errors: Unimplemented with GStreamer's words if an element is missing or does not link.
[[nodiscard]] core::Result<Ptr<GstElement>> makeBin(const std::string& description);

/// The same as a pipeline of at least two elements.
[[nodiscard]] core::Result<Ptr<GstElement>> makePipeline(const std::string& description);

/// The element of that name inside `bin`. Ends the process if there is none: the name is our own.
[[nodiscard]] Ptr<GstElement> child(GstElement* bin, const char* name);

/// Sets a buffer's time and length, without a decoding time. GStreamer hands buffers on under locks
/// that the thread sanitizer cannot see; tools/sanitizers/races.txt names this function.
void stampBuffer(GstBuffer* buffer, core::Nanoseconds at, std::optional<core::Nanoseconds> length);

/// What an ERROR message says, source and debug text included.
[[nodiscard]] std::string describeError(GstMessage* message);

}  // namespace liuhen::hal::gst
