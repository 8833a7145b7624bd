// SPDX-License-Identifier: Apache-2.0
// The whole recorder beside a plain gst-launch recording of the same picture and sound, in turn.
#include "common/core/files.hpp"
#include "hal/gst.hpp"
#include "hal/sim/source_log.hpp"
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/workload.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kBar = 1.15;
constexpr int kSeconds = 30;  // recorded by the recorder; both sides run about two longer
constexpr int kWidth = 1920;
constexpr int kHeight = 1080;
constexpr int kFramesPerSecond = 30;
constexpr int kBitrate = 8'000'000;
constexpr int kSoundRate = 48000;
constexpr int kSoundBitrate = 64'000;
/// The text that is read takes 10.8 s: so often the peer hears it, one after the other, as the
/// simulated microphone does.
constexpr int kReadings = 3;
constexpr const char* kPeerProgram = "gst-launch-1.0";

/// As firmware/capture describes its default.
std::string encoder() {
    return fmt::format(
        "x264enc tune=zerolatency speed-preset=ultrafast pass=cbr bitrate={} vbv-buf-capacity=1000 "
        "key-int-max={} bframes=0 aud=false option-string=scenecut=0",
        kBitrate / 1000,
        kFramesPerSecond);
}

/// One side's cost and how many pictures it is for.
struct Side {
    Cost cost;
    std::uint64_t pictures = 0;

    [[nodiscard]] double perSecond() const {
        return cost.cpuSeconds * 1000 * kFramesPerSecond / static_cast<double>(pictures);
    }
};

