// SPDX-License-Identifier: Apache-2.0
// Requests about holds and classes: strict reading, and writing.
#include "common/evidence/entry.hpp"
#include "common/evidence/fields.hpp"
#include "dock/vault/request_fields.hpp"
#include "dock/vault/retention_messages.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

/// A text that a leaf is to commit to.
Result<std::string> committedAt(const Cbor& map, std::string_view key) {
    LIUHEN_TRY(std::string text, evidence::textAt(map, key));
    if (const std::string wrong = wrongText(text); !wrong.empty()) {
        return fail(ErrorKind::InvalidArgument, fmt::format("field {}: {}", key, wrong));
    }
    return text;
}

/// Three fields: device, generation, and a recording or an object.
Result<Subject> subjectAt(const Cbor& map) {
    Subject subject;
    LIUHEN_TRY(subject.device, evidence::textAt(map, "device"));
    if (!evidence::isDeviceName(subject.device)) {
        return fail(ErrorKind::InvalidArgument, "field device: no name of a recorder");
    }
    LIUHEN_TRY(subject.generation, numberAt(map, "generation"));
    const bool recording = map.find("recording") != nullptr;
    if (recording == (map.find("object") != nullptr)) {
        return fail(ErrorKind::InvalidArgument,
                    "fields recording, object: one of the two is due, and not both");
    }
    if (recording) {
        LIUHEN_TRY(subject.recording, numberAt(map, "recording"));
    } else {
        LIUHEN_TRY(subject.object, evidence::digestAt(map, "object"));
    }
    return subject;
}

Result<std::optional<std::uint64_t>> afterAt(const Cbor& map) {
    const bool goesOn = map.find("after") != nullptr;
    LIUHEN_CHECK(expectFields(map, goesOn ? 2 : 1));
    if (!goesOn) {
        return std::optional<std::uint64_t>();
    }
    LIUHEN_TRY(const std::uint64_t after, numberAt(map, "after"));
    return std::optional(after);
}

Cbor withSubject(Cbor map, const Subject& subject) {
    map.set("device", subject.device);
    map.set("generation", subject.generation);
    if (subject.recording) {
        map.set("recording", *subject.recording);
    } else if (subject.object) {
        map.set("object", *subject.object);
    }
    return map;
}

Cbor listRequest(const char* verb, std::optional<std::uint64_t> after) {
    Cbor map = Cbor::map({{"verb", verb}});
    if (after) {
        map.set("after", *after);
    }
    return map;
}

}  // namespace

Result<HoldPlaceRequest> readHoldPlace(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 6));
    HoldPlaceRequest request;
    LIUHEN_TRY(request.subject, subjectAt(map));
    LIUHEN_TRY(request.reason, committedAt(map, "reason"));
    LIUHEN_TRY(request.by, committedAt(map, "by"));
    return request;
}

Result<HoldLiftRequest> readHoldLift(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 4));
    HoldLiftRequest request;
    LIUHEN_TRY(request.hold, evidence::digestAt(map, "hold"));
    LIUHEN_TRY(request.reason, committedAt(map, "reason"));
    LIUHEN_TRY(request.by, committedAt(map, "by"));
    return request;
}

Result<HoldListRequest> readHoldList(const Cbor& map) {
    LIUHEN_TRY(const auto after, afterAt(map));
    return HoldListRequest{after};
}

Result<RetentionSetRequest> readRetentionSet(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 6));
    RetentionSetRequest request;
    LIUHEN_TRY(request.subject, subjectAt(map));
    LIUHEN_TRY(request.classId, evidence::textAt(map, "class"));
    if (!isClassName(request.classId)) {
        return fail(ErrorKind::InvalidArgument, "field class: no name of a retention class");
    }
    LIUHEN_TRY(request.by, committedAt(map, "by"));
    return request;
}

Result<RetentionListRequest> readRetentionList(const Cbor& map) {
    LIUHEN_TRY(const auto after, afterAt(map));
    return RetentionListRequest{after};
}

Cbor toCbor(const HoldPlaceRequest& request) {
    return withSubject(
        Cbor::map({{"verb", "hold.place"}, {"reason", request.reason}, {"by", request.by}}),
        request.subject);
}

Cbor toCbor(const HoldLiftRequest& request) {
    return Cbor::map({{"verb", "hold.lift"},
                      {"hold", request.hold},
                      {"reason", request.reason},
                      {"by", request.by}});
}

Cbor toCbor(const HoldListRequest& request) {
    return listRequest("hold.list", request.after);
}

Cbor toCbor(const RetentionSetRequest& request) {
    return withSubject(
        Cbor::map({{"verb", "retention.set"}, {"class", request.classId}, {"by", request.by}}),
        request.subject);
}

Cbor toCbor(const RetentionListRequest& request) {
    return listRequest("retention.list", request.after);
}

}  // namespace liuhen::vault
