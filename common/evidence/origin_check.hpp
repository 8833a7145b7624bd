// SPDX-License-Identifier: Apache-2.0
// Steps 3, 4, 6 and 7 of the check: where a generation comes from, where it ends, what is absent.
#pragma once

#include "common/evidence/chain_check.hpp"
#include "common/evidence/trust.hpp"

#include <map>
#include <optional>

namespace liuhen::evidence {

using Chains = std::map<std::uint64_t, Chain>;

/// Step 3 for one generation that begins at seq 0.
void checkOrigin(const Chains& chains, const Chain& chain, const Trust& trust, Report& report);
/// Step 4: the keystore's head must be there.
void checkHead(const Chains& chains, const Head& head, Report& report);
/// Step 6: the newest generation must end with an entry that closes it.
void checkTail(const Chain& chain, Report& report);
/// Step 7: a stretch before the first file must be covered by a receipt of the agency's vault.
void checkPruned(const Chain& chain, const Trust& trust, Report& report);

}  // namespace liuhen::evidence
