// SPDX-License-Identifier: Apache-2.0
// Entries that the card does not take are kept on the board's internal storage meanwhile (F9).
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace liuhen::storage {

/// Files "<internal>/ledger/<generation>-<number>.cbor" of whole entries, in order. Recovery takes
/// them into the chain. Not thread-safe.
///
/// Power loss: what keep() has answered for is there.
class InternalEntries {
public:
    /// With an empty `folder` nothing is kept.
    InternalEntries(core::Files& files, const std::string& folder);

    /// Makes entries durable behind those kept since the last drop. All files together are bounded.
    /// After an error the next call begins another file: bring all that must be kept again.
    /// Errors: of core::Files; ResourceExhausted beyond the bound.
    [[nodiscard]] core::Result<void> keep(std::uint64_t generation, core::ByteView entries);

    /// Forgets what was kept of a generation, by processes before too: the card has it.
    [[nodiscard]] core::Result<void> drop(std::uint64_t generation);

    /// One file that is there.
    struct Kept {
        std::string path;
        std::uint64_t generation = 0;
        std::uint64_t number = 0;
        std::uint64_t sizeBytes = 0;
    };
    /// In order of generation and number; none where there is no folder.
    [[nodiscard]] core::Result<std::vector<Kept>> list();

private:
    [[nodiscard]] core::Result<void> begin(std::uint64_t generation);

    core::Files* files_;
    std::string folder_;
    std::unique_ptr<core::File> file_;
    std::uint64_t generation_ = 0;
    std::uint64_t usedBytes_ = 0;
};

}  // namespace liuhen::storage
