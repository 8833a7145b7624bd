// SPDX-License-Identifier: Apache-2.0
// Makes ledger files and segments say what the chosen chain says; nothing is thrown away.
#pragma once

#include "firmware/storage/chain.hpp"
#include "firmware/storage/stand.hpp"

#include <string>
#include <vector>

namespace liuhen::storage {

/// Does the repairs, file by file, and makes all that it looked at durable: what a killed process
/// wrote may be in memory alone. Each member may be run again after a power cut within it.
class Repair {
public:
    Repair(core::Files& files, std::string cardFolder)
        : files_(files), card_(std::move(cardFolder)) {}

    /// The chapter that goes on after the chain: its file and how long it is.
    struct OpenChapter {
        std::uint64_t first = 0;
        std::uint64_t sizeBytes = 0;
    };
    /// Makes the chapter files that were read hold exactly the chain's entries.
    [[nodiscard]] core::Result<OpenChapter> mendLedger(const CardChain& chain);

    /// Cuts a segment's file behind its last whole part; answers the parts that are not there.
    [[nodiscard]] core::Result<std::vector<std::uint64_t>> mendSegment(const SegmentFile& found,
                                                                       const SegmentStand* stand);

    /// Moves a ledger file that holds no whole entry to card/torn.
    [[nodiscard]] core::Result<void> moveLedgerFile(std::uint64_t generation,
                                                    const ChapterFile& chapter);

private:
    struct Wanted {
        std::uint64_t first = 0;
        core::Buffer bytes;
    };
    [[nodiscard]] core::Result<void> mendChapter(std::uint64_t generation,
                                                 const Wanted& wanted,
                                                 const ChapterFile* chapter);
    [[nodiscard]] core::Result<bool> holds(const core::File& file, const evidence::PartBody& part);
    [[nodiscard]] core::Result<void> makeDurable(const std::string& path);

    core::Files& files_;
    std::string card_;
};

}  // namespace liuhen::storage
