// SPDX-License-Identifier: Apache-2.0
// Bodies of access leaves, field by field.
#include "common/evidence/access_leaves.hpp"

#include "common/evidence/access_fields.hpp"
#include "common/evidence/access_reason.hpp"
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

tl::unexpected<core::Error> malformed(std::string_view why) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read access leaf: {}", why));
}

template <class Value>
Cbor orNull(const std::optional<Value>& value) {
    return value ? Cbor(*value) : Cbor();
}

template <class Value>
bool allows(const std::optional<Value>& outer, const std::optional<Value>& inner) {
    return !outer || outer == inner;
}

/// Of a hold or a class: these fields of the body itself, and no span.
Result<AccessSubject> keptSubject(const Cbor& body) {
    AccessSubject subject;
    LIUHEN_TRY(subject.device, textAt(body, "device"));
    LIUHEN_TRY(subject.generation, unsignedAt(body, "generation"));
    LIUHEN_TRY(subject.recording, optionalUnsignedAt(body, "recording"));
    LIUHEN_TRY(subject.object, optionalDigestAt(body, "object"));
    if (subject.recording.has_value() == subject.object.has_value()) {
        return malformed("not one of recording and object");
    }
    return subject;
}

/// A hash, null, or not there at all.
Result<std::optional<Digest>> grantAt(const Cbor& body) {
    return body.find("grant") == nullptr ? Result<std::optional<Digest>>(std::nullopt)
                                         : optionalDigestAt(body, "grant");
}

}  // namespace

bool AccessSubject::liesIn(const AccessSubject& other) const {
    if (device != other.device || !allows(other.generation, generation) || object != other.object) {
        return false;
    }
    if (object) {
        return true;
    }
    return allows(other.recording, recording) &&
           (!other.span ||
            (span && other.span->first <= span->first && span->second <= other.span->second));
}

Cbor AccessSubject::toCbor() const {
    return Cbor::map({{"device", device},
                      {"generation", orNull(generation)},
                      {"recording", orNull(recording)},
                      {"object", orNull(object)},
                      {"from", span ? Cbor(span->first) : Cbor()},
                      {"to", span ? Cbor(span->second) : Cbor()}});
}

Result<AccessSubject> AccessSubject::fromCbor(const Cbor& map) {
    AccessSubject subject;
    LIUHEN_TRY(subject.device, textAt(map, "device"));
    LIUHEN_TRY(subject.generation, optionalUnsignedAt(map, "generation"));
    LIUHEN_TRY(subject.recording, optionalUnsignedAt(map, "recording"));
    LIUHEN_TRY(subject.object, optionalDigestAt(map, "object"));
    LIUHEN_TRY(const auto from, optionalUnsignedAt(map, "from"));
    LIUHEN_TRY(const auto to, optionalUnsignedAt(map, "to"));
    if (from.has_value() != to.has_value() || (from && (*from >= *to || !subject.recording))) {
        return malformed("a span that is none, or of no recording");
    }
    if (subject.recording && (subject.object || !subject.generation)) {
        return malformed("a recording of no generation, or beside an object");
    }
    if (from) {
        subject.span.emplace(*from, *to);
    }
    return subject;
}

bool isPurpose(std::string_view text) {
    constexpr std::string_view kPurposes[] = {"view", "copy", "inspect", "hold", "retention"};
    return std::find(std::begin(kPurposes), std::end(kPurposes), text) != std::end(kPurposes);
}

bool needsTwo(std::string_view purpose) {
    return purpose == "hold" || purpose == "retention";
}

Cbor RequestBody::toCbor() const {
    Cbor::Array list;
    for (const AccessSubject& subject : subjects) {
        list.push_back(subject.toCbor());
    }
    return Cbor::map({{"request", request},
                      {"purpose", purpose},
                      {"subjects", std::move(list)},
                      {"by", by},
                      {"reason", reason},
                      {"case", orNull(caseNumber)},
                      {"emergency", emergency}});
}

