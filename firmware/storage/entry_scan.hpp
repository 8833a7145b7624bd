// SPDX-License-Identifier: Apache-2.0
// Takes entries out of bytes that may be damaged: what is no entry is passed over.
#pragma once

#include "common/evidence/entry.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace liuhen::storage {

/// Hands the bytes of each whole entry to `see`, which answers whether it could use them; what
/// follows bytes that are no entry begins where the next entry's first bytes stand. Answers whether
/// all bytes were entries, but for a torn one at the end.
bool forEachEntry(core::ByteView bytes, const std::function<bool(core::ByteView)>& see);

/// What was read of a file or box.
struct Scan {
    std::vector<evidence::Entry> entries;
    bool whole = true;  // as forEachEntry answers
};
[[nodiscard]] Scan scanEntries(core::ByteView bytes);

/// Whether an entry may be of this kind, without parsing it: false is certain.
[[nodiscard]] bool mayBeOfKind(core::ByteView entry, std::string_view kind);

}  // namespace liuhen::storage
