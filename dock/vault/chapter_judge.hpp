// SPDX-License-Identifier: Apache-2.0
// Whether a chapter continues what is stored of its recorder.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/origin_check.hpp"
#include "dock/vault/records.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::vault {

enum class Outcome {
    Store,
    Quarantine,
    Fork,
    Wait,  // nothing is wrong with the bytes; something else must come first
};

/// Two entries of one seq.
struct Divergence {
    std::uint64_t seq = 0;
    Digest held{};
    Digest other{};
};

/// What a check says, in the words of the leaf.
struct Judgement {
    Outcome outcome = Outcome::Quarantine;
    std::string reason;  // a sentence for a custodian; of all but Store
    evidence::Verdict verdict = evidence::Verdict::Intact;
    std::vector<std::string> findings;  // within the bounds of a leaf
    std::uint64_t seq = 0;              // Store: of the last entry
    Digest entry{};                     // Store: its hash
    Divergence divergence;              // Fork
    std::optional<ChapterRow> chapter;  // Store of a chapter; its object is still to be filled in
    std::vector<DueRow> due;            // likewise
};

/// A chapter, read and checked, and its bytes.
struct StoredChapter {
    std::shared_ptr<const evidence::MemoryFile> bytes;
    evidence::Chapter chapter;
};

/// What is known before a chapter is looked at.
struct ChapterContext {
    std::optional<ChapterRow> before;    // the stored chapter that ends where this one begins
    std::optional<Buffer> registration;  // of the generation, where the chapter begins at 0
    std::shared_ptr<const StoredChapter> stored;  // the chapter already stored in this place
    /// What is stored of the entry that a later genesis names; nothing if it is not stored.
    std::optional<evidence::NamedHead> namedHead;
    /// Whether the docking that it names, of the same generation, is stored: nothing was recorded
    /// after it.
    bool docked = false;
};

/// Reads and checks the entries of a chapter that begins at `place.first` and follows `before`.
/// Errors: ResourceExhausted if it tells of more than a vault remembers.
[[nodiscard]] Result<StoredChapter> readChapter(const Place& place,
                                                Buffer bytes,
                                                const std::optional<ChapterRow>& before);

/// Checks entries, signatures, origin and end of a chapter. `place.first` is where it was offered.
[[nodiscard]] Result<Judgement> judgeChapter(const Place& place,
                                             Buffer bytes,
                                             const ChapterContext& context,
                                             const crypto::Certificate& root);

/// What the genesis at the front of a chapter names of the generation before; nothing if it names
/// none or is none.
struct NamedBefore {
    std::optional<evidence::Head> head;
    std::optional<evidence::Head> docking;
};
[[nodiscard]] NamedBefore namedBeforeOf(ByteView chapter);

/// What a stored chapter says of one of its entries; nothing if it has no such entry. `keys` are
/// those before the chapter.
[[nodiscard]] std::optional<evidence::NamedHead> entryIn(
    const StoredChapter& chapter, const std::optional<evidence::NextKeys>& keys, std::uint64_t seq);

}  // namespace liuhen::vault
