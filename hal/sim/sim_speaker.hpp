// SPDX-License-Identifier: Apache-2.0
// The simulated loudspeaker, and the air between it, speakers of the script and the microphone.
#pragma once

#include "common/core/clock.hpp"
#include "hal/speaker.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace liuhen::hal::sim {

/// Sounds that are in the air besides what the microphone's own file gives. Thread-safe.
class Air {
public:
    using Sound = std::shared_ptr<const std::vector<std::int16_t>>;  // mono, the microphone's rate

    explicit Air(int samplesPerSecond) : samplesPerSecond_(samplesPerSecond) {}

    [[nodiscard]] int samplesPerSecond() const { return samplesPerSecond_; }
    /// A sound begins at BOOTTIME `at`; answers its number, for end().
    std::uint64_t begin(Sound sound, double gain, core::Nanoseconds at);
    /// It breaks off.
    void end(std::uint64_t number);
    /// Adds what sounds from BOOTTIME `at` on to interleaved samples; too loud is cut off.
    void addTo(std::span<std::int16_t> samples, int channels, core::Nanoseconds at);

private:
    struct Playing {
        std::uint64_t number = 0;
        Sound sound;
        double gain = 1;
        core::Nanoseconds at{};
        std::int64_t next = -1;  // the sample that is due next; -1: none was heard yet
    };

    int samplesPerSecond_;
    std::mutex mutex_;
    std::vector<Playing> playing_;
    std::uint64_t numbers_ = 0;
};

/// A WAV file as it sounds in this air. Errors: those of readWav().
[[nodiscard]] core::Result<Air::Sound> loadSound(const Air& air, const std::string& file);

/// Plays into the air, and notes it.
///
/// Each play() and stop() that ends a sound is a line of the log file: "play BOOTTIME_NS LENGTH_NS
/// FILE", "stop BOOTTIME_NS".
class SimSpeaker final : public Speaker {
public:
    SimSpeaker(Air& air, double gain, std::string logFile, const core::Clock& clock)
        : air_(air), gain_(gain), logFile_(std::move(logFile)), clock_(clock) {}

    [[nodiscard]] core::Result<core::Nanoseconds> load(const std::string& file) override;
    [[nodiscard]] core::Result<void> play(const std::string& file) override;
    void stop() override;

private:
    [[nodiscard]] core::Nanoseconds lengthOf(const std::vector<std::int16_t>& sound) const;
    void log(const std::string& line) const;

    Air& air_;
    double gain_;
    std::string logFile_;  // "" for none
    const core::Clock& clock_;
    std::map<std::string, Air::Sound> loaded_;
    std::uint64_t playing_ = 0;
    core::Nanoseconds until_{};
};

}  // namespace liuhen::hal::sim
