// SPDX-License-Identifier: Apache-2.0
// Whether a segment's bytes are what a stored chapter tells of.
#pragma once

#include "common/evidence/footage_check.hpp"
#include "dock/vault/chapter_judge.hpp"

#include <memory>

namespace liuhen::vault {

/// A stored chapter, read and checked again, with its footage sorted out. Not copyable: the index
/// refers to the chain.
struct StoredChapter {
    explicit StoredChapter(evidence::Chain checked)
        : chain(std::make_shared<const evidence::Chain>(std::move(checked))), footage(*chain) {}
    StoredChapter(const StoredChapter&) = delete;
    StoredChapter& operator=(const StoredChapter&) = delete;

    std::shared_ptr<const evidence::Chain> chain;
    evidence::FootageIndex footage;
};

/// Checks a segment's file against the chapter's entries. `keys` are those before the chapter.
/// Errors: those of reading the file.
[[nodiscard]] Result<Judgement> judgeSegment(const Place& place,
                                             std::unique_ptr<core::File> file,
                                             const StoredChapter& chapter,
                                             const std::optional<evidence::NextKeys>& keys,
                                             const crypto::Certificate& root);

/// The place that a file's own bytes speak of, for bytes whose place was forgotten: nothing of it
/// is checked. Nothing if they are neither chapter nor segment.
[[nodiscard]] std::optional<Place> placeFrom(const core::File& file);

}  // namespace liuhen::vault
