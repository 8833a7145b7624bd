// SPDX-License-Identifier: Apache-2.0
// Between which times of docks a chapter's entries were made (F13).
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/ledger_facts.hpp"

#include <string>
#include <vector>

namespace liuhen::evidence {

/// A dock signs its time over a docking, and the recorder enters that: the docking and all before
/// it are no later, the `clock` entry and all behind it no earlier. Findings of kind `time`, one
/// for each stretch between two such words, at its first entry. Messages that do not verify, are
/// for another device, or name no docking that was read, say nothing. Changes no verdict.
[[nodiscard]] std::vector<Finding> timeBrackets(const LedgerFacts& facts,
                                                const std::string& device,
                                                const crypto::Certificate& root);

}  // namespace liuhen::evidence
