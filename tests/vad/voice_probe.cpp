// SPDX-License-Identifier: Apache-2.0
// Lets the recorder's own detector, hysteresis and asker hear WAV files, as fast as they can.
//   voice_probe FILE...     prints per file, tab-separated: its path; the detector's frames of 30
//   ms,
//                           "v" or "-"; what is believed of them, "S" or "."; the statement that a
//                           question at the file's beginning gets: "heard" or "missing", asked,
//                           speech in ms
#include "firmware/capture/voice.hpp"
#include "firmware/statement/asker.hpp"
#include "hal/wav.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace liuhen {

namespace {

using core::Nanoseconds;
using namespace std::chrono_literals;

constexpr Nanoseconds kStep = 20ms;
/// Less than the detector keeps for a slow machine, so that nothing is lost here.
constexpr Nanoseconds kAhead = 500ms;
constexpr Nanoseconds kStuck = 20s;
/// As long as a short question takes.
constexpr Nanoseconds kQuestion = 2s;

/// The frames of one file, as they come.
class Frames {
public:
    void add(const capture::VoiceFrame& frame) {
        const std::lock_guard lock(mutex_);
        frames_.push_back(frame);
        come_.notify_all();
    }
    /// Whether frames up to `time` came.
    [[nodiscard]] bool waitFor(Nanoseconds time) {
        std::unique_lock lock(mutex_);
        return come_.wait_for(lock, kStuck, [this, time] {
            return time <= capture::kVoiceFrame ||
                   (!frames_.empty() && frames_.back().to >= time - capture::kVoiceFrame);
        });
    }
    /// When the detector has gone.
    [[nodiscard]] const std::vector<capture::VoiceFrame>& all() const { return frames_; }

private:
    std::mutex mutex_;
    std::condition_variable come_;
    std::vector<capture::VoiceFrame> frames_;
};

core::Result<void> detect(const hal::Wav& wav, Frames& frames) {
    LIUHEN_TRY(const auto detector,
               capture::openWebrtcDetector(
                   [&frames](const capture::VoiceFrame& frame) { frames.add(frame); }));
    const std::string form =
        fmt::format("audio/x-raw,format=S16LE,layout=interleaved,rate={},channels={}",
                    wav.samplesPerSecond,
                    wav.channels);
    const auto step =
        static_cast<std::size_t>(wav.samplesPerSecond * (kStep / 1ms) / 1000 * wav.channels);
    Nanoseconds at{};
    for (std::size_t begin = 0; begin + step <= wav.samples.size(); begin += step, at += kStep) {
        core::Buffer bytes;
        for (std::size_t i = begin; i < begin + step; ++i) {
            const auto sample = static_cast<std::uint16_t>(wav.samples[i]);
            bytes.push_back(static_cast<std::uint8_t>(sample & 0xffU));
            bytes.push_back(static_cast<std::uint8_t>(sample >> 8U));
        }
        detector->take(bytes, form, at);
        if (!frames.waitFor(at - kAhead)) {
            return core::fail(core::ErrorKind::DeadlineExceeded, "detect voice: no frames come");
        }
    }
    if (!frames.waitFor(at - 60ms)) {
        return core::fail(core::ErrorKind::DeadlineExceeded, "detect voice: the end does not come");
    }
    return {};
}

statement::Statement ask(const std::vector<capture::VoiceFrame>& frames) {
    statement::Statement made;
    statement::Asker asker([](prompts::Prompt, Nanoseconds) { return std::optional(kQuestion); },
                           [&made](const statement::Statement& done) { made = done; });
    asker.ask(statement::What::Opening, Nanoseconds::zero());
    for (const capture::VoiceFrame& frame : frames) {
        asker.hear(frame);
        asker.tick(frame.to);
    }
    asker.cancel(frames.empty() ? Nanoseconds::zero() : frames.back().to);
    return made;
}

core::Result<void> probe(const std::string& path) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(const hal::Wav wav, hal::readWav(*files, path));
    Frames frames;
    LIUHEN_CHECK(detect(wav, frames));
    capture::VoiceHysteresis hysteresis;
    std::string raw;
    std::string believed;
    for (const capture::VoiceFrame& frame : frames.all()) {
        raw += frame.voiced ? 'v' : '-';
        believed += hysteresis.add(frame.voiced) ? 'S' : '.';
    }
    const statement::Statement made = ask(frames.all());
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n",
               path,
               raw,
               believed,
               made.heard ? "heard" : "missing",
               made.asked,
               made.speech.value_or(Nanoseconds::zero()) / 1ms);
    return {};
}

int run(int count, char** paths) {
    for (int i = 1; i < count; ++i) {
        if (const auto probed = probe(paths[i]); !probed) {
            fmt::print(stderr, "voice_probe: {}\n", probed.error().message);
            return 1;
        }
    }
    return 0;
}

}  // namespace

}  // namespace liuhen

int main(int argc, char** argv) {
    try {
        return liuhen::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "voice_probe: %s\n", error.what());
        return 1;
    }
}
