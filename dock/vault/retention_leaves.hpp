// SPDX-License-Identifier: Apache-2.0
// Holds and classes as leaves, and the rows that leaves of them give.
#pragma once

#include "common/evidence/messages.hpp"
#include "dock/vault/records.hpp"

namespace liuhen::vault {

/// `grant`: of a lifting.
[[nodiscard]] Buffer holdLeaf(const HoldRow& row, const std::optional<Digest>& grant);
/// `months`: what the class means now; nothing: for ever.
[[nodiscard]] Buffer retentionLeaf(const RetentionRow& row,
                                   const std::optional<std::uint64_t>& months,
                                   const std::optional<Digest>& grant);
/// "hold.placed" or "hold.lifted".
[[nodiscard]] std::string_view holdKind(const HoldRow& row);

/// Adds the row of a leaf of these kinds; of others none. What opens its commitments is not in the
/// leaf. Errors: DataLoss; those of the database.
[[nodiscard]] Result<void> addRetentionRow(Records& records,
                                           std::uint64_t index,
                                           const evidence::Leaf& leaf);

}  // namespace liuhen::vault
