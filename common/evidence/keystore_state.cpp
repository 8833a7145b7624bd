// SPDX-License-Identifier: Apache-2.0
// The keystore's state as deterministic CBOR.
#include "common/evidence/keystore_state.hpp"

#include "common/evidence/fields.hpp"

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kVersion = 1;

Result<std::optional<Head>> headAt(const Cbor& state, std::string_view key) {
    const Cbor* head = state.find(key);
    if (head != nullptr && head->isNull()) {
        return std::optional<Head>();
    }
    if (head == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, "read keystore state: a head is absent");
    }
    LIUHEN_TRY(Head value, Head::fromCbor(*head));
    return std::optional<Head>(value);
}

Result<Cbor> decodeVersion(ByteView bytes) {
    LIUHEN_TRY(Cbor state, decodePlain(bytes));
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(state, "version"));
    if (version != kVersion) {
        return core::fail(core::ErrorKind::DataLoss, "read keystore state: version is not known");
    }
    return state;
}

}  // namespace

Buffer KeystoreState::encode() const {
    Cbor::Array keys;
    for (const crypto::PrivateKey& key : resumeKeys) {
        keys.emplace_back(key.toPem());
    }
    Cbor::Map notes;
    for (const auto& [origin, note] : checkpoints) {
        notes.emplace_back(Cbor(origin), Cbor(note));
    }
    return Cbor::map({
                         {"version", kVersion},
                         {"device", device},
                         {"generation", generation},
                         {"boot", boot},
                         {"head", head ? head->toCbor() : Cbor()},
                         {"docking", docking ? docking->toCbor() : Cbor()},
                         {"resume_keys", std::move(keys)},
                         {"checkpoints", Cbor::mapOf(std::move(notes))},
                     })
        .encode();
}

Result<KeystoreState> KeystoreState::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor state, decodeVersion(bytes));
    KeystoreState result;
    LIUHEN_TRY(result.device, textAt(state, "device"));
    LIUHEN_TRY(result.generation, unsignedAt(state, "generation"));
    LIUHEN_TRY(result.boot, unsignedAt(state, "boot"));
    LIUHEN_TRY(result.head, headAt(state, "head"));
    LIUHEN_TRY(result.docking, headAt(state, "docking"));
    LIUHEN_TRY(const Cbor::Array keys, itemsAt(state, "resume_keys"));
    for (const Cbor& item : keys) {
        if (item.text() == nullptr) {
            return core::fail(core::ErrorKind::DataLoss, "read keystore state: resume key");
        }
        LIUHEN_TRY(crypto::PrivateKey key, crypto::PrivateKey::fromPem(*item.text()));
        result.resumeKeys.push_back(std::move(key));
    }
    const Cbor* notes = state.find("checkpoints");
    if (notes == nullptr || notes->pairs() == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, "read keystore state: checkpoints");
    }
    for (const auto& [origin, note] : *notes->pairs()) {
        if (origin.text() == nullptr || note.text() == nullptr) {
            return core::fail(core::ErrorKind::DataLoss, "read keystore state: checkpoint");
        }
        result.checkpoints.emplace(*origin.text(), *note.text());
    }
    return result;
}

Result<KeystoreHead> KeystoreHead::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor state, decodeVersion(bytes));
    KeystoreHead result;
    LIUHEN_TRY(result.device, textAt(state, "device"));
    LIUHEN_TRY(result.generation, unsignedAt(state, "generation"));
    LIUHEN_CHECK(unsignedAt(state, "boot"));
    LIUHEN_CHECK(headAt(state, "docking"));
    LIUHEN_TRY(result.head, headAt(state, "head"));
    return result;
}

}  // namespace liuhen::evidence
