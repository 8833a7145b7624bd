// SPDX-License-Identifier: Apache-2.0
// Decodes a file, or draws a pattern, into raw frames or sound, on demand and as fast as asked.
#include "hal/sim/media_producer.hpp"

#include <unistd.h>

#include <fmt/format.h>
#include <gst/app/gstappsink.h>

namespace liuhen::hal::sim {

namespace {

// Long enough for a decoder to load on a busy machine.
constexpr GstClockTime kStartLimit = 10 * GST_SECOND;

std::string pictureTail(const PictureFormat& format) {
    return fmt::format(
        "videoconvert ! videoscale ! "
        "video/x-raw,format=I420,width={},height={},pixel-aspect-ratio=1/1,"
        "colorimetry={} ! appsink name=out sync=false max-buffers=4",
        format.width,
        format.height,
        format.colorimetry);
}

std::string soundTail(const SoundFormat& format) {
    return fmt::format(
        "audioconvert ! audioresample ! "
        "audio/x-raw,format=S16LE,layout=interleaved,rate={},channels={} ! "
        "appsink name=out sync=false max-buffers=8",
        format.samplesPerSecond,
        format.channels);
}

}  // namespace

core::Result<MediaProducer> MediaProducer::start(const std::string& description,
                                                 const std::string& file) {
    if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
        return core::failErrno(errno, "open the media file " + file);
    }
    LIUHEN_TRY(auto pipeline, gst::makePipeline(description));
    if (!file.empty()) {
        g_object_set(gst::child(pipeline.get(), "in").get(), "location", file.c_str(), nullptr);
    }
    auto sink = gst::child(pipeline.get(), "out");
    MediaProducer producer(std::move(pipeline), std::move(sink));
    gst_element_set_state(producer.pipeline_.get(), GST_STATE_PLAYING);
    const auto reached =
        gst_element_get_state(producer.pipeline_.get(), nullptr, nullptr, kStartLimit);
    if (reached != GST_STATE_CHANGE_SUCCESS) {
        return core::fail(core::ErrorKind::Unimplemented,
                          "play " + (file.empty() ? description : file) + ": " +
                              producer.trouble().value_or("it does not start"));
    }
    return producer;
}

core::Result<MediaProducer> MediaProducer::openPicture(const CameraConfig& camera) {
    const std::string tail = pictureTail(camera.format);
    if (!camera.file.empty()) {
        return start("filesrc name=in ! decodebin ! " + tail, camera.file);
    }
    return start(fmt::format("videotestsrc pattern={} ! "
                             "video/x-raw,format=I420,width={},height={},framerate={}/1 ! {}",
                             camera.pattern,
                             camera.format.width,
                             camera.format.height,
                             camera.format.framesPerSecond,
                             tail),
                 "");
}

core::Result<MediaProducer> MediaProducer::openSoundFile(const std::string& file,
                                                         const SoundFormat& format) {
    return start("filesrc name=in ! decodebin ! " + soundTail(format), file);
}

core::Result<MediaProducer> MediaProducer::openSoundPattern(const std::string& pattern,
                                                            const SoundFormat& format) {
    return start(fmt::format("audiotestsrc wave={} freq=440 volume=0.2 ! {}",
                             pattern == "tone" ? "sine" : "silence",
                             soundTail(format)),
                 "");
}

MediaProducer::~MediaProducer() {
    if (pipeline_) {
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    }
}

gst::Ptr<GstBuffer> MediaProducer::pull(core::Nanoseconds limit) {
    // The sample is not kept: appsink uses it again for the next buffer once nobody holds it.
    const gst::Ptr<GstSample> sample(gst_app_sink_try_pull_sample(
        GST_APP_SINK(sink_.get()), static_cast<GstClockTime>(limit.count())));
    return gst::Ptr<GstBuffer>(sample ? gst_buffer_ref(gst_sample_get_buffer(sample.get()))
                                      : nullptr);
}

bool MediaProducer::atEnd() const {
    return gst_app_sink_is_eos(GST_APP_SINK(sink_.get())) != FALSE;
}

core::Result<void> MediaProducer::rewind() {
    const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT);
    if (gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME, flags, 0) == FALSE) {
        return core::fail(core::ErrorKind::Unavailable, "rewind a media file: it cannot be sought");
    }
    return {};
}

std::optional<std::string> MediaProducer::trouble() const {
    const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    const gst::Ptr<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    if (!message) {
        return std::nullopt;
    }
    return gst::describeError(message.get());
}

}  // namespace liuhen::hal::sim
