// SPDX-License-Identifier: Apache-2.0
// Where the reading of all copies stands, as the vault keeps it in a file.
#pragma once

#include "dock/vault/types.hpp"

namespace liuhen::vault {

/// So many damages are kept by name; what is more is found again by the next pass.
inline constexpr std::size_t kDamagedKept = 4096;
/// The longest file of it that is read.
inline constexpr std::uint64_t kScrubBytes = std::uint64_t{1} << 20U;

/// How far a pass is, and what was found damaged.
struct ScrubState {
    std::uint64_t next = 0;                  // leaf from which on objects are still to be read
    std::uint64_t readBytes = 0;             // in this pass
    std::optional<std::int64_t> finishedUs;  // when the last pass ended, UTC; not before 1970
    std::vector<Damage> damaged;             // at most kDamagedKept, in the order found

    [[nodiscard]] Buffer encode() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<ScrubState> decode(ByteView bytes);
};

}  // namespace liuhen::vault
