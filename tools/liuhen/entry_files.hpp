// SPDX-License-Identifier: Apache-2.0
// The entries below a path, in order; for commands that print and check nothing.
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/entry.hpp"

#include <functional>
#include <string>

namespace liuhen::cli {

/// An entry, and whether it stands in an `anchor.cbor`: what is kept of a pruned stretch.
using SeeEntry = std::function<void(const evidence::Entry& entry, bool anchor)>;

/// Hands over each entry of a recorder, a card or one .cbor file: generations rising, in each first
/// the anchor, then the chapters. `tornEnds`: bytes of a torn entry end a file quietly.
/// Errors: of core::Files; DataLoss where bytes are no entry.
[[nodiscard]] core::Result<void> forEachEntry(core::Files& files,
                                              const std::string& path,
                                              bool tornEnds,
                                              const SeeEntry& see);

}  // namespace liuhen::cli
