// SPDX-License-Identifier: Apache-2.0
// A whole recorder's hardware behind one seam; README.md is the contract.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/files.hpp"
#include "hal/battery.hpp"
#include "hal/buttons.hpp"
#include "hal/card.hpp"
#include "hal/keystore.hpp"
#include "hal/signals.hpp"
#include "hal/sources.hpp"
#include "hal/speaker.hpp"

#include <functional>
#include <string>

namespace liuhen::hal {

enum class BoardEventKind {
    Battery,     // level or charging changed: ask battery()
    CardPulled,  // open files on the card fail from now on, also after its return
    CardReturned,
    PowerOff,  // the power button asks for an orderly end; powerOffRequested() is true
    Docked,
    Undocked,
    Statement,  // a spoken statement was heard; `statement`, `from`, `to` are set
};

struct BoardEvent {
    BoardEventKind kind = BoardEventKind::Battery;
    core::Nanoseconds at{};    // BOOTTIME
    std::string statement;     // "opening", "notice", "resume" or "closing"
    core::Nanoseconds from{};  // BOOTTIME
    core::Nanoseconds to{};    // BOOTTIME
};

/// All references live as long as the board.
class Board {
public:
    Board() = default;
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;
    virtual ~Board() = default;

    [[nodiscard]] virtual Camera& camera() = 0;
    [[nodiscard]] virtual Microphone& microphone() = 0;
    [[nodiscard]] virtual Speaker& speaker() = 0;
    [[nodiscard]] virtual Buttons& buttons() = 0;
    [[nodiscard]] virtual Battery& battery() = 0;
    [[nodiscard]] virtual Card& card() = 0;
    [[nodiscard]] virtual Keystore& keystore() = 0;
    [[nodiscard]] virtual Signals& signals() = 0;
    [[nodiscard]] virtual core::Clock& clock() = 0;
    /// The only way to the card's and the internal folder's content.
    [[nodiscard]] virtual core::Files& files() = 0;
    /// A folder on internal storage, off the card, for entries made while the card is gone or full.
    [[nodiscard]] virtual const std::string& internalFolder() const = 0;

    /// Names this boot of the machine: the same for each process until the power goes or the
    /// machine boots again, and BOOTTIME goes on as long as it is the same. "" if it cannot be
    /// told.
    [[nodiscard]] virtual const std::string& bootId() const = 0;

    using Listener = std::function<void(const BoardEvent&)>;
    /// Sets who hears of events; call before ready(). As Buttons::setListener: the same thread, one
    /// order over both.
    virtual void setListener(Listener listener) = 0;

    /// Tells the board that the recorder listens: events and buttons come from now on. Once.
    virtual void ready() = 0;

    /// Whether an orderly end was asked for. Thread-safe.
    [[nodiscard]] virtual bool powerOffRequested() const = 0;
};

}  // namespace liuhen::hal
