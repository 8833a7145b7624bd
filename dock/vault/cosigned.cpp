// SPDX-License-Identifier: Apache-2.0
// Cosignatures for the newest checkpoint: of recorders whose chapters are stored, and of the
// witnesses that the agency names.
#include "common/core/log.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/note.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

namespace liuhen::vault {

Result<std::vector<tlog::NotePublicKey>> Vault::cosignerKeys(const std::string& name,
                                                             const evidence::Witnesses& witnesses) {
    LIUHEN_TRY(const auto stored, records_.witnessKeys(name));
    std::vector<tlog::NotePublicKey> keys;
    for (const Buffer& bytes : stored) {
        tlog::NotePublicKey key{};
        if (bytes.size() == key.size()) {
            std::copy(bytes.begin(), bytes.end(), key.begin());
            keys.push_back(key);
        }
    }
    for (const tlog::VerifierKey& witness : witnesses.keys()) {
        if (witness.name == name) {
            keys.push_back(witness.publicKey);
        }
    }
    return keys;
}

Result<CosignedAnswer> Vault::cosigned(const std::string& line) {
    LIUHEN_CHECK(usable());
    // Read anew each time: the agency may name another witness while the vault runs.
    auto witnesses = evidence::Witnesses::open(parts_.files, folders_.witnesses);
    if (!witnesses) {
        core::log(core::LogLevel::Error, "vault", witnesses.error().message);
        witnesses = evidence::Witnesses();
    }
    const std::lock_guard lock(mutex_);
    CosignedAnswer answer;
    const auto present = tlog::parseNote(log_->tiles().note());
    const auto note = tlog::withSignature(log_->tiles().note(), line);
    const auto parsed =
        note ? tlog::parseNote(*note) : Result<tlog::Note>(tl::make_unexpected(note.error()));
    if (!present || !parsed || parsed->signatures.empty()) {
        answer.reason = "It is no line of a signature";
        return answer;
    }
    const std::string cosigner = parsed->signatures.back().name;
    LIUHEN_TRY(const auto keys, cosignerKeys(cosigner, *witnesses));
    for (const tlog::NotePublicKey& key : keys) {
        answer.added = answer.added || tlog::verifyCosignature(*present, cosigner, key).has_value();
        if (!answer.added && tlog::verifyCosignature(*parsed, cosigner, key)) {
            if (const auto done = log_->tiles().replaceNote(*note); !done) {
                return done.error().kind == core::ErrorKind::DataLoss
                           ? Result<CosignedAnswer>(broke(done.error()))
                           : Result<CosignedAnswer>(tl::make_unexpected(done.error()));
            }
            answer.added = true;
        }
    }
    if (!answer.added) {
        answer.reason = keys.empty() ? "No stored chapter and no witness of the agency names a key "
                                       "that signs so"
                                     : "It is not that key's for the newest checkpoint; ask for "
                                       "that again";
    }
    return answer;
}

}  // namespace liuhen::vault