/// How many pictures a plain MP4 holds.
Result<std::uint64_t> picturesIn(const std::string& file) {
    namespace gst = hal::gst;
    LIUHEN_TRY(const auto pipeline,
               gst::makePipeline("filesrc location=" + file +
                                 " ! qtdemux ! video/x-h264 ! fakesink name=out sync=false"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
    const gst::Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(),
        60 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    GstStructure* stats = nullptr;
    g_object_get(gst::child(pipeline.get(), "out").get(), "stats", &stats, nullptr);
    guint64 pictures = 0;
    const bool told = gst_structure_get_uint64(stats, "rendered", &pictures) != FALSE;
    gst_structure_free(stats);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    if (!told || pictures == 0 || end == nullptr ||
        GST_MESSAGE_TYPE(end.get()) != GST_MESSAGE_EOS) {
        return core::fail(core::ErrorKind::DataLoss, "count the pictures of " + file);
    }
    return std::uint64_t{pictures};
}

class Rounds {
public:
    Rounds(std::string media, Agency agency, std::string scratch, std::string program)
        : media_(std::move(media)),
          agency_(std::move(agency)),
          scratch_(std::move(scratch)),
          program_(std::move(program)) {}

    /// A recorder's life: on, a recording, off. Encrypted, as an enrolled recorder is by default.
    Result<Side> ours() {
        const std::string folder = scratch_ + "/recorder";
        LIUHEN_CHECK(agency_.freshRecorder(folder));
        LIUHEN_CHECK(writeConfiguration(folder));
        Side side;
        LIUHEN_TRY(side.cost, run({program_, "--config", folder + "/recorder.toml"}, kQuiet));
        LIUHEN_TRY(const auto counts, hal::sim::readSourceCounts(folder + "/source-log/1.counts"));
        side.pictures = counts.picture.units - counts.picture.dropped;
        dropped_ += counts.picture.dropped;
        return side;
    }

    Result<Side> peer() const {
        const std::string file = scratch_ + "/plain.mp4";
        std::vector<std::string> argv{"timeout",
                                      "--preserve-status",
                                      "--signal=INT",
                                      std::to_string(kSeconds + 2),
                                      kPeerProgram,
                                      "-q",
                                      "-e"};
        splitInto(argv, description(file));
        Side side;
        LIUHEN_TRY(side.cost, run(argv, kQuiet));
        LIUHEN_TRY(side.pictures, picturesIn(file));
        return side;
    }

    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    static constexpr RunOptions kQuiet{false, false};

    Result<void> writeConfiguration(const std::string& folder) const {
        const auto files = core::systemFiles();
        const auto write = [&files, &folder](const char* name, const std::string& text) {
            return core::replaceFile(*files, folder + "/" + name, core::viewOf(text));
        };
        LIUHEN_CHECK(write("recorder.toml",
                           fmt::format("board = \"sim\"\nboard_config = \"sim.toml\"\n"
                                       "[cable]\naddress = \"127.0.0.1\"\nport = 0\n"
                                       "[officer]\nnumber = \"4711\"\n"
                                       "[picture]\nbitrate = {}\n[sound]\nbitrate = {}\n",
                                       kBitrate,
                                       kSoundBitrate)));
        LIUHEN_CHECK(write("sim.toml",
                           fmt::format("[camera]\nfile = \"{0}/vtest.avi\"\nwidth = {1}\n"
                                       "height = {2}\nframerate = {3}\n"
                                       "[microphone]\nfiles = [\"{0}/speech.wav\"]\n"
                                       "gap_seconds = 0.0\nrate = {4}\n"
                                       "[card]\nfolder = \"card\"\n[keystore]\nfolder = "
                                       "\"keystore\"\n[source_log]\nfolder = \"source-log\"\n"
                                       "[script]\nfile = \"script.toml\"\n",
                                       media_,
                                       kWidth,
                                       kHeight,
                                       kFramesPerSecond,
                                       kSoundRate)));
        return write("script.toml",
                     fmt::format("[[boot]]\nevent = [\n  {{at = 0.5, do = \"press_record\"}},\n"
                                 "  {{at = {}, do = \"hold_record\"}},\n"
                                 "  {{at = {}, do = \"power_off\"}},\n]\n",
                                 kSeconds - 1.5,
                                 kSeconds + 1.0));
    }

    /// The simulated camera and microphone, element by element, then encoders and a plain file.
    [[nodiscard]] std::string description(const std::string& file) const {
        std::string readings;
        for (int i = 0; i < kReadings; ++i) {
            readings += fmt::format(
                "{}filesrc location={}/speech.wav ! wavparse ! sound.", i == 0 ? "" : " ", media_);
        }
        return fmt::format(
            "filesrc location={0}/vtest.avi ! decodebin ! videoconvert ! videoscale ! "
            "video/x-raw,format=I420,width={1},height={2},pixel-aspect-ratio=1/1 ! videorate ! "
            "video/x-raw,framerate={3}/1 ! clocksync ! queue ! {4} ! h264parse ! mux. "
            "{8} concat name=sound ! audioconvert ! audioresample ! "
            "audio/x-raw,format=S16LE,rate={5},channels=1 ! clocksync ! queue ! audioconvert ! "
            "avenc_aac bitrate={6} ! aacparse ! mux. mp4mux name=mux ! filesink location={7}",
            media_,
            kWidth,
            kHeight,
            kFramesPerSecond,
            encoder(),
            kSoundRate,
            kSoundBitrate,
            file,
            readings);
    }

    static void splitInto(std::vector<std::string>& argv, const std::string& description) {
        std::size_t from = 0;
        while (from < description.size()) {
            const std::size_t to = std::min(description.find(' ', from), description.size());
            argv.push_back(description.substr(from, to - from));
            from = to + 1;
        }
    }

    std::string media_;
    Agency agency_;
    std::string scratch_;
    std::string program_;
    std::uint64_t dropped_ = 0;
};

/// What is missing for this figure; "" if nothing is.
std::string missing(const std::string& media) {
    std::error_code ignored;
    for (const char* name : {"vtest.avi", "speech.wav"}) {
        if (!std::filesystem::exists(media + "/" + name, ignored)) {
            return fmt::format("no {} in {}; run tools/media DIR", name, media);
        }
    }
    if (!onPath(kPeerProgram)) {
        return fmt::format("no {} (package gstreamer1.0-tools)", kPeerProgram);
    }
    return sibling("liuhen-recorder") ? "" : "no liuhen-recorder beside this program";
}

Figure describe() {
    Figure figure;
    figure.name = "whole";
    figure.bar = kBar;
    figure.what = fmt::format(
        "CPU of the whole recorder, {} s of 1080p30 at 8 Mbit/s with sound: capture, encoders, "
        "display, encryption, chain, syncs, server",
        kSeconds);
    figure.peer = "gst-launch-1.0: the same source, x264enc and avenc_aac into mp4mux and filesink";
    figure.leavesOut =
        "time on the picture, encryption, hashes, signatures, any sync, going on after a loss";
    figure.unit = "ms CPU per second of picture";
    return figure;
}

}  // namespace

Result<std::vector<Figure>> wholeBench(const BenchOptions& options) {
    Figure figure = describe();
    LIUHEN_TRY(const std::string media, cacheFolder());
    figure.notRun = missing(media);
    if (!figure.ran()) {
        return std::vector<Figure>{std::move(figure)};
    }
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(Agency agency, Agency::make(scratch.path()));
    Rounds rounds(media, std::move(agency), scratch.path(), *sibling("liuhen-recorder"));
    std::vector<double> ourCpu;
    std::vector<double> peerCpu;
    const unsigned count = options.rounds.value_or(kWholeRounds);
    for (unsigned i = 0; i < count; ++i) {
        LIUHEN_TRY(const Side ours, rounds.ours());
        LIUHEN_TRY(const Side peer, rounds.peer());
        figure.ours.push_back(ours.perSecond());
        figure.peers.push_back(peer.perSecond());
        ourCpu.push_back(ours.cost.cpuSeconds);
        peerCpu.push_back(peer.cost.cpuSeconds);
        fmt::print(stderr,
                   "whole {}/{}: liuhen {:.1f} ({} pictures), gst-launch {:.1f} ms/s ({})\n",
                   i + 1,
                   count,
                   ours.perSecond(),
                   ours.pictures,
                   peer.perSecond(),
                   peer.pictures);
    }
    figure.ourCpuSeconds = median(ourCpu);
    figure.peerCpuSeconds = median(peerCpu);
    figure.note =
        fmt::format("pictures that the recorder was too slow to fetch: {}", rounds.dropped());
    return std::vector<Figure>{std::move(figure)};
}

}  // namespace liuhen::bench
