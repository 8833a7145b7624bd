// SPDX-License-Identifier: Apache-2.0
// Framing, reading and signing of ledger entries.
#include "common/evidence/entry.hpp"

#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kFields = 10;
// tag 18, array of 4, protected header, empty unprotected header (docs/format/ledger.md section 2)
constexpr std::array<std::uint8_t, 21> kPrefix = {0xD2, 0x84, 0x51, 0xA2, 0x01, 0x26, 0x03,
                                                  0x6C, 'l',  'i',  'u',  'h',  'e',  'n',
                                                  '/',  'e',  'n',  't',  'r',  'y',  0xA0};
constexpr std::array<std::uint8_t, 2> kSignatureHead = {0x58, 0x40};
constexpr std::size_t kSignatureBytes = 64;

Frame malformed() {
    return Frame{Framing::Malformed, 0};
}

Frame torn() {
    return Frame{Framing::Torn, 0};
}

Cbor payloadOf(const EntryFields& fields) {
    const EntryTime& time = fields.time;
    return Cbor::map({
        {1, kVersion},
        {2, fields.device},
        {3, fields.generation},
        {4, fields.seq},
        {5, fields.previous},
        {6, fields.boot},
        {7, time.boottimeNs},
        {8,
         Cbor::array({time.utcUs,
                      static_cast<int>(time.source),
                      time.ageSeconds ? Cbor(*time.ageSeconds) : Cbor()})},
        {9, fields.kind},
        {10, fields.body},
    });
}

Result<EntryTime> timeOf(const Cbor& payload) {
    EntryTime time;
    LIUHEN_TRY(time.boottimeNs, unsignedAt(payload, 7));
    const Cbor* utc = payload.find(std::uint64_t{8});
    const Cbor::Array* items = utc != nullptr ? utc->items() : nullptr;
    if (items == nullptr || items->size() != 3) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: utc is not an array of three");
    }
    const auto us = (*items)[0].integer();
    const auto source = (*items)[1].unsignedInteger();
    const auto age = (*items)[2].unsignedInteger();
    if (!us || !source || *source > 4 || (!age && !(*items)[2].isNull())) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: utc is malformed");
    }
    time.utcUs = *us;
    time.source = static_cast<UtcSource>(*source);
    time.ageSeconds = age;
    return time;
}

Result<void> readPayload(const Cbor& payload, Entry& entry) {
    const Cbor::Map* pairs = payload.pairs();
    if (pairs == nullptr || pairs->size() != kFields) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: payload is not a map of ten");
    }
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(payload, 1));
    if (version != kVersion) {
        return core::fail(core::ErrorKind::DataLoss,
                          fmt::format("read entry: version {} is not known", version));
    }
    LIUHEN_TRY(entry.device, textAt(payload, 2));
    LIUHEN_TRY(entry.generation, unsignedAt(payload, 3));
    LIUHEN_TRY(entry.seq, unsignedAt(payload, 4));
    LIUHEN_TRY(entry.previous, digestAt(payload, 5));
    LIUHEN_TRY(entry.boot, unsignedAt(payload, 6));
    LIUHEN_TRY(entry.time, timeOf(payload));
    LIUHEN_TRY(entry.kind, textAt(payload, 9));
    const Cbor* body = payload.find(std::uint64_t{10});
    if (body == nullptr || body->pairs() == nullptr ||
        (!body->pairs()->empty() && body->pairs()->front().first.text() == nullptr)) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: body is no map with text keys");
    }
    entry.body = *body;
    if (!isDeviceName(entry.device) || entry.kind.empty() || entry.kind.size() > 32) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: device or kind is malformed");
    }
    return {};
}

}  // namespace

Cbor Head::toCbor() const {
    return Cbor::map({{"generation", generation}, {"seq", seq}, {"hash", hash}});
}

Result<Head> Head::fromCbor(const Cbor& value) {
    Head head;
    LIUHEN_TRY(head.generation, unsignedAt(value, "generation"));
    LIUHEN_TRY(head.seq, unsignedAt(value, "seq"));
    LIUHEN_TRY(head.hash, digestAt(value, "hash"));
    return head;
}

bool isDeviceName(std::string_view name) {
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

Entry signEntry(const EntryFields& fields, const crypto::PrivateKey& key) {
    const Buffer payload = payloadOf(fields).encode();
    LIUHEN_ASSERT(payload.size() >= kMinPayloadBytes && payload.size() <= kMaxPayloadBytes);
    Entry entry;
    static_cast<EntryFields&>(entry) = fields;
    entry.bytes = crypto::sign1(key, kEntryContentType, payload);
    entry.hash = crypto::sha256(entry.bytes);
    return entry;
}

Frame frameEntry(ByteView bytes) {
    const std::size_t compared = std::min(bytes.size(), kPrefix.size());
    if (!std::equal(bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(compared),
                    kPrefix.begin())) {
        return malformed();
    }
    core::ByteReader reader(bytes.subspan(compared));
    const auto head = reader.u8();
    if (compared < kPrefix.size() || !head) {
        return torn();
    }
    std::size_t payloadBytes = 0;
    if (*head == 0x58) {
        const auto length = reader.u8();
        if (!length) {
            return torn();
        }
        payloadBytes = *length;
        if (payloadBytes < kMinPayloadBytes) {
            return malformed();
        }
    } else if (*head == 0x59) {
        const auto length = reader.u16();
        if (!length) {
            return torn();
        }
        payloadBytes = *length;
        if (payloadBytes < 256 || payloadBytes > kMaxPayloadBytes) {
            return malformed();
        }
    } else {
        return malformed();
    }
    if (!reader.take(payloadBytes)) {
        return torn();
    }
    for (const std::uint8_t expected : kSignatureHead) {
        const auto byte = reader.u8();
        if (!byte) {
            return torn();
        }
        if (*byte != expected) {
            return malformed();
        }
    }
    if (!reader.take(kSignatureBytes)) {
        return torn();
    }
    return Frame{Framing::Whole, compared + reader.position()};
}

Result<Entry> parseEntry(ByteView bytes) {
    const Frame frame = frameEntry(bytes);
    if (frame.framing != Framing::Whole || frame.sizeBytes != bytes.size()) {
        return core::fail(core::ErrorKind::DataLoss, "read entry: not framed as one");
    }
    LIUHEN_TRY(const crypto::Sign1 message, crypto::parseSign1(bytes));
    auto payload = decodePlain(message.payload);
    if (!payload) {
        return core::failWith(payload.error(), "read entry: payload");
    }
    Entry entry;
    LIUHEN_CHECK(readPayload(*payload, entry));
    entry.bytes = core::toBuffer(bytes);
    entry.hash = crypto::sha256(bytes);
    return entry;
}

bool verifyEntry(const Entry& entry, const crypto::PublicKey& key) {
    const auto message = crypto::parseSign1(entry.bytes);
    return message && message->contentType == kEntryContentType &&
           crypto::verifySign1(*message, key);
}

Result<std::vector<Entry>> parseEntries(ByteView bytes) {
    std::vector<Entry> entries;
    while (!bytes.empty()) {
        const Frame frame = frameEntry(bytes);
        if (frame.framing != Framing::Whole) {
            return core::fail(core::ErrorKind::DataLoss,
                              fmt::format("read entries: number {} is not whole", entries.size()));
        }
        LIUHEN_TRY(Entry entry, parseEntry(bytes.first(frame.sizeBytes)));
        entries.push_back(std::move(entry));
        bytes = bytes.subspan(frame.sizeBytes);
    }
    return entries;
}

}  // namespace liuhen::evidence
