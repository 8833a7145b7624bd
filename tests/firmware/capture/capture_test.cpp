// SPDX-License-Identifier: Apache-2.0
// Real captures from the simulated board: real encoders, real time, a few seconds each.
#include "firmware/capture/capture.hpp"

#include "common/crypto/digest.hpp"
#include "hal/gst.hpp"
#include "hal/sim/sim_board.hpp"
#include "hal/sim/source_log.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace liuhen::capture {

using namespace std::chrono_literals;
using hal::test::TemporaryFolder;

namespace {

/// What came, in the order of its track.
class Recording {
public:
    CaptureListener listener() {
        CaptureListener listener;
        listener.unit = [this](EncodedUnit unit) {
            const std::lock_guard lock(mutex_);
            afterLoss_ = afterLoss_ || (unit.track == Track::Picture && lostPicture_);
            (unit.track == Track::Picture ? picture_ : sound_).push_back(std::move(unit));
            wake_.notify_all();
        };
        listener.sourceLost = [this](const SourceLost& loss) {
            const std::lock_guard lock(mutex_);
            lostPicture_ = lostPicture_ || loss.track == Track::Picture;
            losses_.push_back(loss);
            wake_.notify_all();
        };
        listener.sourceReturned = [this](const SourceReturned& back) {
            const std::lock_guard lock(mutex_);
            lostPicture_ = lostPicture_ && back.track != Track::Picture;
            returns_.push_back(back);
            wake_.notify_all();
        };
        listener.parametersChanged = [this](Track track, core::Buffer bytes) {
            const std::lock_guard lock(mutex_);
            changes_.emplace_back(track, std::move(bytes));
        };
        return listener;
    }

    template <class Condition>
    bool waitUntil(Condition condition) {
        std::unique_lock lock(mutex_);
        return wake_.wait_for(lock, 20s, [this, &condition] { return condition(*this); });
    }

    // After the capture has stopped, or inside a condition.
    std::vector<EncodedUnit> picture_;
    std::vector<EncodedUnit> sound_;
    std::vector<SourceLost> losses_;
    std::vector<SourceReturned> returns_;
    std::vector<std::pair<Track, core::Buffer>> changes_;
    bool afterLoss_ = false;  // a picture came between its loss and its return

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool lostPicture_ = false;
};

struct Bench {
    TemporaryFolder folder;
    std::unique_ptr<hal::Board> board;

    explicit Bench(const std::string& events,
                   const std::string& camera = "pattern = \"smpte\"",
                   const std::string& microphone = "pattern = \"tone\"") {
        folder.write("script.toml", "[[boot]]\nevent = [" + events + "]\n");
        auto config = hal::sim::loadSimConfig(folder.write(
            "sim.toml",
            "[camera]\n" + camera + "\nwidth = 320\nheight = 180\nframerate = 25\n[microphone]\n" +
                microphone +
                "\n[card]\nfolder = \"card\"\n[keystore]\nfolder = \"keys\"\n[source_log]\nfolder "
                "= \"log\"\n"
                "[script]\nfile = \"script.toml\"\n"));
        REQUIRE_MESSAGE(config, (config ? "" : config.error().message));
        auto opened = hal::sim::open(*config);
        REQUIRE(opened);
        board = *std::move(opened);
    }

