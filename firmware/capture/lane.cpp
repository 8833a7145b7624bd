// SPDX-License-Identifier: Apache-2.0
// One track: its pipeline, its watchdog and its restarts, on a thread of its own.
#include "firmware/capture/lane.hpp"

#include "common/core/log.hpp"
#include "firmware/capture/codec_data.hpp"

#include <algorithm>

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

namespace liuhen::capture {

namespace {

namespace gst = hal::gst;

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr auto kRetry = std::chrono::milliseconds(250);

/// A mapped buffer, so that a unit's bytes need no copy.
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

/// Whether the encoder's configuration says what is known. An encoder may add that it uses no
/// extension (SBR), which says nothing new.
bool sameParameters(Track track, const core::Buffer& known, const core::Buffer& given) {
    if (track == Track::Sound && given.size() > known.size()) {
        return core::equal(known, core::ByteView(given).first(known.size()));
    }
    return core::equal(known, given);
}

}  // namespace

Lane::Lane(LanePlan plan, Timeline& timeline, const CaptureListener& listener, EncoderLog* log)
    : plan_(std::move(plan)), timeline_(timeline), listener_(listener), log_(log) {}

void Lane::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Lane::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Lane::requestKeyFrame() {
    {
        const std::lock_guard lock(mutex_);
        keyFrameWanted_ = true;
    }
    wake_.notify_all();
}

void Lane::askKeyFrame() {
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(keyFrameWanted_, false)) {
            return;
        }
    }
    if (pipeline_) {
        gst_element_send_event(
            gst::child(pipeline_.get(), "out").get(),
            gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
    }
}

void Lane::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (pipeline_) {
            watch();
        } else if (timeline_.now() >= nextTry_) {
            openPipeline();
        }
        if (log_ != nullptr) {
            log_->flushIfDue(timeline_.now());
        }
        timeline_.follow();
        askKeyFrame();
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kTick, [this] { return keyFrameWanted_ || !trouble_.empty(); });
    }
    closePipeline();
}

void Lane::openPipeline() {
    arrivedNs_ = 0;
    static_cast<void>(takeTrouble());
    auto built = buildPipeline();
    if (!built) {
        lose(built.error().message);
    }
}

core::Result<void> Lane::buildPipeline() {
    LIUHEN_TRY(GstElement * source, plan_.makeSource());
    gst_object_ref_sink(source);
    const gst::Ptr<GstElement> ownedSource(source);
    LIUHEN_TRY(const auto chain, gst::makeBin(plan_.chain));
    pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
    gst_bin_add_many(GST_BIN(pipeline_.get()), source, chain.get(), nullptr);
    if (gst_element_link(source, chain.get()) == FALSE) {
        return core::fail(core::ErrorKind::Unimplemented,
                          "link the source with the encoder: their formats do not meet");
    }
    timeline_.adopt(pipeline_.get());
    if (plan_.tap != nullptr) {
        plan_.tap->attach(chain.get(), timeline_);
    }
    if (plan_.track == Track::Sound) {
        const gst::Ptr<GstPad> pad(gst_element_get_static_pad(source, "src"));
        gst_pad_add_probe(
            pad.get(),
            GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad* from, GstPadProbeInfo* info, gpointer lane) {
                static_cast<Lane*>(lane)->takeRaw(from, GST_PAD_PROBE_INFO_BUFFER(info));
                return GST_PAD_PROBE_OK;
            },
            this,
            nullptr);
    }

    const auto sink = gst::child(chain.get(), "out");
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* from, gpointer lane) {
        const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(from));
        return sample ? static_cast<Lane*>(lane)->takeSample(sample.get()) : GST_FLOW_FLUSHING;
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);

    const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    gst_bus_set_sync_handler(
        bus.get(),
        [](GstBus* /*bus*/, GstMessage* message, gpointer lane) {
            if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
                static_cast<Lane*>(lane)->note(gst::describeError(message));
            } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
                static_cast<Lane*>(lane)->note("the source has ended");
            }
            gst_message_unref(message);
            return GST_BUS_DROP;
        },
        this,
        nullptr);
    startedAt_ = timeline_.now();
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        const std::string trouble = takeTrouble();
        return core::fail(core::ErrorKind::Unavailable,
                          "start the source: " + (trouble.empty() ? "it refuses" : trouble));
    }
    return {};
}

void Lane::closePipeline() {
    if (pipeline_) {
        gst_element_set_state(pipeline_.get(), GST_STATE_NULL);  // ends the streaming threads
        pipeline_.reset();
    }
    seenCaps_.reset();
    heardCaps_.reset();
}

