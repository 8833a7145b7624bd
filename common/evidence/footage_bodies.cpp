// SPDX-License-Identifier: Apache-2.0
// Bodies of segment and part entries.
#include "common/evidence/bodies.hpp"
#include "common/evidence/fields.hpp"

#include <array>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

Result<TrackSpan> readSpan(const Cbor& item) {
    const Cbor::Array* numbers = item.items();
    if (numbers == nullptr || numbers->size() != 4) {
        return core::fail(core::ErrorKind::DataLoss, "read field tracks: not arrays of four");
    }
    std::array<std::uint64_t, 4> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto number = (*numbers)[i].unsignedInteger();
        if (!number) {
            return core::fail(core::ErrorKind::DataLoss, "read field tracks: not unsigned");
        }
        values[i] = *number;
    }
    return TrackSpan{values[0], values[1], values[2], values[3]};
}

/// The value of a field that must be there and may be null.
Result<const Cbor*> nullableAt(const Cbor& body, std::string_view key) {
    const Cbor* value = body.find(key);
    if (value == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, fmt::format("read field {}: absent", key));
    }
    return value;
}

}  // namespace

Cbor PartBody::toCbor() const {
    Cbor::Array spans;
    for (const TrackSpan& span : tracks) {
        spans.push_back(Cbor::array({span.track, span.start, span.duration, span.samples}));
    }
    Cbor lock;
    if (encryption) {
        lock = Cbor::map({{"counter", encryption->counter}, {"clear", encryption->clear}});
    }
    return Cbor::map({
        {"recording", recording},
        {"segment", segment},
        {"part", part},
        {"offset", offset},
        {"size", size},
        {"hash", hash},
        {"init", init},
        {"tracks", std::move(spans)},
        {"encryption", std::move(lock)},
    });
}

Result<PartBody> PartBody::fromCbor(const Cbor& body) {
    PartBody result;
    LIUHEN_TRY(result.recording, unsignedAt(body, "recording"));
    LIUHEN_TRY(result.segment, unsignedAt(body, "segment"));
    LIUHEN_TRY(result.part, unsignedAt(body, "part"));
    LIUHEN_TRY(result.offset, unsignedAt(body, "offset"));
    LIUHEN_TRY(result.size, unsignedAt(body, "size"));
    if (result.size > kMaxPartBytes || result.offset > kMaxSegmentBytes) {
        return core::fail(core::ErrorKind::DataLoss,
                          "read part: size or offset beyond the format's bounds");
    }
    LIUHEN_TRY(result.hash, digestAt(body, "hash"));
    LIUHEN_TRY(result.init, digestAt(body, "init"));
    LIUHEN_TRY(const Cbor::Array spans, itemsAt(body, "tracks"));
    for (const Cbor& item : spans) {
        LIUHEN_TRY(const TrackSpan span, readSpan(item));
        if (!result.tracks.empty() && result.tracks.back().track >= span.track) {
            return core::fail(core::ErrorKind::DataLoss, "read field tracks: ids do not rise");
        }
        result.tracks.push_back(span);
    }
    LIUHEN_TRY(const Cbor* lock, nullableAt(body, "encryption"));
    if (!lock->isNull()) {
        PartEncryption encryption;
        LIUHEN_TRY(encryption.counter, unsignedAt(*lock, "counter"));
        LIUHEN_TRY(encryption.clear, digestAt(*lock, "clear"));
        result.encryption = encryption;
    }
    return result;
}

Cbor SegmentBody::toCbor() const {
    Cbor::Array list;
    for (const TrackDescription& track : tracks) {
        list.push_back(Cbor::map({{"id", track.id},
                                  {"kind", track.kind},
                                  {"codec", track.codec},
                                  {"timescale", track.timescale}}));
    }
    Cbor lock;
    if (keyCommitment) {
        lock = Cbor::map({{"commitment", *keyCommitment}});
    }
    return Cbor::map({
        {"recording", recording},
        {"segment", segment},
        {"init", init},
        {"init_size", initSize},
        {"tracks", std::move(list)},
        {"zero", zeroNs},
        {"pre_event", preEvent},
        {"encryption", std::move(lock)},
    });
}

Result<SegmentBody> SegmentBody::fromCbor(const Cbor& body) {
    SegmentBody result;
    LIUHEN_TRY(result.recording, unsignedAt(body, "recording"));
    LIUHEN_TRY(result.segment, unsignedAt(body, "segment"));
    LIUHEN_TRY(result.init, digestAt(body, "init"));
    LIUHEN_TRY(result.initSize, unsignedAt(body, "init_size"));
    if (result.initSize > kMaxInitBytes) {
        return core::fail(core::ErrorKind::DataLoss,
                          "read segment: init_size beyond the format's bounds");
    }
    LIUHEN_TRY(const Cbor* lock, nullableAt(body, "encryption"));
    if (!lock->isNull()) {
        LIUHEN_TRY(const Digest commitment, digestAt(*lock, "commitment"));
        result.keyCommitment = commitment;
    }
    // The rest is for people, but pre_event, which the check of a tail reads where it is there.
    if (const Cbor* preEvent = body.find("pre_event"); preEvent != nullptr) {
        result.preEvent = preEvent->boolean().value_or(false);
    }
    if (auto zero = integerAt(body, "zero")) {
        result.zeroNs = *zero;
    }
    if (const Cbor* tracks = body.find("tracks"); tracks != nullptr && tracks->items() != nullptr) {
        for (const Cbor& item : *tracks->items()) {
            result.tracks.push_back(TrackDescription{unsignedAt(item, "id").value_or(0),
                                                     textAt(item, "kind").value_or(""),
                                                     textAt(item, "codec").value_or(""),
                                                     unsignedAt(item, "timescale").value_or(0)});
        }
    }
    return result;
}

Cbor SegmentEndBody::toCbor() const {
    return Cbor::map(
        {{"recording", recording}, {"segment", segment}, {"size", size}, {"parts", parts}});
}

Result<SegmentEndBody> SegmentEndBody::fromCbor(const Cbor& body) {
    SegmentEndBody result;
    LIUHEN_TRY(result.recording, unsignedAt(body, "recording"));
    LIUHEN_TRY(result.segment, unsignedAt(body, "segment"));
    LIUHEN_TRY(result.size, unsignedAt(body, "size"));
    LIUHEN_TRY(result.parts, unsignedAt(body, "parts"));
    return result;
}

}  // namespace liuhen::evidence
