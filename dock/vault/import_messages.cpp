// SPDX-License-Identifier: Apache-2.0
// Requests and answers about imports: strict reading, and writing.
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/import_types.hpp"
#include "dock/vault/request_fields.hpp"
#include "dock/vault/retention.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr std::size_t kFields = 11;
/// A log of 2^64 leaves has no longer path.
constexpr std::size_t kPathHashes = 64;

std::string wrongMedia(std::string_view text) {
    const bool known =
        std::find(kImportMedia.begin(), kImportMedia.end(), text) != kImportMedia.end();
    return known ? "" : fmt::format("one of {} is due", fmt::join(kImportMedia, ", "));
}

std::string wrongName(const std::string& text) {
    return text.size() > evidence::kMaxImportNameBytes
               ? fmt::format("longer than {} bytes", evidence::kMaxImportNameBytes)
               : wrongText(text);
}

}  // namespace

std::string wrongDeclaration(const ImportDeclaration& declaration) {
    const std::pair<const char*, std::string> checked[] = {
        {"media", wrongMedia(declaration.media)},
        {"maker", wrongName(declaration.maker)},
        {"device", wrongName(declaration.device)},
        {"file", wrongText(declaration.file)},
        {"wearer", wrongText(declaration.wearer)},
        {"reason", wrongText(declaration.reason)},
        {"by", wrongText(declaration.by)},
    };
    for (const auto& [field, wrong] : checked) {
        if (!wrong.empty()) {
            return fmt::format("field {}: {}", field, wrong);
        }
    }
    if (declaration.untilUs > kLargest) {
        return "field until: too large";
    }
    return declaration.fromUs > declaration.untilUs ? "field until: before the beginning" : "";
}

Result<ImportRequest> readImport(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, kFields));
    ImportRequest request;
    ImportDeclaration& declaration = request.declaration;
    LIUHEN_TRY(request.sizeBytes, evidence::unsignedAt(map, "size"));
    LIUHEN_TRY(declaration.media, evidence::textAt(map, "media"));
    LIUHEN_TRY(declaration.maker, evidence::textAt(map, "maker"));
    LIUHEN_TRY(declaration.device, evidence::textAt(map, "device"));
    LIUHEN_TRY(declaration.fromUs, evidence::unsignedAt(map, "from"));
    LIUHEN_TRY(declaration.untilUs, evidence::unsignedAt(map, "until"));
    LIUHEN_TRY(declaration.file, evidence::textAt(map, "file"));
    LIUHEN_TRY(declaration.wearer, evidence::textAt(map, "wearer"));
    LIUHEN_TRY(declaration.reason, evidence::textAt(map, "reason"));
    LIUHEN_TRY(declaration.by, evidence::textAt(map, "by"));
    if (request.sizeBytes == 0 || request.sizeBytes > kLargest) {
        return fail(ErrorKind::InvalidArgument,
                    "field size: a file of no bytes, or of more than any disk holds");
    }
    if (std::string wrong = wrongDeclaration(declaration); !wrong.empty()) {
        return fail(ErrorKind::InvalidArgument, std::move(wrong));
    }
    return request;
}

Cbor toCbor(const ImportRequest& request) {
    const ImportDeclaration& declaration = request.declaration;
    return Cbor::map({{"verb", "import"},
                      {"size", request.sizeBytes},
                      {"media", declaration.media},
                      {"maker", declaration.maker},
                      {"device", declaration.device},
                      {"from", declaration.fromUs},
                      {"until", declaration.untilUs},
                      {"file", declaration.file},
                      {"wearer", declaration.wearer},
                      {"reason", declaration.reason},
                      {"by", declaration.by}});
}

Cbor toCbor(const ImportAnswer& answer) {
    Cbor::Array path;
    for (const Digest& hash : answer.path) {
        path.emplace_back(hash);
    }
    return Cbor::map({{"object", answer.object},
                      {"index", answer.leaf},
                      {"leaf", answer.bytes},
                      {"checkpoint", answer.note},
                      {"path", std::move(path)},
                      {"known", answer.known}});
}

Result<ImportAnswer> readImportAnswer(const Cbor& map) {
    ImportAnswer answer;
    LIUHEN_TRY(answer.object, evidence::digestAt(map, "object"));
    LIUHEN_TRY(answer.leaf, evidence::unsignedAt(map, "index"));
    LIUHEN_TRY(answer.bytes, evidence::bytesAt(map, "leaf"));
    LIUHEN_TRY(answer.note, evidence::textAt(map, "checkpoint"));
    const Cbor* path = map.find("path");
    const Cbor* known = map.find("known");
    if (path == nullptr || path->items() == nullptr || path->items()->size() > kPathHashes ||
        known == nullptr || !known->boolean()) {
        return fail(ErrorKind::DataLoss, "read the vault's answer: path or known");
    }
    for (const Cbor& item : *path->items()) {
        const auto hash = item.digest();
        if (!hash) {
            return fail(ErrorKind::DataLoss, "read the vault's answer: path");
        }
        answer.path.push_back(*hash);
    }
    answer.known = *known->boolean();
    return answer;
}

}  // namespace liuhen::vault
