// SPDX-License-Identifier: Apache-2.0
// GStreamer's references as owners that release themselves, for the boards and firmware/capture.
#include "hal/gst.hpp"

#include <mutex>

namespace liuhen::hal::gst {

namespace {

core::Result<Ptr<GstElement>> failParse(GError* error, const std::string& description) {
    const Ptr<GError> owned(error);
    return core::fail(
        core::ErrorKind::Unimplemented,
        "build \"" + description + "\": " + (owned ? owned->message : "GStreamer gave no reason"));
}

}  // namespace

void init() {
    static std::once_flag once;
    std::call_once(once, [] { gst_init(nullptr, nullptr); });
}

core::Result<Ptr<GstElement>> makeBin(const std::string& description) {
    init();
    GError* error = nullptr;
    GstElement* bin = gst_parse_bin_from_description_full(
        description.c_str(), TRUE, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (bin == nullptr || error != nullptr) {
        return failParse(error, description);
    }
    gst_object_ref_sink(bin);
    return Ptr<GstElement>(bin);
}

core::Result<Ptr<GstElement>> makePipeline(const std::string& description) {
    // Not by makeBin: pads that link later, as decodebin's do, must not be ghosted before.
    init();
    GError* error = nullptr;
    GstElement* pipeline =
        gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (pipeline == nullptr || error != nullptr) {
        return failParse(error, description);
    }
    gst_object_ref_sink(pipeline);
    return Ptr<GstElement>(pipeline);
}

Ptr<GstElement> child(GstElement* bin, const char* name) {
    Ptr<GstElement> found(gst_bin_get_by_name(GST_BIN(bin), name));
    LIUHEN_ASSERT(found != nullptr);
    return found;
}

void stampBuffer(GstBuffer* buffer, core::Nanoseconds at, std::optional<core::Nanoseconds> length) {
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(at.count());
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION(buffer) =
        length ? static_cast<GstClockTime>(length->count()) : GST_CLOCK_TIME_NONE;
}

std::string describeError(GstMessage* message) {
    GError* error = nullptr;
    gchar* debug = nullptr;
    gst_message_parse_error(message, &error, &debug);
    const Ptr<GError> ownedError(error);
    const Ptr<gchar> ownedDebug(debug);
    std::string text = GST_OBJECT_NAME(GST_MESSAGE_SRC(message));
    text += ": ";
    text += ownedError ? ownedError->message : "unknown error";
    return text;
}

}  // namespace liuhen::hal::gst
