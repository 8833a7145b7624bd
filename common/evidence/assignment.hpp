// SPDX-License-Identifier: Apache-2.0
// Who wears which recorder, with whom, for which matters, until when (docs/format/ledger.md
// section 11).
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/entry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// What a dock signs. Names and places stand in it as commitments alone.
struct AssignmentMessage {
    Buffer certificate;             // DER, role Dock
    std::vector<Digest> committed;  // in the order of AssignmentNames
    std::string device;
    std::int64_t fromUs = 0;
    std::vector<std::string> matters;
    std::string number;
    std::int64_t untilUs = 0;

    [[nodiscard]] Buffer sign(const crypto::PrivateKey& dockKey) const;
    /// Takes it apart without asking who signed it. Errors: DataLoss.
    [[nodiscard]] static Result<AssignmentMessage> parse(ByteView message);
    /// Errors: DataLoss if malformed; Unauthenticated, with what does not hold.
    [[nodiscard]] static Result<AssignmentMessage> verify(ByteView message,
                                                          const crypto::Certificate& root);
};

/// What opens one commitment of an assignment.
struct Opening {
    Buffer salt;  // 16 bytes, the dock's
    std::string text;

    /// With a new salt.
    [[nodiscard]] static Opening make(std::string text);
    /// SHA-256 over the salt and the CBOR text (section 8).
    [[nodiscard]] Digest commitment() const;
};

/// An assignment as it comes to a recorder, by cable or by file: the signed message and, unless
/// they are kept back, its openings: wearer, place ("" for none), then who goes with them.
/// Deterministic CBOR `{message, names: [{salt, text}]}` (docs/protocol/cable.md).
struct Assignment {
    Buffer message;
    std::vector<Opening> names;

    [[nodiscard]] Buffer encode() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<Assignment> decode(ByteView bytes);
    /// Whether the names are those that the message commits to, or none.
    [[nodiscard]] bool opens(const AssignmentMessage& content) const;
    [[nodiscard]] std::string wearer() const { return !names.empty() ? names[0].text : ""; }
    [[nodiscard]] std::string place() const { return names.size() > 1 ? names[1].text : ""; }
};

}  // namespace liuhen::evidence
