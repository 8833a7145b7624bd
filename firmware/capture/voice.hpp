// SPDX-License-Identifier: Apache-2.0
// Whether somebody speaks: what a detector says of each 30 ms of sound, and what to believe of it.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace liuhen::capture {

/// A detector's word on a short stretch of sound.
struct VoiceFrame {
    core::Nanoseconds from{};  // BOOTTIME
    core::Nanoseconds to{};    // BOOTTIME, exclusive
    bool voiced = false;
};

inline constexpr core::Nanoseconds kVoiceFrame = std::chrono::milliseconds(30);

/// Hears sound and tells of each frame. It may be late, and may lose sound when it is slow; it
/// never blocks and never fails: what goes wrong inside is logged, and then no frames come.
class VoiceDetector {
public:
    /// Called on a thread of the detector's, frames in order.
    using Listener = std::function<void(const VoiceFrame&)>;

    VoiceDetector() = default;
    VoiceDetector(const VoiceDetector&) = delete;
    VoiceDetector& operator=(const VoiceDetector&) = delete;
    virtual ~VoiceDetector() = default;

    /// Takes a copy of a buffer of raw sound. `form` is GStreamer's caps as text, such as
    /// "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1"; `at` is BOOTTIME of the
    /// first sample. One thread at a time.
    virtual void take(core::ByteView sound, const std::string& form, core::Nanoseconds at) = 0;
};

/// How a detector is made: by GStreamer's webrtcdsp. Errors: Unimplemented if it is missing.
[[nodiscard]] core::Result<std::unique_ptr<VoiceDetector>> openWebrtcDetector(
    VoiceDetector::Listener listener);

/// Turns frames into "somebody speaks" and "nobody does": on when half of the last 25 frames
/// (750 ms) were voiced, off when fewer than 15 % were. So it runs behind by some 0.4 s at the
/// beginning of speech and 0.65 s at its end.
class VoiceHysteresis {
public:
    static constexpr std::size_t kWindow = 25;
    static constexpr std::size_t kOnPercent = 50;
    static constexpr std::size_t kOffPercent = 15;

    /// Adds the next frame; answers whether somebody speaks.
    bool add(bool voiced);
    [[nodiscard]] bool speaking() const { return speaking_; }

private:
    std::array<bool, kWindow> window_{};
    std::size_t next_ = 0;
    std::size_t voiced_ = 0;
    bool speaking_ = false;
};

}  // namespace liuhen::capture
