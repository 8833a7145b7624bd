// SPDX-License-Identifier: Apache-2.0
// One track: its pipeline, its watchdog and its restarts, on a thread of its own.
#pragma once

#include "firmware/capture/capture.hpp"
#include "firmware/capture/encoder_log.hpp"
#include "firmware/capture/picture_tap.hpp"
#include "firmware/capture/timeline.hpp"
#include "hal/gst.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace liuhen::capture {

struct LanePlan {
    Track track = Track::Picture;
    std::string chain;  // behind the source, ends in an appsink "out"
    std::function<core::Result<GstElement*>()> makeSource;
    core::Nanoseconds encoderDelay{};  // by how much decoded sound runs late
    core::Buffer parameters;           // as told before the start
    PictureTap* tap = nullptr;         // of the picture; outlives the lane
};

/// Runs from start() to requestStop() or destruction; see CaptureListener for what it promises.
class Lane {
public:
    /// `log` may be null; all references outlive the lane.
    Lane(LanePlan plan, Timeline& timeline, const CaptureListener& listener, EncoderLog* log);
    ~Lane() = default;
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    [[nodiscard]] Track track() const { return plan_.track; }
    /// Who hears the source's raw sound too; null for nobody. Before start(); it outlives the lane.
    void setDetector(VoiceDetector* detector) { detector_ = detector; }
    void start();
    void requestStop() { thread_.request_stop(); }
    /// Waits for the end that requestStop() asked for; nothing is called back afterwards.
    void join();
    /// Asked by the lane's own thread, at once: whoever calls may hold locks.
    void requestKeyFrame();

private:
    void run(const std::stop_token& stop);
    void openPipeline();
    [[nodiscard]] core::Result<void> buildPipeline();
    void closePipeline();
    void askKeyFrame();
    void watch();
    void lose(const std::string& cause);
    void note(std::string trouble);
    [[nodiscard]] std::string takeTrouble();

    // On the streaming thread.
    GstFlowReturn takeSample(GstSample* sample);
    void checkParameters(GstSample* sample);
    void takeRaw(GstPad* pad, GstBuffer* buffer);
    void letHear(GstPad* pad, const GstBuffer* buffer, core::ByteView bytes);

    LanePlan plan_;
    Timeline& timeline_;
    const CaptureListener& listener_;
    EncoderLog* log_;
    VoiceDetector* detector_ = nullptr;

    // The lane's thread alone; the pipeline's callbacks run only between its start and its end.
    hal::gst::Ptr<GstElement> pipeline_;
    core::Nanoseconds startedAt_{};
    core::Nanoseconds nextTry_{};

    // Written by the streaming threads, which run only between the pipeline's start and its end.
    std::atomic<bool> returning_ = false;  // lost, and no unit since
    std::atomic<std::int64_t> arrivedNs_ =
        0;  // BOOTTIME when the last unit came; 0: none since the start
    std::atomic<std::int64_t> lastUnitNs_ = 0;  // its captureTime; 0: none ever
    hal::gst::Ptr<GstCaps> seenCaps_;
    hal::gst::Ptr<GstCaps> heardCaps_;  // of the raw sound
    std::string heardForm_;             // the same as text
    std::atomic<bool> heard_ = false;   // raw sound since the last unit was not all zeros

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::string trouble_;          // under the mutex
    bool keyFrameWanted_ = false;  // under the mutex
    std::jthread thread_;          // last: it ends before what it uses
};

}  // namespace liuhen::capture
