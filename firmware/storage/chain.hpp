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

/// The newest generation on a card of which an entry could be read.
struct CardChain {
    std::uint64_t generation = 0;
    std::vector<ChapterFile> chapters;  // the last two, or from where one is readable; oldest first
    std::vector<evidence::Entry>
        entries;  // the chosen chain, from the first entry of chapters[0] on
    bool holdsKeystoreHead = false;
    /// Single ledger files of newer generations that hold no whole entry: a start that was cut off.
    std::vector<ChapterFile> unreadable;
};

/// Reads ledger files and the link and proof boxes of segments that had not ended, and chooses: the
/// chain that holds the keystore's head, then the highest boot counter, then the longest. Bytes
/// that are no entry are passed over; where entries are damaged, boxes of all segments are asked
/// for them. What is not ours on the card is passed over too. Entries of that generation on
/// internal storage count like those of boxes.
///
/// `entries` is empty if none could be read. Errors: of core::Files; FailedPrecondition for a card
/// of another recorder.
[[nodiscard]] core::Result<CardChain> readChain(core::Files& files,
                                                const std::string& cardFolder,
                                                std::string_view device,
                                                const std::optional<evidence::Head>& keystoreHead,
                                                const std::string& internalFolder = "");

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
