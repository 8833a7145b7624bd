// SPDX-License-Identifier: Apache-2.0
// The catalogue made again from the custody log and the vault's objects alone (invariant 7).
#pragma once

#include "common/core/files.hpp"
#include "dock/catalogue/catalogue.hpp"

#include <string>
#include <vector>

namespace liuhen::catalogue {

/// What was entered, and what could not be.
struct Rebuilt {
    std::uint64_t chapters = 0;
    std::uint64_t segments = 0;
    std::vector<std::string> left;  // a line for each object that is not entered, with the reason
};

/// Enters the stored objects of a log, in the log's order, into a catalogue that is empty. Chapters
/// are read from below `vault` and must be the bytes that their leaf names; segments are entered by
/// their leaf alone, unread.
///
/// Memory: a chapter's open recordings and segments, and one batch of segments. Errors: those of
/// the database; an object that is absent or damaged is no error but a line of `left`.
[[nodiscard]] Result<Rebuilt> rebuild(core::Files& files,
                                      const std::string& vault,
                                      const std::vector<LoggedObject>& objects,
                                      Catalogue& into);

}  // namespace liuhen::catalogue
