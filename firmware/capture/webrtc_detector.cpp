// SPDX-License-Identifier: Apache-2.0
// Voice detection by webrtcdsp, in a pipeline of its own that can hurt no other (ADR 0015).
#include "common/core/log.hpp"
#include "firmware/capture/voice.hpp"
#include "hal/gst.hpp"

#include <optional>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

namespace liuhen::capture {

namespace {

namespace gst = hal::gst;

/// More sound than this is not held for a detector that is slow; the oldest goes.
constexpr const char* kPipeline =
    "appsrc name=in is-live=true format=time block=false leaky-type=downstream max-bytes=0 "
    "max-buffers=0 max-time=1000000000 ! audioconvert ! audioresample ! "
    "audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=1 ! "
    // Only frames of 10 ms work, and very-low is the most selective.
    "webrtcdsp echo-cancel=false gain-control=false noise-suppression=true voice-detection=true "
    "voice-detection-frame-size-ms=10 voice-detection-likelihood=very-low ! "
    "appsink name=out sync=false";
constexpr core::Nanoseconds kSlack = std::chrono::milliseconds(5);

/// Gathers the element's 10 ms buffers into frames of 30 ms: voiced if two of the three are.
class FrameMaker {
public:
    std::optional<VoiceFrame> add(core::Nanoseconds at, core::Nanoseconds length, bool voiced) {
        if (count_ > 0 && (at - end_ > kSlack || end_ - at > kSlack)) {
            count_ = 0;  // sound is missing between
        }
        if (count_ == 0) {
            begin_ = at;
            voiced_ = 0;
        }
        end_ = at + length;
        voiced_ += voiced ? 1 : 0;
        if (++count_ < kPerFrame) {
            return std::nullopt;
        }
        count_ = 0;
        return VoiceFrame{begin_, end_, voiced_ * 2 > kPerFrame};
    }

private:
    static constexpr int kPerFrame = 3;
    core::Nanoseconds begin_{};
    core::Nanoseconds end_{};
    int count_ = 0;
    int voiced_ = 0;
};

class WebrtcDetector final : public VoiceDetector {
public:
    WebrtcDetector(gst::Ptr<GstElement> pipeline, Listener listener)
        : pipeline_(std::move(pipeline)),
          source_(gst::child(pipeline_.get(), "in")),
          listener_(std::move(listener)) {
        const auto sink = gst::child(pipeline_.get(), "out");
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = [](GstAppSink* from, gpointer detector) {
            const gst::Ptr<GstSample> sample(gst_app_sink_pull_sample(from));
            if (sample) {
                static_cast<WebrtcDetector*>(detector)->takeBuffer(
                    gst_sample_get_buffer(sample.get()));
            }
            return GST_FLOW_OK;
        };
        gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
        const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline_.get()));
        gst_bus_set_sync_handler(
            bus.get(),
            [](GstBus* /*bus*/, GstMessage* message, gpointer detector) {
                static_cast<WebrtcDetector*>(detector)->takeMessage(message);
                gst_message_unref(message);
                return GST_BUS_DROP;
            },
            this,
            nullptr);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }

    ~WebrtcDetector() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

    void take(core::ByteView sound, const std::string& form, core::Nanoseconds at) override {
        if (form != form_) {
            const gst::Ptr<GstCaps> caps(gst_caps_from_string(form.c_str()));
            if (!caps) {
                return;
            }
            gst_app_src_set_caps(GST_APP_SRC(source_.get()), caps.get());
            form_ = form;
        }
        GstBuffer* buffer = gst_buffer_new_memdup(sound.data(), sound.size());
        gst::stampBuffer(buffer, at, std::nullopt);
        static_cast<void>(gst_app_src_push_buffer(GST_APP_SRC(source_.get()), buffer));
    }

private:
    /// Comes on the streaming thread, before the buffer that it is about.
    void takeMessage(GstMessage* message) {
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
            core::log(core::LogLevel::Error,
                      "capture",
                      "voice is not detected any more: " + gst::describeError(message));
            return;
        }
        const GstStructure* said = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT
                                       ? gst_message_get_structure(message)
                                       : nullptr;
        gboolean voiced = FALSE;
        if (said != nullptr && gst_structure_has_name(said, "voice-activity") != FALSE &&
            gst_structure_get_boolean(said, "stream-has-voice", &voiced) != FALSE) {
            voiced_ = voiced != FALSE;
        }
    }

    void takeBuffer(GstBuffer* buffer) {
        if (!GST_BUFFER_PTS_IS_VALID(buffer) || !GST_BUFFER_DURATION_IS_VALID(buffer)) {
            return;
        }
        const core::Nanoseconds at(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer)));
        const core::Nanoseconds length(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)));
        if (const auto frame = frames_.add(at, length, voiced_)) {
            listener_(*frame);
        }
    }

    gst::Ptr<GstElement> pipeline_;
    gst::Ptr<GstElement> source_;
    Listener listener_;
    std::string form_;
    // The streaming thread's alone.
    bool voiced_ = false;
    FrameMaker frames_;
};

}  // namespace

core::Result<std::unique_ptr<VoiceDetector>> openWebrtcDetector(VoiceDetector::Listener listener) {
    LIUHEN_TRY(auto pipeline, gst::makePipeline(kPipeline));
    return std::unique_ptr<VoiceDetector>(
        std::make_unique<WebrtcDetector>(std::move(pipeline), std::move(listener)));
}

}  // namespace liuhen::capture
