// SPDX-License-Identifier: Apache-2.0
// Keys, counters and the order in which the keystore learns of them.
#include "firmware/recorder/keychain.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::ErrorKind;
using core::Result;

namespace {

Result<std::string> readText(hal::Keystore& keystore, const std::string& name) {
    LIUHEN_TRY(const core::Buffer bytes, keystore.readNamed(name));
    return std::string(core::textOf(bytes));
}

}  // namespace

Result<Keychain> Keychain::open(hal::Keystore& keystore) {
    LIUHEN_TRY(const std::string keyPem, readText(keystore, "identity.pem"));
    LIUHEN_TRY(const std::string certificatePem, readText(keystore, "identity.crt"));
    LIUHEN_TRY(const std::string witnessPem, readText(keystore, "witness.pem"));
    LIUHEN_TRY(crypto::PrivateKey identity, crypto::PrivateKey::fromPem(keyPem));
    LIUHEN_TRY(crypto::Certificate certificate, crypto::Certificate::fromPem(certificatePem));
    LIUHEN_TRY(crypto::NoteKey witness, crypto::NoteKey::fromPem(witnessPem));
    LIUHEN_TRY(const crypto::PublicKey certified, certificate.key());
    if (certificate.role() != crypto::Role::Recorder || !(certified == identity.publicKey())) {
        return core::fail(
            ErrorKind::InvalidArgument,
            "open keystore: identity.crt is not the recorder certificate of identity.pem");
    }
    Keychain keychain(keystore, std::move(identity), std::move(certificate), std::move(witness));
    LIUHEN_TRY(const std::optional<core::Buffer> blob, keystore.load());
    if (blob) {
        LIUHEN_TRY(keychain.state_, evidence::KeystoreState::decode(*blob));
        if (keychain.state_.device != keychain.certificate_.subject()) {
            return core::fail(ErrorKind::InvalidArgument,
                              "open keystore: state is of another device than identity.crt");
        }
    } else {
        keychain.state_.device = keychain.certificate_.subject();
    }
    return keychain;
}

Result<void> Keychain::store() {
    LIUHEN_CHECK(keystore_->store(state_.encode()));
    // All that was learnt went along.
    behind_ = false;
    changing_ = changing_ && !named_;
    named_ = false;
    return {};
}

Result<std::uint64_t> Keychain::raiseBoot() {
    ++state_.boot;
    LIUHEN_CHECK(store());
    return state_.boot;
}

Result<std::uint64_t> Keychain::raiseGeneration(std::uint64_t least) {
    state_.generation = std::max(isNew() ? 0 : state_.generation + 1, least);
    LIUHEN_CHECK(store());
    return state_.generation;
}

Result<evidence::NextKeys> Keychain::prepareGeneration(std::uint64_t least) {
    evidence::KeystoreState next = state_;
    if (next.resumeKeys.empty()) {
        return core::fail(ErrorKind::FailedPrecondition, "begin a generation: no resume key");
    }
    next.generation = std::max(state_.generation + 1, least);
    const crypto::PrivateKey current = next.resumeKeys.front();
    crypto::PrivateKey epoch = crypto::PrivateKey::generate();
    crypto::PrivateKey resume = crypto::PrivateKey::generate();
    next.resumeKeys = {current, resume};
    LIUHEN_CHECK(keystore_->store(next.encode()));
    state_ = std::move(next);
    changing_ = named_ = behind_ = false;
    resume_ = current;
    nextEpoch_ = std::move(epoch);
    nextResume_ = std::move(resume);
    return evidence::NextKeys{nextEpoch_->publicKey(), nextResume_->publicKey()};
}

bool Keychain::selectResume(const crypto::PublicKey& named) {
    for (const crypto::PrivateKey& key : state_.resumeKeys) {
        if (key.publicKey() == named) {
            resume_ = key;
            return true;
        }
    }
    return false;
}

Result<evidence::NextKeys> Keychain::prepareChange() {
    LIUHEN_ASSERT(!changing_);
    nextEpoch_ = crypto::PrivateKey::generate();
    nextResume_ = crypto::PrivateKey::generate();
    state_.resumeKeys.clear();
    if (resume_) {
        state_.resumeKeys.push_back(*resume_);
    }
    state_.resumeKeys.push_back(*nextResume_);
    LIUHEN_CHECK(store());
    return evidence::NextKeys{nextEpoch_->publicKey(), nextResume_->publicKey()};
}

void Keychain::adoptChange() {
    LIUHEN_ASSERT(nextEpoch_ && nextResume_);
    epoch_ = std::exchange(nextEpoch_, std::nullopt);
    resume_ = std::exchange(nextResume_, std::nullopt);
    changing_ = true;
}

void Keychain::learn(const evidence::Head& head, Learn what) {
    state_.head = head;
    behind_ = true;
    if (what == Learn::Start) {
        state_.docking.reset();
    }
    if (what != Learn::NamedKeys && what != Learn::Docking) {
        return;
    }
    named_ = true;
    state_.generation = head.generation;
    state_.resumeKeys = {*resume_};
    if (what == Learn::Docking) {
        state_.docking = head;
    } else if (state_.docking && state_.docking->generation != head.generation) {
        state_.docking.reset();
    }
}

Result<void> Keychain::settle() {
    if (behind_) {
        LIUHEN_CHECK(store());
    }
    return {};
}

Result<void> Keychain::storeCheckpoint(const std::string& origin, const std::string& note) {
    state_.checkpoints[origin] = note;
    return store();
}

}  // namespace liuhen::recorder
