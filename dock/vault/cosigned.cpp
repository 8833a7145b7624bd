// SPDX-License-Identifier: Apache-2.0
// Cosignatures for the newest checkpoint or one before it: of recorders whose chapters are stored,
// and of the witnesses that the agency names.
#include "common/core/log.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/note.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

namespace liuhen::vault {

namespace {

/// So many witnesses may be as far apart before what they signed is forgotten.
constexpr std::size_t kCosignedNotes = 64;

}  // namespace

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

Result<CosignedAnswer> Vault::cosigned(const std::string& line, std::optional<std::uint64_t> size) {
    LIUHEN_CHECK(usable());
    auto witnesses = namedWitnesses();
    if (!witnesses) {
        core::log(core::LogLevel::Error, "vault", witnesses.error().message);
        witnesses = evidence::Witnesses();
    }
    const std::lock_guard lock(mutex_);
    CosignedAnswer answer;
    const std::uint64_t newest = log_->tiles().size();
    const std::uint64_t covered = size.value_or(newest);
    if (covered == 0 || covered > newest) {
        answer.reason = "The log has no such tree";
        return answer;
    }
    answer.older = covered < newest;
    LIUHEN_TRY(const std::string before, noteAt(covered));
    const auto present = tlog::parseNote(before);
    const auto note = tlog::withSignature(before, line);
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
            if (const auto done = keepCosigned(covered, *note, *witnesses); !done) {
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
                                     : "It is not that key's for this checkpoint; ask for the "
                                       "newest one";
    }
    return answer;
}

/// Keeps a note with one cosignature more: as the newest checkpoint's, as the newest that was
/// witnessed, or else in memory, until others have signed it too.
Result<void> Vault::keepCosigned(std::uint64_t size,
                                 const std::string& note,
                                 const evidence::Witnesses& witnesses) {
    tlog::TileStore& tiles = log_->tiles();
    if (size == tiles.size()) {
        LIUHEN_CHECK(tiles.replaceNote(note));
    }
    LIUHEN_TRY(const tlog::Note parsed, tlog::parseNote(note));
    const auto& keys = witnesses.keys();
    const std::string& cosigner = parsed.signatures.back().name;
    if (std::none_of(keys.begin(), keys.end(), [&cosigner](const tlog::VerifierKey& key) {
            return key.name == cosigner;
        })) {
        return {};  // a recorder's: its memory is its own
    }
    cosigned_[size] = note;
    if (size >= tiles.witnessedSize() && witnesses.isWitnessed(parsed)) {
        LIUHEN_CHECK(tiles.keepWitnessed(note));
    }
    while (cosigned_.size() > kCosignedNotes) {
        cosigned_.erase(cosigned_.begin());
    }
    return {};
}

}  // namespace liuhen::vault
