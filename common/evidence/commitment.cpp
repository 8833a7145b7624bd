// SPDX-License-Identifier: Apache-2.0
// Commitments of the custody log.
#include "common/evidence/commitment.hpp"

#include "common/core/cbor.hpp"
#include "common/crypto/digest.hpp"

namespace liuhen::evidence {

core::Digest custodyCommitment(core::ByteView salt, std::string_view text) {
    return crypto::sha256({core::viewOf("liuhen/custody"), salt, core::Cbor(text).encode()});
}

CommittedText CommittedText::make(std::string text) {
    CommittedText made;
    made.salt = crypto::randomBytes(kCommitmentSaltBytes);
    made.commitment = custodyCommitment(made.salt, text);
    made.text = std::move(text);
    return made;
}

}  // namespace liuhen::evidence
