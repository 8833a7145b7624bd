// SPDX-License-Identifier: Apache-2.0
// The simulated microphone: sound files with silence between, or a pattern.
#include "hal/sim/media_producer.hpp"
#include "hal/sim/sim_sources.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <gst/base/gstadapter.h>

namespace liuhen::hal::sim {

namespace {

constexpr core::Nanoseconds kPullLimit = std::chrono::seconds(10);
constexpr int kBuffersPerSecond = 50;

struct AdapterRelease {
    void operator()(GstAdapter* adapter) const { g_object_unref(adapter); }
};

class SoundContent final : public FeedContent {
public:
    SoundContent(MicrophoneConfig config, std::size_t bytesPerBuffer)
        : config_(std::move(config)),
          bytesPerBuffer_(bytesPerBuffer),
          gapBytes_(gapOf(config_)),
          adapter_(gst_adapter_new()) {}

    /// Opens what is played first, so that a wrong file is told at once.
    [[nodiscard]] core::Result<void> start() { return openNext(); }

    [[nodiscard]] core::Result<gst::Ptr<GstBuffer>> next() override {
        while (gst_adapter_available(adapter_.get()) < bytesPerBuffer_) {
            LIUHEN_CHECK(fill());
        }
        return gst::Ptr<GstBuffer>(gst_adapter_take_buffer(adapter_.get(), bytesPerBuffer_));
    }

private:
    static std::size_t frameBytes(const MicrophoneConfig& config) {
        return static_cast<std::size_t>(config.format.channels) * 2;
    }

    static std::size_t gapOf(const MicrophoneConfig& config) {
        return static_cast<std::size_t>(
                   std::llround(config.gapSeconds * config.format.samplesPerSecond)) *
               frameBytes(config);
    }

    [[nodiscard]] core::Result<void> openNext() {
        auto opened = config_.files.empty()
                          ? MediaProducer::openSoundPattern(config_.pattern, config_.format)
                          : MediaProducer::openSoundFile(config_.files[nextFile_], config_.format);
        if (!opened) {
            return tl::make_unexpected(opened.error());
        }
        producer_.emplace(*std::move(opened));
        fileHadSound_ = false;
        if (!config_.files.empty()) {
            nextFile_ = (nextFile_ + 1) % config_.files.size();
        }
        return {};
    }

    /// Adds decoded sound; at a file's end opens the next one and begins the silence between.
    [[nodiscard]] core::Result<void> fill() {
        if (silenceLeft_ > 0) {
            const std::size_t bytes = std::min(silenceLeft_, bytesPerBuffer_);
            silenceLeft_ -= bytes;
            GstBuffer* silence = gst_buffer_new_allocate(nullptr, bytes, nullptr);
            gst_buffer_memset(silence, 0, 0, bytes);
            gst_adapter_push(adapter_.get(), silence);
            return {};
        }
        if (auto sound = producer_->pull(kPullLimit)) {
            fileHadSound_ = true;
            gst_adapter_push(adapter_.get(), sound.release());
            return {};
        }
        const auto trouble = producer_->trouble();
        if (trouble || !producer_->atEnd() || !fileHadSound_) {
            return core::fail(
                core::ErrorKind::Unavailable,
                "decode the microphone's file: " + trouble.value_or("no sound comes"));
        }
        silenceLeft_ = gapBytes_;
        return openNext();
    }

    MicrophoneConfig config_;
    std::size_t bytesPerBuffer_;
    std::size_t gapBytes_;
    std::size_t silenceLeft_ = 0;
    std::size_t nextFile_ = 0;
    bool fileHadSound_ = false;
    std::optional<MediaProducer> producer_;
    std::unique_ptr<GstAdapter, AdapterRelease> adapter_;
};

}  // namespace

core::Result<GstElement*> SimMicrophone::makeSource() {
    if (*plug_ == Plug::Out) {
        return core::fail(core::ErrorKind::Unavailable, "open the microphone: it is not there");
    }
    const int samples = config_.format.samplesPerSecond / kBuffersPerSecond;
    const auto bytes =
        static_cast<std::size_t>(samples) * static_cast<std::size_t>(config_.format.channels) * 2;
    gst::init();
    auto content = std::make_unique<SoundContent>(config_, bytes);
    LIUHEN_CHECK(content->start());
    FeedPlan plan;
    plan.caps = fmt::format("audio/x-raw,format=S16LE,layout=interleaved,rate={},channels={}",
                            config_.format.samplesPerSecond,
                            config_.format.channels);
    if (config_.format.channels > 1) {
        plan.caps += ",channel-mask=(bitmask)0x3";
    }
    plan.unitsPerBuffer = samples;
    plan.unitsPerSecond = config_.format.samplesPerSecond;
    plan.plug = plug_;
    plan.counter = counter_;
    plan.clock = &clock_;
    plan.change = [air = air_, channels = config_.format.channels](GstBuffer* buffer,
                                                                   core::Nanoseconds at) {
        GstMapInfo map{};
        if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE) != FALSE) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the caps say S16LE
            air->addTo({reinterpret_cast<std::int16_t*>(map.data), map.size / 2}, channels, at);
            gst_buffer_unmap(buffer, &map);
        }
    };
    return makeLiveSource(std::move(plan), std::move(content));
}

}  // namespace liuhen::hal::sim
