// SPDX-License-Identifier: Apache-2.0
// Whether a chapter continues what is stored of its recorder.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/chain_check.hpp"
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
    std::vector<std::string> findings;  // bounded, so that they fit a leaf
    std::uint64_t seq = 0;              // Store: of the last entry
    Digest entry{};                     // Store: its hash
    Divergence divergence;              // Fork
    std::optional<ChapterRow> chapter;  // Store of a chapter; its object is still to be filled in
    std::vector<DueRow> due;            // likewise
};

/// What is known before a chapter is looked at.
struct ChapterContext {
    std::optional<ChapterRow> before;    // the stored chapter that ends where this one begins
    std::optional<Buffer> registration;  // of the generation, where the chapter begins at 0
    std::shared_ptr<const evidence::Chain> stored;  // the chapter already stored in this place
    /// Of the generation that a later genesis names: the entry's hash that is stored at its head.
    std::optional<Digest> namedHead;
};

/// Where a check of a chapter begins.
[[nodiscard]] evidence::ChainStart startOf(const Place& place,
                                           const std::optional<ChapterRow>& before);

/// Checks entries, signatures, origin and end of a chapter. `place.first` is where it was offered.
[[nodiscard]] Judgement judgeChapter(const Place& place,
                                     Buffer bytes,
                                     const ChapterContext& context,
                                     const crypto::Certificate& root);

/// The head that the genesis at the front of a chapter names; nothing if it names none or is none.
[[nodiscard]] std::optional<evidence::Head> namedHeadOf(ByteView chapter);

}  // namespace liuhen::vault
