// SPDX-License-Identifier: Apache-2.0
// Leaf by leaf.
#include "common/evidence/vault_leaves.hpp"

#include "common/evidence/fields.hpp"

namespace liuhen::evidence {

std::string objectName(const Digest& hash) {
    const std::string hex = core::toHex(hash);
    return "objects/" + hex.substr(0, 2) + "/" + hex;
}

namespace {

void takeObject(ByteView bytes, VaultLeaves& leaves) {
    auto leaf = ObjectLeaf::decode(bytes);
    if (!leaf) {
        return;  // told of by the log's check
    }
    leaf->findings.clear();
    const std::size_t index = leaves.stored.size();
    DeviceShelf& shelf = leaves.devices[leaf->device];
    shelf.all.push_back(index);
    if (leaf->type == "chapter") {
        shelf.chapters[{leaf->generation, {*leaf->first, 0}}].push_back(index);
    } else if (leaf->type == "segment") {
        shelf.segments[{leaf->generation, {*leaf->recording, *leaf->segment}}].push_back(index);
    } else {
        shelf.torn.push_back(index);
    }
    std::string name = objectName(leaf->object);
    leaves.known.emplace(name, std::nullopt);
    leaves.stored.push_back(StoredObject{*std::move(leaf), std::move(name)});
}

void keepAside(const Cbor& body, bool imported, VaultLeaves& leaves) {
    const auto hash = digestAt(body, "object");
    if (!hash) {
        return;
    }
    const std::string name = objectName(*hash);
    leaves.known.emplace(name, std::nullopt);
    QuarantinedObject& kept = leaves.quarantined[name];
    kept.object = *hash;
    kept.imported = kept.imported || imported;
    if (const auto size = unsignedAt(body, "size")) {  // a fork leaf has none
        kept.sizesDiffer = kept.sizesDiffer || (kept.size && *kept.size != *size);
        kept.size = *size;
    }
}

}  // namespace

void addLeaf(VaultLeaves& leaves, const Leaf& leaf, ByteView bytes) {
    if (leaf.kind == "object") {
        takeObject(bytes, leaves);
    } else if (leaf.kind == "quarantine" || leaf.kind == "imported") {
        keepAside(leaf.body, leaf.kind == "imported", leaves);
    } else if (leaf.kind == "fork") {
        keepAside(leaf.body, false, leaves);
        leaves.forks.push_back(Place{*unsignedAt(leaf.body, "generation"),
                                     *unsignedAt(leaf.body, "seq"),
                                     std::nullopt,
                                     std::nullopt});
    }
}

void finishLeaves(VaultLeaves& leaves) {
    for (const StoredObject& stored : leaves.stored) {
        leaves.quarantined.erase(stored.name);
    }
}

}  // namespace liuhen::evidence
