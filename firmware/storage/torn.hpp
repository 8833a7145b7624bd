// SPDX-License-Identifier: Apache-2.0
// Bytes that belong to no part are cut off and kept in card/torn, for a recovery or part.lost
// entry to name (F9).
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/bodies.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace liuhen::storage {

/// A path in card/torn that is not taken: "<name>.<number>.torn". Makes the folder.
[[nodiscard]] core::Result<std::string> tornPath(core::Files& files,
                                                 const std::string& cardFolder,
                                                 const std::string& name);

/// Copies what lies behind `size` in the file at `path` to card/torn, durably, then cuts it off.
/// Answers where the bytes are now; nothing if there were none.
/// After an error the file is as it was, or cut and not yet durably so; try again. Power loss: the
/// bytes are in at least one of the two places.
[[nodiscard]] core::Result<std::optional<evidence::TornFile>> cutTorn(core::Files& files,
                                                                      const std::string& cardFolder,
                                                                      const std::string& path,
                                                                      std::uint64_t size,
                                                                      const std::string& name);

/// Whether a sync of a file can make its content durable: not once one has failed.
enum class Trust { Content, Nothing };

/// Moves a whole file to card/torn, durably, content and name; copies it where its sync fails or
/// cannot be believed. Answers what it is there; nothing if there is no such file. After an error
/// the content is to be trusted no more; try again. Power loss: the bytes are in one of the two
/// places.
[[nodiscard]] core::Result<std::optional<evidence::TornFile>> moveToTorn(
    core::Files& files,
    const std::string& cardFolder,
    const std::string& path,
    const std::string& name,
    Trust trust = Trust::Content);

/// Length and hash of a file in card/torn, read in pieces.
[[nodiscard]] core::Result<evidence::TornFile> describeTorn(core::Files& files,
                                                            const std::string& path);

}  // namespace liuhen::storage
