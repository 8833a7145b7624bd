// SPDX-License-Identifier: Apache-2.0
// The simulated loudspeaker, and the air between it, speakers of the script and the microphone.
#include "hal/sim/sim_speaker.hpp"

#include "common/core/log.hpp"
#include "hal/wav.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

namespace liuhen::hal::sim {

namespace {

/// Buffers' times jitter against each other by less than this; a sound goes on without a seam then.
constexpr std::int64_t kSeamMs = 10;

}  // namespace

std::uint64_t Air::begin(Sound sound, double gain, core::Nanoseconds at) {
    const std::lock_guard lock(mutex_);
    playing_.push_back(Playing{++numbers_, std::move(sound), gain, at, -1});
    return numbers_;
}

void Air::end(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    std::erase_if(playing_, [number](const Playing& one) { return one.number == number; });
}

void Air::addTo(std::span<std::int16_t> samples, int channels, core::Nanoseconds at) {
    const std::lock_guard lock(mutex_);
    const auto frames = static_cast<std::int64_t>(samples.size()) / channels;
    for (Playing& one : playing_) {
        const std::int64_t due =
            std::llround(static_cast<double>((at - one.at).count()) * 1e-9 * samplesPerSecond_);
        const std::int64_t seam = samplesPerSecond_ * kSeamMs / 1000;
        if (one.next < 0 || std::abs(due - one.next) > seam) {
            one.next = due;
        }
        for (std::int64_t frame = 0; frame < frames; ++frame) {
            const std::int64_t place = one.next + frame;
            if (place < 0 || place >= static_cast<std::int64_t>(one.sound->size())) {
                continue;
            }
            const double added = (*one.sound)[static_cast<std::size_t>(place)] * one.gain;
            for (std::int64_t channel = 0; channel < channels; ++channel) {
                std::int16_t& sample =
                    samples[static_cast<std::size_t>(frame * channels + channel)];
                sample = static_cast<std::int16_t>(
                    std::clamp(std::lround(sample + added), -32768L, 32767L));
            }
        }
        one.next = one.next + frames;
    }
    std::erase_if(playing_, [](const Playing& one) {
        return one.next >= static_cast<std::int64_t>(one.sound->size());
    });
}

core::Result<Air::Sound> loadSound(const Air& air, const std::string& file) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(const Wav wav, readWav(*files, file));
    return std::make_shared<const std::vector<std::int16_t>>(asMono(wav, air.samplesPerSecond()));
}

core::Result<core::Nanoseconds> SimSpeaker::load(const std::string& file) {
    LIUHEN_TRY(loaded_[file], loadSound(air_, file));
    return lengthOf(*loaded_[file]);
}

core::Result<void> SimSpeaker::play(const std::string& file) {
    const auto found = loaded_.find(file);
    if (found == loaded_.end()) {
        return core::fail(core::ErrorKind::NotFound, "play " + file + ": it was not loaded");
    }
    stop();
    const core::Nanoseconds now = clock_.boottime();
    playing_ = air_.begin(found->second, gain_, now);
    const core::Nanoseconds length = lengthOf(*found->second);
    until_ = now + length;
    log(fmt::format("play {} {} {}\n", now.count(), length.count(), file));
    return {};
}

core::Nanoseconds SimSpeaker::lengthOf(const std::vector<std::int16_t>& sound) const {
    return core::Nanoseconds(static_cast<std::int64_t>(sound.size()) * 1'000'000'000 /
                             air_.samplesPerSecond());
}

void SimSpeaker::stop() {
    const core::Nanoseconds now = clock_.boottime();
    if (now < until_) {
        air_.end(playing_);
        log(fmt::format("stop {}\n", now.count()));
    }
    until_ = core::Nanoseconds::zero();
}

void SimSpeaker::log(const std::string& line) const {
    if (logFile_.empty()) {
        return;
    }
    std::ofstream file(logFile_, std::ios::app);
    if (!(file << line << std::flush)) {
        core::log(core::LogLevel::Error, "hal/sim", "write the speaker's log " + logFile_);
    }
}

}  // namespace liuhen::hal::sim
