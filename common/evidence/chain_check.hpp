// SPDX-License-Identifier: Apache-2.0
// Step 2 of the check (docs/format/ledger.md section 7): the entries of one generation, in order.
#pragma once

#include "common/evidence/order.hpp"
#include "common/evidence/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// One chapter as stored. `name` goes into places; `first` is the seq that its name says.
struct LedgerFile {
    std::string name;
    std::uint64_t first = 0;
    Buffer bytes;
    bool absent = false;  // known to have been there; only for ChainStart::stored
};

inline constexpr std::size_t kAnchorFile = SIZE_MAX;

/// An entry with its place.
struct PlacedEntry {
    Entry entry;
    std::size_t file = 0;  // index of its LedgerFile; kAnchorFile for one of the anchor
    std::uint64_t offset = 0;
};

/// The entries of a generation up to the first problem.
struct Chain {
    std::uint64_t generation = 0;
    std::uint64_t first = 0;  // seq at which the files begin
    std::vector<std::string> fileNames;
    std::vector<PlacedEntry> entries;
    std::string anchorName;
    std::vector<PlacedEntry> anchor;  // kept of a pruned stretch: seq 0 and its last docking
    std::optional<Problem> unproven;  // a pruned stretch without anchor; reading went on
    std::optional<Problem> problem;
    std::uint64_t endOffset = 0;  // of the last file, where reading ended

    /// The entry of a seq, those of the anchor included; nullptr if it was not read.
    [[nodiscard]] const PlacedEntry* find(std::uint64_t seq) const;
    /// The hash of the entry of a seq as far as it is known.
    [[nodiscard]] std::optional<Digest> hashAt(std::uint64_t seq) const;
    /// The device; empty if nothing was read.
    [[nodiscard]] std::string device() const;
    /// Puts the problems into the report, in the order in which they were met.
    void tell(Report& report) const;
    [[nodiscard]] Place placeOf(const PlacedEntry& entry) const;
};

/// What comes before the first file: for seq 0 nothing, else what the docking before it said.
struct ChainStart {
    std::string device;  // empty: taken from the first entry
    Digest previous{};
    std::optional<NextKeys> keys;      // none: from the genesis, or not known
    bool trusted = false;              // whether `previous` and `keys` are to be checked against
    std::optional<LedgerFile> anchor;  // entries kept of a pruned stretch (ledger.md section 7)
    bool stored = false;               // the files are chapters of a vault, where one may be absent
};

/// Checks framing, payloads, order, bodies, hashes and signatures.
///
/// First pass: all hashes and the last signature under each key; if anything fails, a second pass
/// with all signatures gives the exact place.
[[nodiscard]] Chain checkChain(std::uint64_t generation,
                               const std::vector<LedgerFile>& files,
                               const ChainStart& start);

}  // namespace liuhen::evidence
