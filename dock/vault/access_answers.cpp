// SPDX-License-Identifier: Apache-2.0
// Answers about access, written and read.
#include "common/evidence/access_fields.hpp"
#include "common/evidence/fields.hpp"
#include "dock/vault/access_requests.hpp"

namespace liuhen::vault {

using core::Cbor;
using evidence::unsignedAt;

Cbor toCbor(const Asked& answer) {
    return Cbor::map({{"request", answer.request}, {"leaf", answer.leaf}, {"index", answer.index}});
}

Result<Asked> readAsked(const Cbor& map) {
    Asked answer;
    LIUHEN_TRY(answer.request, evidence::digestAt(map, "request"));
    LIUHEN_TRY(answer.leaf, evidence::digestAt(map, "leaf"));
    LIUHEN_TRY(answer.index, unsignedAt(map, "index"));
    return answer;
}

Cbor toCbor(const Opened& answer) {
    Cbor::Array segments;
    for (const OpenedSegment& each : answer.segments) {
        segments.push_back(Cbor::map(
            {{"segment", each.segment}, {"stored", each.storedBytes}, {"from", each.fromNs}}));
    }
    return Cbor::map({{"use", answer.use},
                      {"index", answer.index},
                      {"until", answer.untilUs},
                      {"segments", std::move(segments)}});
}

Result<Opened> readOpened(const Cbor& map) {
    Opened answer;
    LIUHEN_TRY(answer.use, evidence::digestAt(map, "use"));
    LIUHEN_TRY(answer.index, unsignedAt(map, "index"));
    LIUHEN_TRY(answer.untilUs, evidence::instantAt(map, "until"));
    LIUHEN_TRY(const Cbor::Array segments, evidence::itemsAt(map, "segments"));
    for (const Cbor& item : segments) {
        OpenedSegment each;
        LIUHEN_TRY(each.segment, unsignedAt(item, "segment"));
        LIUHEN_TRY(each.storedBytes, unsignedAt(item, "stored"));
        LIUHEN_TRY(each.fromNs, unsignedAt(item, "from"));
        answer.segments.push_back(each);
    }
    return answer;
}

Cbor toCbor(const ListedParts& answer) {
    Cbor::Array parts;
    for (const ListedPart& each : answer.parts) {
        parts.push_back(Cbor::array({each.offset,
                                     each.sizeBytes,
                                     each.fromNs,
                                     each.toNs,
                                     each.key ? Cbor(*each.key) : Cbor()}));
    }
    return Cbor::map({{"size", answer.sizeBytes},
                      {"init", answer.initBytes},
                      {"codecs", answer.codecs},
                      {"parts", std::move(parts)},
                      {"more", answer.more}});
}

Result<ListedParts> readListedParts(const Cbor& map) {
    ListedParts answer;
    LIUHEN_TRY(answer.sizeBytes, unsignedAt(map, "size"));
    LIUHEN_TRY(answer.initBytes, unsignedAt(map, "init"));
    LIUHEN_TRY(answer.codecs, evidence::textAt(map, "codecs"));
    LIUHEN_TRY(answer.more, evidence::truthAt(map, "more"));
    LIUHEN_TRY(const Cbor::Array parts, evidence::itemsAt(map, "parts"));
    for (const Cbor& item : parts) {
        ListedPart each;
        std::uint64_t* const fields[] = {&each.offset, &each.sizeBytes, &each.fromNs, &each.toNs};
        const Cbor::Array* numbers = item.items();
        if (numbers == nullptr || numbers->size() != std::size(fields) + 1 ||
            !(numbers->back().isNull() || numbers->back().boolean())) {
            return core::fail(core::ErrorKind::DataLoss, "read answer: a part of other fields");
        }
        for (std::size_t i = 0; i < std::size(fields); ++i) {
            const auto number = (*numbers)[i].unsignedInteger();
            if (!number) {
                return core::fail(core::ErrorKind::DataLoss, "read answer: a part of other fields");
            }
            *fields[i] = *number;
        }
        each.key = numbers->back().boolean();
        answer.parts.push_back(each);
    }
    return answer;
}

Cbor toCbor(const ReadBytes& answer) {
    return Cbor::map({{"bytes", answer.bytes}, {"size", answer.sizeBytes}});
}

Result<ReadBytes> readReadBytes(const Cbor& map) {
    ReadBytes answer;
    LIUHEN_TRY(answer.bytes, evidence::bytesAt(map, "bytes"));
    LIUHEN_TRY(answer.sizeBytes, unsignedAt(map, "size"));
    return answer;
}

std::optional<std::string> refusedReason(const core::Error& error) {
    const std::string_view prefix = kAccessRefused;
    const std::size_t at = error.message.find(prefix);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    const std::string rest = error.message.substr(at + prefix.size());
    return rest.substr(0, rest.find(':'));
}

}  // namespace liuhen::vault
