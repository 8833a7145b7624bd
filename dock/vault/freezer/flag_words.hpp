// SPDX-License-Identifier: Apache-2.0
// The flags that the helper may give to a file: in each word of them stands "immutable".
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <optional>

namespace liuhen::vault {

using core::Result;

/// A block of memory (kFlagBlockBytes, at a multiple of that) that cannot be written any more. The
/// system takes a file's new flags from memory, where a filter of calls cannot look; it can look at
/// the address. So every word that may be meant lies in this block, and only its addresses pass.
class FlagWords {
public:
    /// Errors: ResourceExhausted.
    [[nodiscard]] static Result<FlagWords> make();

    /// The word that adds "immutable" to a file's present flags; nothing if the file has a flag
    /// that is in no word. Flags that no program can set are left out: the system keeps them.
    [[nodiscard]] const std::uint32_t* with(std::uint32_t present) const;
    [[nodiscard]] std::uintptr_t block() const;

private:
    explicit FlagWords(const std::uint32_t* words) : words_(words) {}
    const std::uint32_t* words_;  // as long as the process
};

}  // namespace liuhen::vault
