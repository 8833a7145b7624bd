// SPDX-License-Identifier: Apache-2.0
// Finds entries by seq in the chapter files without reading or parsing what lies before them.
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::recorder {

/// Reads whole entries off the card's ledger. Remembers where every so manyth entry of a chapter
/// stands; chapter files only grow. Not thread-safe.
class LedgerReader {
public:
    LedgerReader(core::Files& files, const std::string& cardFolder);

    /// The entries of one generation from `fromSeq` on, in order: whole ones, until they have
    /// `limitBytes` or more, or there are no more.
    /// Errors: of core::Files; DataLoss where bytes are no entry.
    [[nodiscard]] core::Result<core::Buffer> read(std::uint64_t generation,
                                                  std::uint64_t fromSeq,
                                                  std::size_t limitBytes);

    /// The card is another one.
    void forget() { chapters_.clear(); }

    /// Hands the bytes of each entry of the last `chapters` chapters to `see`.
    [[nodiscard]] core::Result<void> scanLast(std::uint64_t generation,
                                              std::size_t chapters,
                                              const std::function<void(core::ByteView)>& see);

private:
    struct Chapter {
        std::vector<std::uint64_t> offsets{0};  // of every kStride-th entry
        std::uint64_t entries = 0;              // passed so far
        std::uint64_t end = 0;                  // where they end
    };
    [[nodiscard]] core::Result<std::vector<std::uint64_t>> listFirsts(std::uint64_t generation);
    [[nodiscard]] std::string pathOf(std::uint64_t generation, std::uint64_t first) const;
    [[nodiscard]] core::Result<void> readChapter(std::uint64_t generation,
                                                 std::uint64_t first,
                                                 std::uint64_t fromSeq,
                                                 std::size_t limitBytes,
                                                 core::Buffer& into);

    core::Files* files_;
    std::string folder_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Chapter> chapters_;  // generation, first
};

}  // namespace liuhen::recorder
