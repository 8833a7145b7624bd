// SPDX-License-Identifier: Apache-2.0
// Step 3 of the check (docs/format/ledger.md section 7): where a generation comes from.
#pragma once

#include "common/evidence/ledger_check.hpp"

namespace liuhen::evidence {

struct OriginContext {
    const Trust& trust;
    Report& report;  // for findings
    ProblemList& problems;
};

/// Judges one generation. `confirmed`: a receipt confirms the docking that its genesis names, so
/// that the generation before it may be gone.
void checkOrigin(const LedgerCheck& ledger,
                 const GenerationSummary& generation,
                 bool confirmed,
                 OriginContext context);

/// What is known of the entry that a genesis names as head.
struct NamedHead {
    Digest hash{};
    bool read = false;  // the entry itself, so that the rest is known
    std::uint64_t boot = 0;
    std::optional<crypto::PublicKey> resume;  // named last at or before it
};

/// What is wrong with a genesis that follows this entry; nothing if nothing is.
[[nodiscard]] std::optional<std::string> wrongSuccession(std::uint64_t generation,
                                                         std::uint64_t boot,
                                                         const GenesisBody& genesis,
                                                         const NamedHead& head);

}  // namespace liuhen::evidence
