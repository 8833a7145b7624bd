// SPDX-License-Identifier: Apache-2.0
// The seam of the footage card: where it is, whether it is there, how much fits.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <string>

namespace liuhen::hal {

/// Thread-safe. All reading and writing goes through Board::files().
class Card {
public:
    Card() = default;
    Card(const Card&) = delete;
    Card& operator=(const Card&) = delete;
    virtual ~Card() = default;

    /// The card's folder; the same whether the card is there or not.
    [[nodiscard]] virtual const std::string& folder() const = 0;
    [[nodiscard]] virtual bool present() const = 0;
    /// Bytes that may still be written, a quota included. Errors: Unavailable without a card.
    [[nodiscard]] virtual core::Result<std::uint64_t> freeBytes() const = 0;
};

}  // namespace liuhen::hal
