// SPDX-License-Identifier: Apache-2.0
// Goes through all entries on a card a little at a time, and on when more have been written.
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace liuhen::storage {

/// Where an entry stands on the card.
struct EntryPlace {
    std::uint64_t generation = 0;
    std::uint64_t first = 0;  // seq in the name of its chapter's file
    std::uint64_t offset = 0;
    std::uint64_t sizeBytes = 0;
};

/// Reads chapter files in order of generation and seq. Remembers how far it came in the newest one,
/// which grows. Not thread-safe.
class LedgerWalk {
public:
    LedgerWalk(core::Files& files, const std::string& cardFolder);

    using See = std::function<void(const EntryPlace&, core::ByteView)>;
    /// Hands on the next entries, of about `limitBytes`; answers whether there may be more now.
    /// What cannot be read of a file that is not the newest is passed over and logged.
    /// Errors: of listing the ledger, of opening and reading a file; then try again later.
    [[nodiscard]] core::Result<bool> step(std::size_t limitBytes, const See& see);

    /// One entry's bytes. Errors: of core::Files; DataLoss if it is shorter.
    [[nodiscard]] core::Result<core::Buffer> read(const EntryPlace& place);

private:
    using FileKey = std::pair<std::uint64_t, std::uint64_t>;  // generation, first
    [[nodiscard]] core::Result<std::set<FileKey>> listFiles();
    [[nodiscard]] std::string pathOf(const FileKey& key) const;

    core::Files* files_;
    std::string folder_;
    FileKey at_{};
    std::uint64_t offset_ = 0;
};

}  // namespace liuhen::storage