void Lane::watch() {
    const std::string trouble = takeTrouble();
    const core::Nanoseconds now = timeline_.now();
    const core::Nanoseconds arrived(arrivedNs_.load());
    if (!trouble.empty()) {
        lose(trouble);
    } else if (arrived == core::Nanoseconds::zero() && now - startedAt_ > kStartLimit) {
        lose("nothing came within 3 s of its start");
    } else if (arrived != core::Nanoseconds::zero() && now - arrived > kSilenceLimit) {
        lose("nothing came for 500 ms");
    }
}

void Lane::lose(const std::string& cause) {
    closePipeline();
    nextTry_ = timeline_.now() + kRetry;
    if (returning_.exchange(true)) {
        return;  // it is lost already: a start has failed
    }
    SourceLost loss;
    loss.track = plan_.track;
    loss.cause = cause;
    if (lastUnitNs_ != 0) {
        loss.lastUnit = core::Nanoseconds(lastUnitNs_.load());
    }
    loss.at = timeline_.now();
    listener_.sourceLost(loss);
}

void Lane::note(std::string trouble) {
    {
        const std::lock_guard lock(mutex_);
        if (trouble_.empty()) {
            trouble_ = std::move(trouble);
        }
    }
    wake_.notify_all();
}

std::string Lane::takeTrouble() {
    const std::lock_guard lock(mutex_);
    return std::exchange(trouble_, {});
}

GstFlowReturn Lane::takeSample(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    const GstClockTime runningTime = gst_segment_to_running_time(
        gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(runningTime)) {
        core::log(core::LogLevel::Error, "capture", "the encoder gave a unit without a time");
        return GST_FLOW_ERROR;
    }
    auto mapped = std::make_shared<const MappedBuffer>(buffer);
    if (mapped->map.data == nullptr) {
        core::log(core::LogLevel::Error, "capture", "the encoder gave a unit that cannot be read");
        return GST_FLOW_ERROR;
    }
    checkParameters(sample);
    EncodedUnit unit;
    unit.track = plan_.track;
    unit.captureTime = timeline_.boottimeOf(runningTime) - plan_.encoderDelay;
    if (GST_BUFFER_DURATION_IS_VALID(buffer)) {
        unit.duration = core::Nanoseconds(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)));
    }
    unit.key =
        plan_.track == Track::Sound || !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    unit.silent = plan_.track == Track::Sound && !heard_.exchange(false);
    unit.bytes = core::ByteView(mapped->map.data, mapped->map.size);
    unit.owner = std::move(mapped);
    arrivedNs_ = timeline_.now().count();
    lastUnitNs_ = unit.captureTime.count();
    if (returning_.exchange(false)) {
        listener_.sourceReturned({plan_.track, unit.captureTime});
    }
    if (log_ != nullptr) {
        log_->add(unit);
    }
    listener_.unit(std::move(unit));
    return GST_FLOW_OK;
}

/// Raw sound: whether it is any, and a copy for the detector. A microphone that is cut off before
/// its converter gives zeros, whatever the sample format.
void Lane::takeRaw(GstPad* pad, GstBuffer* buffer) {
    const MappedBuffer mapped(buffer);
    if (mapped.map.data == nullptr) {
        return;
    }
    const core::ByteView bytes(mapped.map.data, mapped.map.size);
    if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; })) {
        heard_ = true;
    }
    if (detector_ != nullptr) {
        letHear(pad, buffer, bytes);
    }
}

/// Gives the detector a copy; what it does with it is no matter of this pipeline's.
void Lane::letHear(GstPad* pad, const GstBuffer* buffer, core::ByteView bytes) {
    const gst::Ptr<GstEvent> segment(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    gst::Ptr<GstCaps> caps(gst_pad_get_current_caps(pad));
    if (!segment || !caps) {
        return;
    }
    const GstSegment* times = nullptr;
    gst_event_parse_segment(segment.get(), &times);
    const GstClockTime runningTime =
        gst_segment_to_running_time(times, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(runningTime)) {
        return;
    }
    if (caps.get() != heardCaps_.get()) {
        const gst::Ptr<gchar> text(gst_caps_to_string(caps.get()));
        heardForm_ = text.get();
        heardCaps_ = std::move(caps);
    }
    detector_->take(bytes, heardForm_, timeline_.boottimeOf(runningTime));
}

void Lane::checkParameters(GstSample* sample) {
    GstCaps* caps = gst_sample_get_caps(sample);
    if (caps == nullptr || caps == seenCaps_.get()) {
        return;
    }
    seenCaps_.reset(gst_caps_ref(caps));
    core::Buffer given = codecData(sample);
    if (!given.empty() && !sameParameters(plan_.track, plan_.parameters, given)) {
        plan_.parameters = given;
        listener_.parametersChanged(plan_.track, std::move(given));
    }
}

}  // namespace liuhen::capture
