// SPDX-License-Identifier: Apache-2.0
// What the recorder hears of others: frames without its own voice, and whether somebody speaks.
#pragma once

#include "firmware/capture/voice.hpp"

#include <deque>

namespace liuhen::statement {

/// Sound of the own loudspeaker comes back for so long after a prompt: the device's buffer, the way
/// through the air, the room.
inline constexpr core::Nanoseconds kOwnVoiceMargin = std::chrono::milliseconds(400);

/// Frames that overlap with the own voice count as nobody's; they never reach the hysteresis, so
/// what was said just before or after a prompt is not mixed with it.
class Ear {
public:
    /// The own voice sounds from `from` to `to`; told before the frames of that time come.
    void ownVoice(core::Nanoseconds from, core::Nanoseconds to);
    /// It broke off at `at`.
    void ownVoiceEnds(core::Nanoseconds at);
    /// Takes the next frame; answers it as it is believed, hysteresis applied.
    [[nodiscard]] capture::VoiceFrame hear(const capture::VoiceFrame& frame);
    /// Whether somebody speaks. Nobody does if no frame came for a second.
    [[nodiscard]] bool somebodySpeaks(core::Nanoseconds now) const;

private:
    struct Span {
        core::Nanoseconds from{};
        core::Nanoseconds to{};
    };

    std::deque<Span> own_;
    capture::VoiceHysteresis hysteresis_;
    core::Nanoseconds heardUntil_{};
};

}  // namespace liuhen::statement
