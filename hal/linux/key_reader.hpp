// SPDX-License-Identifier: Apache-2.0
// Buttons from an evdev device: presses, short presses and holds out of key events.
#pragma once

#include "common/core/unique_fd.hpp"
#include "hal/buttons.hpp"
#include "hal/linux/linux_config.hpp"

#include <linux/input.h>

#include <array>
#include <functional>
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
    /// What the device says after events were lost, or that all are up because it is gone: the
    /// changes since then, at `at`.
    [[nodiscard]] std::vector<ButtonEvent> resync(const std::array<bool, kButtonCount>& down,
                                                  core::Nanoseconds at);
    /// When due() is next worth calling; nothing while no button is down and undecided.
    [[nodiscard]] std::optional<core::Nanoseconds> nextDue() const;

private:
    struct Key {
        bool down = false;
        bool decided = false;  // held was told
        core::Nanoseconds pressedAt{};
    };
    std::array<Key, kButtonCount> keys_{};
};

/// An evdev device's events as changes of keys. Knows no device. Not thread-safe.
class KeyDecoder {
public:
    explicit KeyDecoder(std::array<std::uint16_t, kButtonCount> codes) : codes_(codes) {}

    /// Takes one event; what it means is added to `events`. Between SYN_DROPPED and the next
    /// SYN_REPORT events are incomplete and passed over; then `askDown` is asked which of the
    /// keys are down.
    void take(const input_event& raw,
              const std::function<std::array<bool, kButtonCount>()>& askDown,
              std::vector<ButtonEvent>& events);
    [[nodiscard]] PressReader& presses() { return presses_; }
    [[nodiscard]] const PressReader& presses() const { return presses_; }

private:
    std::array<std::uint16_t, kButtonCount> codes_;  // by Button; 0 for none
    bool dropped_ = false;
    PressReader presses_;
};

/// Reads one evdev device (Linux Documentation/input/event-codes). Not thread-safe.
class KeyReader {
public:
    /// Takes event times in BOOTTIME. Errors: Unavailable if the device is not there or no evdev.
    [[nodiscard]] static core::Result<KeyReader> open(const LinuxConfig& config);
    /// To be polled for reading.
    [[nodiscard]] int descriptor() const { return fd_.get(); }
    /// All events there are by now, in order. Errors: Unavailable when the device is gone;
    /// release() then says what becomes of keys that were down.
    [[nodiscard]] core::Result<std::vector<ButtonEvent>> read(core::Nanoseconds now);
    /// All keys count as released.
    [[nodiscard]] std::vector<ButtonEvent> release(core::Nanoseconds now);
    [[nodiscard]] std::optional<core::Nanoseconds> nextDue() const {
        return decoder_.presses().nextDue();
    }

private:
    KeyReader(core::UniqueFd fd, std::array<std::uint16_t, kButtonCount> codes)
        : fd_(std::move(fd)), codes_(codes), decoder_(codes) {}
    [[nodiscard]] std::array<bool, kButtonCount> askDown() const;

    core::UniqueFd fd_;
    std::array<std::uint16_t, kButtonCount> codes_;  // by Button; 0 for none
    KeyDecoder decoder_;
};

}  // namespace liuhen::hal::linux
