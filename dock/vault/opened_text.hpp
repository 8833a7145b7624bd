// SPDX-License-Identifier: Apache-2.0
// Words that leaves commit to, in the vault's database.
#pragma once

#include "common/evidence/commitment.hpp"
#include "dock/vault/records.hpp"

namespace liuhen::vault {

/// What a commitment was made of; erased if the database does not know, or has words that the leaf
/// does not commit to. Errors: those of the database.
[[nodiscard]] Result<evidence::CommittedText> openedIn(Records& records, const Digest& commitment);

}  // namespace liuhen::vault
