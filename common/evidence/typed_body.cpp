// SPDX-License-Identifier: Apache-2.0
// Which kind has which body.
#include "common/evidence/typed_body.hpp"

#include "common/evidence/fields.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

Result<Body> readGenesis(const Cbor& body) {
    LIUHEN_TRY(GenesisBody read, GenesisBody::fromCbor(body, false));
    return Body(std::move(read));
}

Result<Body> readRollback(const Cbor& body) {
    LIUHEN_TRY(GenesisBody read, GenesisBody::fromCbor(body, true));
    return Body(std::move(read));
}

Result<Body> readNaming(const Cbor& body) {
    LIUHEN_TRY(NextKeys next, readNextKeys(body));
    return Body(NamingBody{std::move(next)});
}

Result<Body> readDocking(const Cbor& body) {
    LIUHEN_TRY(NextKeys next, readNextKeys(body));
    LIUHEN_TRY(Buffer statement, bytesAt(body, "statement"));
    LIUHEN_TRY(Buffer nonce, bytesAt(body, "nonce"));
    if (nonce.size() < 16 || nonce.size() > 64) {
        return core::fail(core::ErrorKind::DataLoss, "read field nonce: not 16 to 64 bytes");
    }
    return Body(DockingBody{std::move(next), std::move(nonce), std::move(statement)});
}

Result<Body> readEnd(const Cbor& body) {
    LIUHEN_TRY(const std::uint64_t recording, unsignedAt(body, "recording"));
    return Body(EndBody{recording});
}

Result<Body> readReceipt(const Cbor& body) {
    LIUHEN_CHECK(bytesAt(body, "message"));
    return Body();
}

/// The private values of an entry, absent ones only where they may be.
Result<Body> readPrivate(const Cbor& body,
                         std::initializer_list<std::string_view> keys,
                         bool required) {
    PrivateBody read;
    for (const std::string_view key : keys) {
        const Cbor* value = body.find(key);
        if (value == nullptr && !required) {
            continue;
        }
        const auto counter = value != nullptr
                                 ? unsignedAt(*value, "counter")
                                 : Result<std::uint64_t>(tl::make_unexpected(core::Error{}));
        const bool good = counter && value->pairs()->size() == 3 &&
                          digestAt(*value, "commitment") && bytesAt(*value, "locked");
        if (!good) {
            return core::fail(core::ErrorKind::DataLoss,
                              fmt::format("read field {}: no private value", key));
        }
        read.counters.push_back(*counter);
    }
    return Body(std::move(read));
}

Result<Body> readStart(const Cbor& body) {
    return readPrivate(body, {"wearer", "place"}, false);
}

Result<Body> readHandover(const Cbor& body) {
    return readPrivate(body, {"from", "to"}, true);
}

template <class Read>
Result<Body> reads(const Cbor& body) {
    LIUHEN_TRY(Read read, Read::fromCbor(body));
    return Body(std::move(read));
}

struct Reader {
    std::string_view kind;
    Result<Body> (*read)(const Cbor&);
};

constexpr std::array<Reader, 17> kReaders = {{
    {"part", reads<PartBody>},
    {"segment", reads<SegmentBody>},
    {"segment.end", reads<SegmentEndBody>},
    {"part.lost", reads<PartLostBody>},
    {"recovery", reads<RecoveryBody>},
    {"release", reads<ReleaseBody>},
    {"receipt", readReceipt},
    {"epoch", readNaming},
    {"boot", readNaming},
    {"docking", readDocking},
    {"genesis", readGenesis},
    {"rollback", readRollback},
    {"start", readStart},
    {"end", readEnd},
    {"handover", readHandover},
    {"interruption", reads<TracksBody>},
    {"resume", reads<TracksBody>},
}};

}  // namespace

Result<Body> readBody(const Entry& entry) {
    for (const Reader& reader : kReaders) {
        if (entry.kind == reader.kind) {
            return reader.read(entry.body);
        }
    }
    return Body();
}

const NextKeys* nextKeysOf(const Body& body) {
    if (const auto* genesis = std::get_if<GenesisBody>(&body)) {
        return &genesis->next;
    }
    if (const auto* naming = std::get_if<NamingBody>(&body)) {
        return &naming->next;
    }
    const auto* docking = std::get_if<DockingBody>(&body);
    return docking != nullptr ? &docking->next : nullptr;
}

}  // namespace liuhen::evidence
