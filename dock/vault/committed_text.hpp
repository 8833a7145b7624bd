// SPDX-License-Identifier: Apache-2.0
// Words that leaves commit to, in answers of the vault.
#pragma once

#include "common/core/cbor.hpp"
#include "common/evidence/commitment.hpp"

#include <string_view>

namespace liuhen::vault {

using core::Result;
using evidence::CommittedText;

/// The commitment, with salt and words unless they were erased.
[[nodiscard]] core::Cbor textToCbor(const CommittedText& text);
/// The same, read from field `key`. Errors: DataLoss.
[[nodiscard]] Result<CommittedText> readText(const core::Cbor& map, std::string_view key);

}  // namespace liuhen::vault
