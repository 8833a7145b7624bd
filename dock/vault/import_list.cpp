// SPDX-License-Identifier: Apache-2.0
// The vault's list of imports: from their leaves, with the words that the database still has.
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/import.hpp"
#include "dock/vault/opened_text.hpp"

namespace liuhen::vault {

namespace {

using core::Cbor;

Result<Imported> importedOf(Records& records, std::uint64_t index, ByteView bytes) {
    LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(bytes));
    const Cbor& body = leaf.body;
    Imported found;
    found.leaf = index;
    found.importedUs = leaf.timeUs;
    LIUHEN_TRY(found.object, evidence::digestAt(body, "object"));
    LIUHEN_TRY(found.sizeBytes, evidence::unsignedAt(body, "size"));
    LIUHEN_TRY(found.media, evidence::textAt(body, "media"));
    LIUHEN_TRY(found.maker, evidence::textAt(body, "maker"));
    LIUHEN_TRY(found.device, evidence::textAt(body, "device"));
    LIUHEN_TRY(found.fromUs, evidence::unsignedAt(body, "from"));
    LIUHEN_TRY(found.untilUs, evidence::unsignedAt(body, "until"));
    for (const auto& [field, into] : {std::pair{"file", &found.file},
                                      std::pair{"wearer", &found.wearer},
                                      std::pair{"reason", &found.reason},
                                      std::pair{"by", &found.by}}) {
        LIUHEN_TRY(const Digest commitment, evidence::digestAt(body, field));
        LIUHEN_TRY(*into, openedIn(records, commitment));
    }
    return found;
}

}  // namespace

Result<ImportList> Import::list(Vault& vault, std::optional<std::uint64_t> before) {
    LIUHEN_CHECK(vault.usable());
    const std::lock_guard lock(vault.mutex_);
    LIUHEN_TRY(auto leaves, vault.records_.importLeaves(before, kListedImports + 1));
    ImportList list;
    if (leaves.size() > kListedImports) {
        leaves.pop_back();
        list.more = leaves.back().first;
    }
    for (const auto& [index, bytes] : leaves) {
        LIUHEN_TRY(Imported found, importedOf(vault.records_, index, bytes));
        list.imports.push_back(std::move(found));
    }
    return list;
}

}  // namespace liuhen::vault
