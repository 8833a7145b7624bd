// SPDX-License-Identifier: Apache-2.0
// The loudspeaker through ALSA.
#include "hal/linux/alsa_speaker.hpp"

#include "common/core/files.hpp"
#include "common/core/log.hpp"
#include "hal/gst.hpp"
#include "hal/wav.hpp"

namespace liuhen::hal::linux {

namespace {

core::Result<gst::Ptr<GstElement>> startPipeline(const std::string& file,
                                                 const std::string& device) {
    LIUHEN_TRY(auto pipeline,
               gst::makePipeline("filesrc name=in ! wavparse ! audioconvert ! audioresample ! "
                                 "alsasink name=out"));
    g_object_set(gst::child(pipeline.get(), "in").get(), "location", file.c_str(), nullptr);
    g_object_set(gst::child(pipeline.get(), "out").get(), "device", device.c_str(), nullptr);
    const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_bus_set_sync_handler(
        bus.get(),
        [](GstBus* /*bus*/, GstMessage* message, gpointer /*unused*/) {
            if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
                core::log(core::LogLevel::Error, "hal/linux", gst::describeError(message));
            }
            gst_message_unref(message);
            return GST_BUS_DROP;
        },
        nullptr,
        nullptr);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    return pipeline;
}

}  // namespace

AlsaSpeaker::AlsaSpeaker(std::string device) : device_(std::move(device)) {
    if (!device_.empty()) {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
}

core::Result<core::Nanoseconds> AlsaSpeaker::load(const std::string& file) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(const Wav wav, readWav(*files, file));
    loaded_.insert(file);
    return wav.length();
}

core::Result<void> AlsaSpeaker::play(const std::string& file) {
    if (device_.empty()) {
        return core::fail(core::ErrorKind::Unavailable, "play " + file + ": no loudspeaker");
    }
    if (!loaded_.contains(file)) {
        return core::fail(core::ErrorKind::NotFound, "play " + file + ": it was not loaded");
    }
    wish(file);
    return {};
}

void AlsaSpeaker::stop() {
    if (thread_.joinable()) {
        wish("");
    }
}

void AlsaSpeaker::wish(std::string file) {
    {
        const std::lock_guard lock(mutex_);
        wish_ = std::move(file);
    }
    wake_.notify_one();
}

void AlsaSpeaker::run(const std::stop_token& stop) {
    gst::Ptr<GstElement> pipeline;
    const auto fallSilent = [&pipeline] {
        if (pipeline) {
            gst_element_set_state(pipeline.get(), GST_STATE_NULL);
            pipeline.reset();
        }
    };
    for (;;) {
        std::string file;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return wish_.has_value(); })) {
                break;
            }
            file = *std::exchange(wish_, std::nullopt);
        }
        fallSilent();
        if (!file.empty()) {
            auto started = startPipeline(file, device_);
            if (started) {
                pipeline = *std::move(started);
            } else {
                core::log(core::LogLevel::Error, "hal/linux", started.error().message);
            }
        }
    }
    fallSilent();
}

}  // namespace liuhen::hal::linux
