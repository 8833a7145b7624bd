// SPDX-License-Identifier: Apache-2.0
// Strict reading and writing of those requests.
#include "dock/vault/access_requests.hpp"

#include "common/evidence/fields.hpp"
#include "dock/vault/request_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr std::size_t kMessageLimit = 8192;

Result<void> checkSubject(const evidence::AccessSubject& subject) {
    const bool fits = evidence::isDeviceName(subject.device) &&
                      subject.generation.value_or(0) <= kLargest &&
                      subject.recording.value_or(0) <= kLargest;
    return fits ? Result<void>() : fail(ErrorKind::InvalidArgument, "a subject out of bounds");
}

/// The map with another field: the vault draws the name that a leaf's body has.
Result<Cbor> named(const Cbor& map, std::string_view key) {
    if (map.find(key) != nullptr) {
        return fail(ErrorKind::InvalidArgument, fmt::format("field {}: the vault draws it", key));
    }
    Cbor body = map;
    body.set(std::string(key), Digest{});
    return body;
}

Result<AccessRequest> readPresent(const Cbor& map, bool dismissal) {
    LIUHEN_CHECK(expectFields(map, 2));
    PresentRequest request{dismissal, {}};
    LIUHEN_TRY(request.message, evidence::bytesAt(map, "message"));
    if (request.message.size() > kMessageLimit) {
        return fail(ErrorKind::InvalidArgument, "field message: too long");
    }
    return AccessRequest(std::move(request));
}

Result<AccessRequest> readAsk(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 7));
    LIUHEN_TRY(const Cbor whole, named(map, "request"));
    LIUHEN_TRY(evidence::RequestBody body, evidence::RequestBody::fromCbor(whole));
    for (const evidence::AccessSubject& subject : body.subjects) {
        LIUHEN_CHECK(checkSubject(subject));
    }
    return AccessRequest(AskRequest{std::move(body)});
}

Result<AccessRequest> readUse(const Cbor& map, std::string_view verb) {
    LIUHEN_CHECK(expectFields(map, 4));
    LIUHEN_TRY(const Cbor whole, named(map, verb));
    LIUHEN_TRY(evidence::UseBody body, evidence::UseBody::fromCbor(verb, whole));
    LIUHEN_CHECK(checkSubject(body.subject));
    return AccessRequest(UseRequest{std::move(body)});
}

Result<AccessRequest> readParts(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 4));
    PartsRequest request;
    LIUHEN_TRY(request.use, evidence::digestAt(map, "use"));
    LIUHEN_TRY(request.segment, numberAt(map, "segment"));
    LIUHEN_TRY(request.first, numberAt(map, "first"));
    return AccessRequest(request);
}

Result<AccessRequest> readRead(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 5));
    ReadRequest request;
    LIUHEN_TRY(request.use, evidence::digestAt(map, "use"));
    LIUHEN_TRY(request.segment, numberAt(map, "segment"));
    LIUHEN_TRY(request.offset, numberAt(map, "offset"));
    LIUHEN_TRY(request.length, numberAt(map, "length"));
    return AccessRequest(request);
}

Result<AccessRequest> readApprove(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 3));
    LIUHEN_TRY(evidence::SignedApproval approval, evidence::SignedApproval::fromCbor(map));
    return AccessRequest(ApproveRequest{std::move(approval)});
}

Result<AccessRequest> readEnd(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 3));
    LIUHEN_TRY(const evidence::GrantEndedBody body, evidence::GrantEndedBody::fromCbor(map));
    return AccessRequest(EndRequest{body});
}

Result<AccessRequest> readVerb(std::string_view verb, const Cbor& map) {
    if (verb == "appoint" || verb == "dismiss") {
        return readPresent(map, verb == "dismiss");
    }
    if (verb == "request") {
        return readAsk(map);
    }
    if (verb == "approve") {
        return readApprove(map);
    }
    if (verb == "parts") {
        return readParts(map);
    }
    if (verb == "read") {
        return readRead(map);
    }
    return verb == "end" ? readEnd(map) : readUse(map, verb);
}

/// A leaf's body as a request: the verb in the place of the name.
Cbor withVerb(const Cbor& body, std::string_view verb, std::string_view name) {
    Cbor map = Cbor::map({{"verb", verb}});
    for (const auto& [key, value] : *body.pairs()) {
        if (name.empty() || *key.text() != name) {
            map.set(key, value);
        }
    }
    return map;
}

struct Encoder {
    Cbor operator()(const PresentRequest& request) const {
        return Cbor::map(
            {{"verb", request.dismissal ? "dismiss" : "appoint"}, {"message", request.message}});
    }
    Cbor operator()(const AskRequest& request) const {
        return withVerb(request.body.toCbor(), "request", "request");
    }
    Cbor operator()(const ApproveRequest& request) const {
        return withVerb(request.approval.toCbor(), "approve", "");
    }
    Cbor operator()(const UseRequest& request) const {
        return withVerb(request.body.toCbor(), request.body.kind(), request.body.kind());
    }
    Cbor operator()(const PartsRequest& request) const {
        return Cbor::map({{"verb", "parts"},
                          {"use", request.use},
                          {"segment", request.segment},
                          {"first", request.first}});
    }
    Cbor operator()(const ReadRequest& request) const {
        return Cbor::map({{"verb", "read"},
                          {"use", request.use},
                          {"segment", request.segment},
                          {"offset", request.offset},
                          {"length", request.length}});
    }
    Cbor operator()(const EndRequest& request) const {
        return withVerb(request.body.toCbor(), "end", "");
    }
};

}  // namespace

Result<std::optional<AccessRequest>> readAccessRequest(std::string_view verb, const Cbor& map) {
    constexpr std::string_view kVerbs[] = {
        "appoint", "approve", "copy", "dismiss", "end", "parts", "read", "request", "view"};
    if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) {
        return std::optional<AccessRequest>();
    }
    LIUHEN_TRY(AccessRequest request, readVerb(verb, map));
    if (!(toCbor(request) == map)) {  // deeper in it too
        return fail(ErrorKind::InvalidArgument, "a field more, or one written otherwise");
    }
    return std::optional(std::move(request));
}

Cbor toCbor(const AccessRequest& request) {
    return std::visit(Encoder{}, request);
}

}  // namespace liuhen::vault
