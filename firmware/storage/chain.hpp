// SPDX-License-Identifier: Apache-2.0
// Reads what a card has of the ledger, in files and in boxes, and picks the chain that holds (F9).
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/bodies.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::storage {

/// One chapter file as read: its whole bytes and the seq in its name.
struct ChapterFile {
    std::string path;
    std::uint64_t first = 0;
    core::Buffer bytes;
};

/// The newest generation on a card.
struct CardChain {
    bool onCard = false;
    std::uint64_t generation = 0;
    std::vector<ChapterFile> chapters;  // the last two at most, oldest first
    std::vector<evidence::Entry>
        entries;  // the chosen chain, from the first entry of chapters[0] on
    bool holdsKeystoreHead = false;
};

/// Reads ledger files and the link and proof boxes of segments that had not ended, and chooses: the
/// chain with the keystore's head, then the highest boot counter, then the longest. Writes nothing.
///
/// Memory: the last two chapters. Errors: those of core::Files; FailedPrecondition if the card is
/// another recorder's.
[[nodiscard]] core::Result<CardChain> readChain(core::Files& files,
                                                const std::string& cardFolder,
                                                std::string_view device,
                                                const std::optional<evidence::Head>& keystoreHead);

/// A number written in decimal without leading zeros, and nothing else.
[[nodiscard]] std::optional<std::uint64_t> plainNumber(std::string_view text);

/// The segment files of a card: "<generation>-<start>/<segment>.mp4".
struct SegmentFile {
    std::string path;
    std::uint64_t start = 0;
    std::uint64_t segment = 0;
    std::uint64_t sizeBytes = 0;
};
[[nodiscard]] core::Result<std::vector<SegmentFile>> listSegments(core::Files& files,
                                                                  const std::string& cardFolder,
                                                                  std::uint64_t generation,
                                                                  std::uint64_t fromStart);

}  // namespace liuhen::storage
