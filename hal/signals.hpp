// SPDX-License-Identifier: Apache-2.0
// The seam of what an officer sees and feels without looking: a light of two colours and vibration.
#pragma once

#include <chrono>
#include <string_view>

namespace liuhen::hal {

/// One state of the recorder each (docs/recorder.md has the table).
enum class Light { Off, Standby, Recording, Interrupted, Closing, Docked, Fault };

/// What a vibration says.
enum class Pattern { Begin, End, Mark, Warning, Fault };

/// How a light is shown: the colours together, on and off in turn; steady where `off` is 0.
struct Blink {
    bool red = false;
    bool green = false;
    std::chrono::milliseconds on{};
    std::chrono::milliseconds off{};
};

/// How a pattern is felt: so many pulses with pauses between.
struct Pulses {
    int times = 0;
    std::chrono::milliseconds on{};
    std::chrono::milliseconds off{};
};

[[nodiscard]] Blink blinkOf(Light light);
[[nodiscard]] Pulses pulsesOf(Pattern pattern);
[[nodiscard]] std::string_view nameOf(Light light);
[[nodiscard]] std::string_view nameOf(Pattern pattern);

/// Thread-safe; neither blocks for long. What a board has no device for it passes over; a device
/// that fails is logged once and disturbs nothing.
class Signals {
public:
    Signals() = default;
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    virtual ~Signals() = default;

    /// Shows a light until another is shown; the same again changes nothing.
    virtual void show(Light light) = 0;
    /// Begins to vibrate and answers at once; a pattern under way ends first or is cut short.
    virtual void vibrate(Pattern pattern) = 0;
};

}  // namespace liuhen::hal
