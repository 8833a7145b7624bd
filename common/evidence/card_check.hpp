// SPDX-License-Identifier: Apache-2.0
// The check of a recorder's storage or of its card alone (docs/format/ledger.md section 7).
#pragma once

#include "common/evidence/trust.hpp"
#include "common/evidence/verdict.hpp"

#include <optional>
#include <string>

namespace liuhen::evidence {

/// What to check. `cardPrefix` is put before names in places: "card/" for a recorder, "" for a
/// card.
struct CardCheck {
    std::string cardFolder;
    std::string cardPrefix;
    std::optional<std::string> keystoreFolder;
};

/// Checks ledger, footage and, with a keystore, its head. Reads only.
///
/// Memory: the ledger (about three times its size on the card) and one part.
/// Errors: what keeps from finding out, such as unreadable files; never what the bytes say.
[[nodiscard]] core::Result<Report> checkCard(core::Files& files,
                                             const CardCheck& what,
                                             const Trust& trust);

}  // namespace liuhen::evidence
