// SPDX-License-Identifier: Apache-2.0
// filesrc, qtdemux, and for each track a queue, a parser and an appsink.
#include "tools/bench/file_player.hpp"

#include "firmware/capture/codec_data.hpp"
#include "hal/gst.hpp"

#include <atomic>
#include <mutex>
#include <vector>

#include <fmt/format.h>
#include <gst/app/gstappsink.h>

namespace liuhen::bench {

namespace gst = hal::gst;
using capture::EncodedUnit;
using capture::Track;

namespace {

constexpr std::uint32_t kSoundBitrate = 64'000;

/// A mapped buffer, so that a unit's bytes need no copy; as the capture holds them.
struct MappedBuffer {
    GstBuffer* buffer = nullptr;
    GstMapInfo map{};

    explicit MappedBuffer(GstBuffer* mapped) : buffer(gst_buffer_ref(mapped)) {
        if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) {
            map.data = nullptr;
            map.size = 0;
        }
    }
    MappedBuffer(const MappedBuffer&) = delete;
    MappedBuffer& operator=(const MappedBuffer&) = delete;
    ~MappedBuffer() {
        if (map.data != nullptr) {
            gst_buffer_unmap(buffer, &map);
        }
        gst_buffer_unref(buffer);
    }
};

/// Turns samples into units; keeps the first ones until both tracks are known.
class Player {
public:
    Player(core::Nanoseconds zero, const PlayerListener& listener)
        : zero_(zero), listener_(listener) {}

    GstFlowReturn take(Track track, GstSample* sample) {
        GstBuffer* buffer = gst_sample_get_buffer(sample);
        const GstClockTime time = gst_segment_to_running_time(
            gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
        if (!GST_CLOCK_TIME_IS_VALID(time)) {
            return GST_FLOW_OK;  // what an encoder gives before time 0
        }
        auto mapped = std::make_shared<const MappedBuffer>(buffer);
        EncodedUnit unit;
        unit.track = track;
        unit.captureTime = zero_ + core::Nanoseconds(static_cast<std::int64_t>(time));
        if (GST_BUFFER_DURATION_IS_VALID(buffer)) {
            unit.duration =
                core::Nanoseconds(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)));
        }
        unit.key =
            track == Track::Sound || !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
        unit.bytes = core::ByteView(mapped->map.data, mapped->map.size);
        unit.owner = std::move(mapped);
        if (!told_) {
            const std::lock_guard lock(mutex_);
            if (!told_) {
                learn(track, sample);
                early_.push_back(std::move(unit));
                tellIfKnown();
                return GST_FLOW_OK;
            }
        }
        listener_.unit(std::move(unit));
        return GST_FLOW_OK;
    }

private:
    void learn(Track track, GstSample* sample) {
        const GstStructure* caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
        const auto number = [caps](const char* name) {
            int value = 0;
            gst_structure_get_int(caps, name, &value);
            return value;
        };
        if (track == Track::Picture) {
            tracks_.video = media::VideoTrack{static_cast<std::uint16_t>(number("width")),
                                              static_cast<std::uint16_t>(number("height")),
                                              capture::codecData(sample)};
        } else {
            core::Buffer configuration = capture::codecData(sample);
            configuration.resize(2);  // without the explicit "no SBR" that ffmpeg appends
            tracks_.audio = media::AudioTrack{static_cast<std::uint32_t>(number("rate")),
                                              static_cast<std::uint16_t>(number("channels")),
                                              std::move(configuration),
                                              kSoundBitrate};
        }
    }

    void tellIfKnown() {
        if (!tracks_.video || !tracks_.audio) {
            return;
        }
        listener_.tracks(tracks_);
        for (EncodedUnit& unit : early_) {
            listener_.unit(std::move(unit));
        }
        early_.clear();
        told_ = true;  // from here on each track goes its own way
    }

    core::Nanoseconds zero_;
    const PlayerListener& listener_;
    media::Tracks tracks_;
    std::atomic<bool> told_{false};
    std::mutex mutex_;  // until told_
    std::vector<EncodedUnit> early_;
};

GstFlowReturn takePicture(GstAppSink* from, gpointer player) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(from));
    return sample ? static_cast<Player*>(player)->take(Track::Picture, sample.get())
                  : GST_FLOW_FLUSHING;
}

GstFlowReturn takeSound(GstAppSink* from, gpointer player) {
    const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(from));
    return sample ? static_cast<Player*>(player)->take(Track::Sound, sample.get())
                  : GST_FLOW_FLUSHING;
}

/// Plays until the end or the first error.
core::Result<void> playToEnd(GstElement* pipeline) {
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline));
    const gst::Ptr<GstMessage> message(gst_bus_timed_pop_filtered(
        bus.get(),
        GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    const bool failed = GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR;
    const std::string why = failed ? gst::describeError(message.get()) : std::string();
    gst_element_set_state(pipeline, GST_STATE_NULL);
    if (failed) {
        return core::fail(core::ErrorKind::DataLoss, "play: " + why);
    }
    return {};
}

}  // namespace

std::string demuxDescription(const std::string& path,
                             const std::string& decoupled,
                             const std::string& picture,
                             const std::string& sound) {
    return fmt::format(
        "filesrc location=\"{}\" ! qtdemux name=demux "
        "demux.video_0 ! {}h264parse ! video/x-h264,stream-format=avc,alignment=au ! {} "
        "demux.audio_0 ! {}aacparse ! audio/mpeg,mpegversion=4,stream-format=raw ! {}",
        path,
        decoupled,
        picture,
        decoupled,
        sound);
}

core::Result<void> playFile(const std::string& path,
                            core::Nanoseconds zero,
                            const PlayerListener& listener) {
    LIUHEN_TRY(const auto pipeline,
               gst::makePipeline(demuxDescription(path,
                                                  "",
                                                  "appsink name=picture sync=false async=false",
                                                  "appsink name=sound sync=false async=false")));
    Player player(zero, listener);
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = takePicture;
    const auto picture = gst::child(pipeline.get(), "picture");
    gst_app_sink_set_callbacks(GST_APP_SINK(picture.get()), &callbacks, &player, nullptr);
    callbacks.new_sample = takeSound;
    const auto sound = gst::child(pipeline.get(), "sound");
    gst_app_sink_set_callbacks(GST_APP_SINK(sound.get()), &callbacks, &player, nullptr);
    return playToEnd(pipeline.get());
}

core::Result<void> runPipeline(const std::string& description) {
    LIUHEN_TRY(const auto pipeline, gst::makePipeline(description));
    return playToEnd(pipeline.get());
}

}  // namespace liuhen::bench