Result<RequestBody> RequestBody::fromCbor(const Cbor& body) {
    RequestBody result;
    LIUHEN_TRY(result.request, digestAt(body, "request"));
    LIUHEN_TRY(result.purpose, textAt(body, "purpose"));
    if (!isPurpose(result.purpose)) {
        return malformed("purpose");
    }
    LIUHEN_TRY(const Cbor::Array items, itemsAt(body, "subjects"));
    if (items.empty() || items.size() > kMaxSubjects) {
        return malformed("how many subjects");
    }
    for (const Cbor& item : items) {
        LIUHEN_TRY(AccessSubject subject, AccessSubject::fromCbor(item));
        result.subjects.push_back(std::move(subject));
    }
    LIUHEN_TRY(result.by, digestAt(body, "by"));
    LIUHEN_TRY(result.reason, digestAt(body, "reason"));
    LIUHEN_TRY(result.caseNumber, optionalDigestAt(body, "case"));
    LIUHEN_TRY(result.emergency, truthAt(body, "emergency"));
    return result;
}

Cbor UseBody::toCbor() const {
    return Cbor::map({{kind(), use}, {"grant", grant}, {"by", by}, {"subject", subject.toCbor()}});
}

Result<UseBody> UseBody::fromCbor(std::string_view kind, const Cbor& body) {
    UseBody result;
    result.copy = kind == "copy";
    LIUHEN_TRY(result.use, digestAt(body, kind));
    LIUHEN_TRY(result.grant, digestAt(body, "grant"));
    LIUHEN_TRY(result.by, digestAt(body, "by"));
    const Cbor* subject = body.find("subject");
    if (subject == nullptr) {
        return malformed("subject");
    }
    LIUHEN_TRY(result.subject, AccessSubject::fromCbor(*subject));
    if (!result.subject.recording && !result.subject.object) {
        return malformed("neither a recording nor an object");
    }
    return result;
}

Cbor GrantEndedBody::toCbor() const {
    return Cbor::map({{"grant", grant}, {"by", by}});
}

Result<GrantEndedBody> GrantEndedBody::fromCbor(const Cbor& body) {
    GrantEndedBody result;
    LIUHEN_TRY(result.grant, digestAt(body, "grant"));
    LIUHEN_TRY(result.by, digestAt(body, "by"));
    return result;
}

Result<HoldBody> HoldBody::fromCbor(const Cbor& body, bool lifts) {
    HoldBody result;
    LIUHEN_TRY(result.hold, digestAt(body, "hold"));
    LIUHEN_TRY(result.subject, keptSubject(body));
    if (lifts) {
        LIUHEN_TRY(result.grant, grantAt(body));
    }
    return result;
}

Result<RetentionBody> RetentionBody::fromCbor(const Cbor& body) {
    RetentionBody result;
    LIUHEN_TRY(result.subject, keptSubject(body));
    LIUHEN_TRY(result.months, optionalUnsignedAt(body, "months"));
    LIUHEN_TRY(result.grant, grantAt(body));
    return result;
}

bool isShorter(const std::optional<std::uint64_t>& months,
               const std::optional<std::uint64_t>& than) {
    return months && (!than || *months < *than);
}

Cbor RefusedBody::toCbor() const {
    return Cbor::map({{"what", what}, {"by", orNull(by)}, {"reason", reason}});
}

Result<RefusedBody> RefusedBody::fromCbor(const Cbor& body) {
    RefusedBody result;
    LIUHEN_TRY(result.what, textAt(body, "what"));
    LIUHEN_TRY(result.by, optionalDigestAt(body, "by"));
    LIUHEN_TRY(result.reason, textAt(body, "reason"));
    const bool known = isPurpose(result.what) || result.what == "approval" ||
                       result.what == "appointment" || result.what == "dismissal";
    if (!known || !isAccessReason(result.reason)) {
        return malformed("what was refused, or why");
    }
    return result;
}

}  // namespace liuhen::evidence
