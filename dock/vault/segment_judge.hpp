// SPDX-License-Identifier: Apache-2.0
// Whether a segment's bytes are what a stored chapter tells of.
#pragma once

#include "common/evidence/footage_check.hpp"
#include "dock/vault/chapter_judge.hpp"

#include <memory>

namespace liuhen::vault {

/// Checks a segment's file against the chapter's entries. `keys` are those before the chapter.
/// Errors: those of reading the file.
[[nodiscard]] Result<Judgement> judgeSegment(const Place& place,
                                             std::unique_ptr<core::File> file,
                                             const StoredChapter& chapter,
                                             const std::optional<evidence::NextKeys>& keys);

/// The place that a file's own bytes speak of, for bytes whose place was forgotten: nothing of it
/// is checked. Nothing if they are neither chapter nor segment.
[[nodiscard]] std::optional<Place> placeFrom(const core::File& file);

}  // namespace liuhen::vault
