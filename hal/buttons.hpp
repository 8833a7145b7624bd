// SPDX-License-Identifier: Apache-2.0
// The seam of the buttons.
#pragma once

#include "common/core/clock.hpp"

#include <cstddef>
#include <functional>

namespace liuhen::hal {

/// A board may lack Photo and Sound.
enum class Button { Record, Pause, Mark, Photo, Sound };
inline constexpr std::size_t kButtonCount = 5;

/// How long a button must be down to count as held.
inline constexpr core::Nanoseconds kHoldTime = std::chrono::seconds(2);

/// A press gives Press at once, then exactly one of Short, when it is released within kHoldTime, or
/// HeldTwoSeconds, at kHoldTime while it is still down. A release after that gives nothing.
enum class ButtonAction { Press, Short, HeldTwoSeconds };

struct ButtonEvent {
    Button button = Button::Record;
    ButtonAction action = ButtonAction::Press;
    core::Nanoseconds at{};         // BOOTTIME of this action
    core::Nanoseconds pressedAt{};  // BOOTTIME of the press it belongs to
};

class Buttons {
public:
    Buttons() = default;
    Buttons(const Buttons&) = delete;
    Buttons& operator=(const Buttons&) = delete;
    virtual ~Buttons() = default;

    using Listener = std::function<void(const ButtonEvent&)>;
    /// Sets who hears of the buttons; call before Board::ready().
    /// The listener is called on the board's thread, in order, and must not block for long.
    virtual void setListener(Listener listener) = 0;
};

}  // namespace liuhen::hal
