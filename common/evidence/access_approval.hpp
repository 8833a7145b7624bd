// SPDX-License-Identifier: Apache-2.0
// What an approver signs (docs/format/access.md section 3).
#pragma once

#include "common/crypto/webauthn.hpp"
#include "common/evidence/access_messages.hpp"

#include <vector>

namespace liuhen::evidence {

/// By what right an approval stands.
enum class Manner { Key, Paper, Emergency };

/// "key", "paper", "emergency".
[[nodiscard]] std::string_view name(Manner manner);

/// What was granted.
struct GrantTerms {
    Digest grant{};  // 32 random bytes that name it
    TimeSpan time;   // when it may be used
    std::uint64_t uses = 1;
};

/// The approval A.
struct Approval {
    std::string vault;
    Digest request{};
    Digest leaf{};                      // leaf hash of the request's leaf
    std::optional<GrantTerms> granted;  // nothing: refused
    Manner manner = Manner::Key;

    /// A's bytes.
    [[nodiscard]] Buffer encode() const;
    /// Errors: DataLoss if they are no A: another field, bounds, longer than its manner allows.
    [[nodiscard]] static Result<Approval> decode(ByteView bytes);
};

/// What authenticators are asked to sign for an approval.
[[nodiscard]] Digest approvalChallenge(ByteView approval);

/// One person's assertion over it.
struct ApprovalSignature {
    Person person{};
    Buffer credential;
    crypto::Assertion assertion;
};

/// The body of an `approval` leaf.
struct SignedApproval {
    Buffer approval;                            // A's bytes
    std::vector<ApprovalSignature> signatures;  // 1 to 4

    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<SignedApproval> fromCbor(const Cbor& body);
};

}  // namespace liuhen::evidence