    std::unique_ptr<Capture> capture(CaptureConfig config = {}) const {
        config.picture.bitrate = 500'000;
        auto opened = Capture::open(config, &board->camera(), &board->microphone(), board->clock());
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
        return *std::move(opened);
    }
};

/// Whether each unit starts where the one before it ended, within `tolerance`.
bool contiguous(const std::vector<EncodedUnit>& units,
                core::Nanoseconds length,
                core::Nanoseconds tolerance) {
    for (std::size_t i = 1; i < units.size(); ++i) {
        const core::Nanoseconds off = units[i].captureTime - units[i - 1].captureTime - length;
        if (off > tolerance || off < -tolerance) {
            MESSAGE("unit ", i, " is off by ns ", off.count());
            return false;
        }
    }
    return true;
}

/// "K" and "." per picture.
std::string keysOf(const std::vector<EncodedUnit>& units) {
    std::string keys;
    for (const EncodedUnit& unit : units) {
        keys += unit.key ? 'K' : '.';
    }
    return keys;
}

/// Whether 4-byte lengths lead exactly through the unit, to an IDR slice if it is a key frame.
bool isAccessUnit(const EncodedUnit& unit) {
    core::ByteReader reader(unit.bytes);
    bool idr = false;
    while (!reader.atEnd()) {
        const auto length = reader.u32();
        if (!length) {
            return false;
        }
        const auto nal = reader.take(*length);
        if (!nal || nal->empty()) {
            return false;
        }
        idr = idr || ((*nal)[0] & 0x1f) == 5;
    }
    return idr == unit.key;
}

/// Runs a pipeline to its end, to make a media file.
void make(const std::string& description) {
    const auto pipeline = hal::gst::makePipeline(description);
    REQUIRE(pipeline);
    gst_element_set_state(pipeline->get(), GST_STATE_PLAYING);
    const hal::gst::Ptr<GstBus> bus(gst_element_get_bus(pipeline->get()));
    const hal::gst::Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(),
        20 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline->get(), GST_STATE_NULL);
    REQUIRE(end);
    REQUIRE(GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
}

core::Nanoseconds aacLength() {
    return core::Nanoseconds(1024 * 1'000'000'000LL / 48000);
}

}  // namespace

TEST_SUITE_BEGIN("firmware/capture");

TEST_CASE(
    "three seconds give whole units of both tracks, a key frame a second, and known parameters") {
    const Bench bench("");
    CaptureConfig config;
    config.encoderLog = bench.folder / "encoder.log";
    auto capture = bench.capture(config);
    REQUIRE(capture->picture());
    CHECK(capture->picture()->width == 320);
    CHECK(capture->picture()->framesPerSecond == 25);
    CHECK(capture->picture()->avcC.at(0) == 1);
    CHECK(core::toHex(capture->sound()->audioSpecificConfig) == "1188");

    Recording recording;
    const core::Nanoseconds begin = bench.board->clock().boottime();
    capture->start(recording.listener());
    REQUIRE(recording.waitUntil(
        [](const Recording& r) { return r.picture_.size() > 76 && r.sound_.size() > 145; }));
    const core::Nanoseconds end = bench.board->clock().boottime();
    capture->stop();

    CHECK(recording.losses_.empty());
    CHECK(recording.returns_.empty());
    CHECK(recording.changes_.empty());  // the trial told the truth
    CHECK(contiguous(recording.picture_, 40ms, 1ns));
    CHECK(contiguous(recording.sound_, aacLength(), 1us));
    CHECK(keysOf(recording.picture_).substr(0, 76) ==
          "K........................K........................K........................K");
    CHECK(std::all_of(recording.picture_.begin(), recording.picture_.end(), isAccessUnit));
    CHECK(recording.picture_.front().captureTime >= begin);
    CHECK(recording.picture_.back().captureTime <= end);
    CHECK(recording.sound_.front().captureTime >= begin - aacLength());
    CHECK(recording.sound_.back().captureTime <= end);

    capture.reset();  // closes the log
    std::ifstream log(config.encoderLog);
    std::vector<std::string> lines[2];
    for (std::string line; std::getline(log, line);) {
        lines[line.rfind("picture ", 0) == 0 ? 0 : 1].push_back(line);
    }
    REQUIRE(lines[0].size() == recording.picture_.size());
    REQUIRE(lines[1].size() == recording.sound_.size());
    const EncodedUnit& tenth = recording.picture_[9];
    CHECK(lines[0][9] == "picture " + std::to_string(tenth.captureTime.count()) + " " +
                             std::to_string(tenth.bytes.size()) + " " +
                             core::toHex(crypto::sha256(tenth.bytes)));
    const auto counts = hal::sim::readSourceCounts(bench.folder / "log/1.counts");
    REQUIRE(counts);
    CHECK(counts->picture.units >= recording.picture_.size());
    CHECK(counts->picture.units <= recording.picture_.size() + 3);
    CHECK(counts->picture.dropped == 0);
    CHECK(counts->sound.units >= recording.sound_.size() * 1024 - 1024);
}

TEST_CASE(
    "an unplugged camera is told within a second, sound goes on, and the picture comes back") {
    const Bench bench("{at = 0.5, do = \"camera_unplug\"}, {at = 1.5, do = \"camera_return\"}");
    auto capture = bench.capture();
    Recording recording;
    capture->start(recording.listener());
    REQUIRE(recording.waitUntil(
        [](const Recording& r) { return !r.picture_.empty() && !r.sound_.empty(); }));
    const core::Nanoseconds ready = bench.board->clock().boottime();
    bench.board->ready();
    REQUIRE(recording.waitUntil([](const Recording& r) {
        return !r.returns_.empty() && !r.picture_.empty() &&
               r.picture_.back().captureTime > r.returns_[0].at + 400ms;
    }));
    capture->stop();

    REQUIRE(recording.losses_.size() == 1);
    const SourceLost& loss = recording.losses_[0];
    CHECK(loss.track == Track::Picture);
    CHECK(loss.cause.find("unplugged") != std::string::npos);
    CHECK(loss.at - ready < 1500ms);
    REQUIRE(loss.lastUnit);
    CHECK(loss.at - *loss.lastUnit < 1s);
    REQUIRE(recording.returns_.size() == 1);
    CHECK(recording.returns_[0].track == Track::Picture);
    CHECK(recording.returns_[0].at - ready >= 1500ms);
    CHECK(recording.returns_[0].at - ready < 3s);
    CHECK_FALSE(recording.afterLoss_);
    CHECK(contiguous(recording.sound_, aacLength(), 1us));
    const auto back = std::find_if(recording.picture_.begin(),
                                   recording.picture_.end(),
                                   [&recording](const EncodedUnit& unit) {
                                       return unit.captureTime == recording.returns_[0].at;
                                   });
    REQUIRE(back != recording.picture_.end());
    CHECK(back->key);
    CHECK((back - 1)->captureTime == *loss.lastUnit);
    CHECK(recording.changes_.empty());
}

TEST_CASE(
    "a microphone that falls silent without a word is lost after half a second and the picture "
    "goes on") {
    const Bench bench("{at = 0.2, do = \"microphone_freeze\"}");
    auto capture = bench.capture();
    Recording recording;
    capture->start(recording.listener());
    REQUIRE(recording.waitUntil(
        [](const Recording& r) { return !r.picture_.empty() && !r.sound_.empty(); }));
    bench.board->ready();
    REQUIRE(recording.waitUntil([](const Recording& r) {
        return !r.losses_.empty() && r.picture_.back().captureTime > r.losses_[0].at + 200ms;
    }));
    capture->stop();
    REQUIRE(recording.losses_.size() == 1);
    CHECK(recording.losses_[0].track == Track::Sound);
    const core::Nanoseconds found = recording.losses_[0].at - *recording.losses_[0].lastUnit;
    CHECK(found > kSilenceLimit);
    CHECK(found < 1s);
    CHECK(contiguous(recording.picture_, 40ms, 1ns));
}

TEST_CASE("a key frame comes when it is asked for") {
    const Bench bench("");
    auto capture = bench.capture();
    Recording recording;
    capture->start(recording.listener());
    REQUIRE(recording.waitUntil([](const Recording& r) { return r.picture_.size() >= 6; }));
    capture->requestKeyFrame();
    REQUIRE(recording.waitUntil([](const Recording& r) { return r.picture_.size() >= 20; }));
    capture->stop();
    capture->requestKeyFrame();  // harmless after the end
    const std::string keys = keysOf(recording.picture_).substr(0, 20);
    CAPTURE(keys);
    CHECK(std::count(keys.begin(), keys.end(), 'K') == 2);
    CHECK(keys.find('K', 1) <= 10);
}

TEST_CASE("a microphone that is absent from the start does not hold the picture back") {
    const Bench bench("{at = 0, do = \"microphone_unplug\"}");
    bench.board->ready();
    while (bench.board->microphone().makeSource()) {
        std::this_thread::yield();  // until the script's thread has come to it
    }
    auto capture = bench.capture();
    REQUIRE(capture->sound());
    Recording recording;
    capture->start(recording.listener());
    REQUIRE(recording.waitUntil(
        [](const Recording& r) { return r.picture_.size() > 20 && !r.losses_.empty(); }));
    capture->stop();
    CHECK(recording.losses_.size() == 1);
    CHECK(recording.losses_[0].track == Track::Sound);
    CHECK_FALSE(recording.losses_[0].lastUnit);
    CHECK(recording.sound_.empty());
}

TEST_CASE(
    "files that are shorter than the recording begin anew without a break, at the camera's own "
    "rate") {
    const TemporaryFolder media;
    make(
        "videotestsrc num-buffers=10 ! video/x-raw,width=160,height=120,framerate=10/1 ! "
        "avenc_mpeg4 ! avimux ! "
        "filesink location=" +
        (media / "a.avi"));
    make(
        "audiotestsrc num-buffers=4 samplesperbuffer=1000 ! audio/x-raw,rate=8000,channels=2 ! "
        "wavenc ! "
        "filesink location=" +
        (media / "a.wav"));
    const Bench bench("",
                      "file = \"" + (media / "a.avi") + "\"",
                      "files = [\"" + (media / "a.wav") + "\", \"" + (media / "a.wav") +
                          "\"]\ngap_seconds = 0.1");
    auto capture = bench.capture();
    Recording recording;
    capture->start(recording.listener());
    const bool came = recording.waitUntil(
        [](const Recording& r) { return r.picture_.size() > 60 && r.sound_.size() > 110; });
    capture->stop();
    for (const SourceLost& loss : recording.losses_) {
        FAIL_CHECK(loss.cause);
    }
    CAPTURE(recording.picture_.size());
    CAPTURE(recording.sound_.size());
    REQUIRE(came);
    CHECK(recording.changes_.empty());
    CHECK(contiguous(recording.picture_, 40ms, 1ns));
    CHECK(contiguous(recording.sound_, aacLength(), 1us));
}

TEST_CASE("settings and encoders that cannot be are refused at the start") {
    const Bench bench("");
    hal::Board& board = *bench.board;
    CaptureConfig config;
    config.picture.width = 321;
    auto odd = Capture::open(config, &board.camera(), nullptr, board.clock());
    REQUIRE_FALSE(odd);
    CHECK(odd.error().kind == core::ErrorKind::InvalidArgument);
    config = {};
    config.picture.encoder = "nosuchencoder";
    auto missing = Capture::open(config, &board.camera(), nullptr, board.clock());
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == core::ErrorKind::Unimplemented);
    config = {};
    config.sound.samplesPerSecond = 47000;
    auto rate = Capture::open(config, nullptr, &board.microphone(), board.clock());
    REQUIRE_FALSE(rate);
    CHECK(rate.error().kind == core::ErrorKind::InvalidArgument);
}

TEST_SUITE_END();

}  // namespace liuhen::capture
