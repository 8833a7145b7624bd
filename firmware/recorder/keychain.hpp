// SPDX-License-Identifier: Apache-2.0
// The recorder's signing keys and what its keystore remembers (docs/format/ledger.md sections 4 and
// 9).
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/keystore_state.hpp"
#include "hal/keystore.hpp"

#include <optional>
#include <string>

namespace liuhen::recorder {

/// Holds identity, epoch and resume keys and keeps the keystore's one blob in step with them.
///
/// Not thread-safe: the writer thread owns it. Every member that stores answers after it is
/// durable; a power cut at any point leaves the old or the new state, whole. Errors of all that
/// store: those of hal::Keystore::store.
class Keychain {
public:
    /// Reads identity key, certificate and state; a keystore without state is a new recorder's.
    /// Errors: NotFound or InvalidArgument if key or certificate are absent or do not fit.
    [[nodiscard]] static core::Result<Keychain> open(hal::Keystore& keystore);

    [[nodiscard]] const std::string& device() const { return state_.device; }
    [[nodiscard]] const crypto::Certificate& certificate() const { return certificate_; }
    [[nodiscard]] const crypto::PrivateKey& identity() const { return identity_; }
    [[nodiscard]] const crypto::NoteKey& witness() const { return witness_; }
    [[nodiscard]] const evidence::KeystoreState& state() const { return state_; }
    /// Whether this keystore has ever signed a ledger.
    [[nodiscard]] bool isNew() const { return !state_.head.has_value(); }

    /// Raises the boot counter, durably, and answers it.
    [[nodiscard]] core::Result<std::uint64_t> raiseBoot();
    /// Raises the generation by one, and to `least` at least, durably, and answers it. That of a
    /// new keystore is `least`.
    [[nodiscard]] core::Result<std::uint64_t> raiseGeneration(std::uint64_t least);
    /// Steps to a new generation on another card, in one durable write: generation raised, next
    /// keys made, the resume key that the ledger named last at or before the keystore's head at
    /// hand. A key change whose entry never reached the card before is abandoned. After an error
    /// all is as it was.
    [[nodiscard]] core::Result<evidence::NextKeys> prepareGeneration(std::uint64_t least);
    /// Whether one of the stored resume keys is the one that a ledger names; keeps that one at
    /// hand.
    [[nodiscard]] bool selectResume(const crypto::PublicKey& named);

    /// The next keys, made and the resume key stored beside the old one: step 1 of a key change.
    /// Not while changing().
    [[nodiscard]] core::Result<evidence::NextKeys> prepareChange();
    /// The entry that names the prepared keys is signed: they sign from now on, and the old epoch
    /// key is wiped. The keystore goes on with both resume keys until that entry is synced.
    void adoptChange();
    /// Whether adopted keys are not yet the keystore's only ones.
    [[nodiscard]] bool changing() const { return changing_; }

    /// What an entry that has been synced means for the keystore.
    enum class Learn { Head, Start, NamedKeys, Docking };
    /// Takes a synced entry as the head, in memory; settle() stores it. A start ends what the last
    /// docking covered; naming kinds end the change: step 3.
    void learn(const evidence::Head& head, Learn what);
    /// Stores what was learnt, if anything was. After an error: again later.
    [[nodiscard]] core::Result<void> settle();
    [[nodiscard]] bool isBehind() const { return behind_; }

    /// Remembers the newest signed note of a log.
    [[nodiscard]] core::Result<void> storeCheckpoint(const std::string& origin,
                                                     const std::string& note);

    /// The current keys. There is no epoch key before the first key change of this process.
    [[nodiscard]] const crypto::PrivateKey* epoch() const { return epoch_ ? &*epoch_ : nullptr; }
    [[nodiscard]] const crypto::PrivateKey* resume() const { return resume_ ? &*resume_ : nullptr; }

private:
    Keychain(hal::Keystore& keystore,
             crypto::PrivateKey identity,
             crypto::Certificate certificate,
             crypto::NoteKey witness)
        : keystore_(&keystore),
          identity_(std::move(identity)),
          certificate_(std::move(certificate)),
          witness_(std::move(witness)) {}
    [[nodiscard]] core::Result<void> store();

    hal::Keystore* keystore_;
    crypto::PrivateKey identity_;
    crypto::Certificate certificate_;
    crypto::NoteKey witness_;
    evidence::KeystoreState state_;
    std::optional<crypto::PrivateKey> epoch_;
    std::optional<crypto::PrivateKey> resume_;
    std::optional<crypto::PrivateKey> nextEpoch_;
    std::optional<crypto::PrivateKey> nextResume_;
    bool changing_ = false;
    bool named_ = false;   // the entry that names the adopted keys is synced
    bool behind_ = false;  // the memory knows more than the medium
};

}  // namespace liuhen::recorder
