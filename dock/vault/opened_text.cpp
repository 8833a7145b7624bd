// SPDX-License-Identifier: Apache-2.0
// Opening of commitments.
#include "dock/vault/opened_text.hpp"

#include "common/core/log.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

/// Words that the leaf does not commit to were put there by somebody else: nobody is to read them
/// as what was said.
Result<evidence::CommittedText> openedIn(Records& records, const Digest& commitment) {
    LIUHEN_TRY(evidence::CommittedText text, records.opened(commitment));
    if (!text.isErased() && evidence::custodyCommitment(text.salt, text.text) != commitment) {
        core::log(core::LogLevel::Error,
                  "vault",
                  fmt::format("the database opens the commitment {} with other words than the log "
                              "commits to: it was changed by somebody else",
                              core::toHex(commitment)));
        return evidence::CommittedText{commitment, {}, {}};
    }
    return text;
}

}  // namespace liuhen::vault
