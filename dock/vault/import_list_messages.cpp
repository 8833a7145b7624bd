// SPDX-License-Identifier: Apache-2.0
// The list of imports: strict reading, and writing.
#include "common/evidence/fields.hpp"
#include "dock/vault/committed_text.hpp"
#include "dock/vault/import_types.hpp"
#include "dock/vault/request_fields.hpp"

namespace liuhen::vault {

using core::Cbor;

Result<ImportListRequest> readImportList(const Cbor& map) {
    const bool goesOn = map.find("before") != nullptr;
    LIUHEN_CHECK(expectFields(map, goesOn ? 2 : 1));
    ImportListRequest request;
    if (goesOn) {
        LIUHEN_TRY(request.before, numberAt(map, "before"));
    }
    return request;
}

Cbor toCbor(const ImportListRequest& request) {
    Cbor map = Cbor::map({{"verb", "import.list"}});
    if (request.before) {
        map.set("before", *request.before);
    }
    return map;
}

Cbor toCbor(const ImportList& list) {
    Cbor::Array imports;
    for (const Imported& found : list.imports) {
        imports.push_back(Cbor::map({{"leaf", found.leaf},
                                     {"imported", found.importedUs},
                                     {"object", found.object},
                                     {"size", found.sizeBytes},
                                     {"media", found.media},
                                     {"maker", found.maker},
                                     {"device", found.device},
                                     {"from", found.fromUs},
                                     {"until", found.untilUs},
                                     {"file", textToCbor(found.file)},
                                     {"wearer", textToCbor(found.wearer)},
                                     {"reason", textToCbor(found.reason)},
                                     {"by", textToCbor(found.by)}}));
    }
    return Cbor::map(
        {{"imports", std::move(imports)}, {"more", list.more ? Cbor(*list.more) : Cbor()}});
}

Result<ImportList> readImports(const Cbor& map) {
    ImportList list;
    LIUHEN_TRY(const Cbor::Array items, evidence::itemsAt(map, "imports"));
    for (const Cbor& item : items) {
        Imported found;
        LIUHEN_TRY(found.leaf, evidence::unsignedAt(item, "leaf"));
        LIUHEN_TRY(found.importedUs, evidence::integerAt(item, "imported"));
        LIUHEN_TRY(found.object, evidence::digestAt(item, "object"));
        LIUHEN_TRY(found.sizeBytes, evidence::unsignedAt(item, "size"));
        LIUHEN_TRY(found.media, evidence::textAt(item, "media"));
        LIUHEN_TRY(found.maker, evidence::textAt(item, "maker"));
        LIUHEN_TRY(found.device, evidence::textAt(item, "device"));
        LIUHEN_TRY(found.fromUs, evidence::unsignedAt(item, "from"));
        LIUHEN_TRY(found.untilUs, evidence::unsignedAt(item, "until"));
        LIUHEN_TRY(found.file, readText(item, "file"));
        LIUHEN_TRY(found.wearer, readText(item, "wearer"));
        LIUHEN_TRY(found.reason, readText(item, "reason"));
        LIUHEN_TRY(found.by, readText(item, "by"));
        list.imports.push_back(std::move(found));
    }
    LIUHEN_TRY(list.more, evidence::optionalUnsignedAt(map, "more"));
    return list;
}

}  // namespace liuhen::vault
