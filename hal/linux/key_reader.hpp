// SPDX-License-Identifier: Apache-2.0
// Buttons from an evdev device: presses, short presses and holds out of key events.
#pragma once

#include "common/core/unique_fd.hpp"
#include "hal/buttons.hpp"
#include "hal/linux/linux_config.hpp"

#include <array>
#include <optional>
#include <vector>

namespace liuhen::hal::linux {

/// Turns key states into button events; knows no device and no clock. Not thread-safe.
class PressReader {
public:
    /// A key went down or up. Repeats of a state it has already change nothing.
    [[nodiscard]] std::optional<ButtonEvent> change(Button button, bool down, core::Nanoseconds at);
    /// The holds that have come due by `now`.
    [[nodiscard]] std::vector<ButtonEvent> due(core::Nanoseconds now);
    /// When due() is next worth calling; nothing while no button is down and undecided.
    [[nodiscard]] std::optional<core::Nanoseconds> nextDue() const;

private:
    struct Key {
        bool down = false;
        bool decided = false;  // held was told
        core::Nanoseconds pressedAt{};
    };
    std::array<Key, 3> keys_{};
};

/// Reads one evdev device (Linux Documentation/input/event-codes). Not thread-safe.
class KeyReader {
public:
    /// Takes event times in BOOTTIME. Errors: Unavailable if the device is not there or no evdev.
    [[nodiscard]] static core::Result<KeyReader> open(const LinuxConfig& config);
    /// To be polled for reading.
    [[nodiscard]] int descriptor() const { return fd_.get(); }
    /// All events there are by now, in order. Errors: Unavailable when the device is gone.
    [[nodiscard]] core::Result<std::vector<ButtonEvent>> read(core::Nanoseconds now);
    [[nodiscard]] std::optional<core::Nanoseconds> nextDue() const { return presses_.nextDue(); }

private:
    KeyReader(core::UniqueFd fd, std::array<std::uint16_t, 3> codes)
        : fd_(std::move(fd)), codes_(codes) {}

    core::UniqueFd fd_;
    std::array<std::uint16_t, 3> codes_;  // of record, pause, mark
    PressReader presses_;
};

}  // namespace liuhen::hal::linux
