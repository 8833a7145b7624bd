// SPDX-License-Identifier: Apache-2.0
// Committed words: writing in the vault, reading in the client.
#include "dock/vault/committed_text.hpp"

#include "common/evidence/fields.hpp"

namespace liuhen::vault {

using core::Cbor;

Cbor textToCbor(const CommittedText& text) {
    Cbor map = Cbor::map({{"commitment", text.commitment}});
    if (!text.isErased()) {
        map.set("salt", text.salt);
        map.set("text", text.text);
    }
    return map;
}

Result<CommittedText> readText(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    const Cbor none;
    const Cbor& found = value == nullptr ? none : *value;
    CommittedText text;
    LIUHEN_TRY(text.commitment, evidence::digestAt(found, "commitment"));
    if (found.find("salt") == nullptr) {
        return text;
    }
    LIUHEN_TRY(text.salt, evidence::bytesAt(found, "salt"));
    LIUHEN_TRY(text.text, evidence::textAt(found, "text"));
    if (text.salt.empty()) {
        return core::fail(core::ErrorKind::DataLoss, "read answer: a salt is empty");
    }
    return text;
}

}  // namespace liuhen::vault
