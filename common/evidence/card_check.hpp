// SPDX-License-Identifier: Apache-2.0
// The check of a recorder's storage or of its card alone (docs/format/ledger.md section 7).
#pragma once

#include "common/evidence/trust.hpp"
#include "common/evidence/verdict.hpp"

#include <optional>
#include <string>

namespace liuhen::evidence {

/// What to check. `cardPrefix` is put before names in places: "card/" for a recorder, "" for a
/// card. A recorder has a keystore, whether or not its folder is there.
struct CardCheck {
    std::string cardFolder;
    std::string cardPrefix;
    std::optional<std::string> keystoreFolder;
};

/// Checks ledger, footage and, for a recorder, the keystore's head. Reads only.
///
/// Memory: names of the card's files; one part, at most 64 MiB; and what LedgerCheck keeps: about
/// 200 bytes for each part of the longest chapter, at most 1 GiB in all.
/// Errors: what keeps from finding out, such as unreadable files; never what the bytes say.
/// ResourceExhausted if a ledger tells of more than is remembered.
[[nodiscard]] core::Result<Report> checkCard(core::Files& files,
                                             const CardCheck& what,
                                             const Trust& trust);

}  // namespace liuhen::evidence
