// SPDX-License-Identifier: Apache-2.0
// What the on-screen display costs, beside GStreamer's own clock.
#include "firmware/capture/picture_tap.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kBar = 0.1;
constexpr int kFrames = 600;
constexpr std::int64_t kFrameUs = 33'333;
constexpr std::size_t kBuffers = 8;  // more than a cache holds
constexpr const char* kCaps = "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1";
constexpr const char* kPeerProgram = "gst-launch-1.0";

double cpuOfThisThread() {
    rusage usage{};
    (void)::getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Milliseconds of CPU per picture for all that the recorder does to draw on it.
double ours() {
    namespace gst = hal::gst;
    gst::init();
    const core::SystemClock clock;
    capture::PictureTap tap(capture::OsdSettings{std::chrono::hours(8), "LH-BENCH-1", "4711"},
                            clock);
    const gst::Ptr<GstCaps> caps(gst_caps_from_string(kCaps));
    LIUHEN_ASSERT(tap.setFormat(caps.get()));
    GstVideoInfo info;
    LIUHEN_ASSERT(gst_video_info_from_caps(&info, caps.get()) != FALSE);
    std::array<gst::Ptr<GstBuffer>, kBuffers> pictures;
    for (auto& picture : pictures) {
        picture.reset(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
        gst_buffer_memset(picture.get(), 0, 128, GST_VIDEO_INFO_SIZE(&info));
    }
    core::Microseconds utc = clock.utc();
    const double before = cpuOfThisThread();
    for (std::size_t i = 0; i < kFrames; ++i) {
        gst::Ptr<GstBuffer>& picture = pictures.at(i % kBuffers);
        picture = tap.draw(std::move(picture), utc);
        utc += core::Microseconds(kFrameUs);
    }
    return (cpuOfThisThread() - before) * 1000 / kFrames;
}

/// Milliseconds of CPU per picture of a pipeline that draws test pictures.
Result<double> pipeline(const std::vector<std::string>& element) {
    std::vector<std::string> argv{kPeerProgram,
                                  "-q",
                                  "videotestsrc",
                                  "pattern=black",
                                  fmt::format("num-buffers={}", kFrames),
                                  "!",
                                  kCaps,
                                  "!"};
    argv.insert(argv.end(), element.begin(), element.end());
    argv.insert(argv.end(), {"fakesink", "sync=false"});
    LIUHEN_TRY(const Cost cost, run(argv, RunOptions{false, false}));
    return cost.cpuSeconds * 1000 / kFrames;
}

}  // namespace

Result<std::vector<Figure>> osdBench(const BenchOptions& options) {
    Figure figure;
    figure.name = "osd";
    figure.bar = kBar;
    figure.what = "time, device and officer drawn on a 1080p picture: what a picture costs more";
    figure.peer = "clockoverlay shaded-background=true: a pipeline with it less one without";
    figure.leavesOut = "device and officer";
    figure.unit = "ms CPU per picture";
    if (!onPath(kPeerProgram)) {
        figure.notRun = fmt::format("no {} (package gstreamer1.0-tools)", kPeerProgram);
        return std::vector<Figure>{std::move(figure)};
    }
    // Once unmeasured: GStreamer's registry.
    if (!pipeline({"clockoverlay", "!"})) {
        figure.notRun = "no clockoverlay (package gstreamer1.0-x)";
        return std::vector<Figure>{std::move(figure)};
    }
    const unsigned count = options.rounds.value_or(kOsdRounds);
    for (unsigned i = 0; i < count; ++i) {
        figure.ours.push_back(ours());
        LIUHEN_TRY(const double plain, pipeline({}));
        LIUHEN_TRY(const double clock, pipeline({"clockoverlay", "shaded-background=true", "!"}));
        figure.peers.push_back(clock - plain);
        fmt::print(stderr,
                   "osd {}/{}: liuhen {:.4f}, clockoverlay {:.4f} ms per picture\n",
                   i + 1,
                   count,
                   figure.ours.back(),
                   figure.peers.back());
    }
    figure.ourCpuSeconds = median(figure.ours) * kFrames / 1000;
    figure.peerCpuSeconds = median(figure.peers) * kFrames / 1000;
    return std::vector<Figure>{std::move(figure)};
}

}  // namespace liuhen::bench
