// SPDX-License-Identifier: Apache-2.0
// Room on the card that footage cannot take: a file that is given up when the card is full.
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <string>

namespace liuhen::storage {

/// The file "reserve" in the card's root: zeros, no evidence. While it is there, what ends a
/// recording in order and what the next starts must write fits on the card. Not thread-safe.
class Reserve {
public:
    /// With `sizeBytes` 0 nothing is kept and all is as if it were there.
    Reserve(core::Files& files, const std::string& cardFolder, std::uint64_t sizeBytes);

    [[nodiscard]] bool isThere() const { return there_ || sizeBytes_ == 0; }
    /// Makes the file, or makes it whole. Errors: ResourceExhausted while less than twice its size
    /// is free; those of core::Files. What was begun is taken away again then.
    [[nodiscard]] core::Result<void> make();
    /// The card is another one: nothing is known of a reserve there.
    void forget() { there_ = false; }
    /// Gives the room up. Answers whether there was any.
    bool release();

private:
    [[nodiscard]] core::Result<void> fill(std::uint64_t missing);

    core::Files& files_;
    std::string cardFolder_;
    std::string path_;
    std::uint64_t sizeBytes_;
    bool there_ = false;
};

}  // namespace liuhen::storage
