// SPDX-License-Identifier: Apache-2.0
// Requests: strict reading of every field that comes over the socket, and writing.
#include "common/evidence/entry.hpp"
#include "common/evidence/fields.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/request_fields.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr std::size_t kLineBytes = 4096;
constexpr std::size_t kWhatBytes = 64;
constexpr std::size_t kSubjectBytes = 256;
constexpr std::size_t kDetailBytes = 4096;
constexpr std::size_t kUploadDigits = 32;

Result<std::string> textAt(const Cbor& map, std::string_view key, std::size_t limit) {
    LIUHEN_TRY(std::string value, evidence::textAt(map, key));
    if (value.size() > limit) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("field {}: longer than {} bytes", key, limit));
    }
    return value;
}

Result<std::string> deviceAt(const Cbor& map) {
    LIUHEN_TRY(std::string device, evidence::textAt(map, "device"));
    if (!evidence::isDeviceName(device)) {
        return fail(ErrorKind::InvalidArgument, "field device: no name of a recorder");
    }
    return device;
}

Result<std::string> uploadAt(const Cbor& map) {
    LIUHEN_TRY(std::string upload, evidence::textAt(map, "upload"));
    if (!isUploadName(upload)) {
        return fail(ErrorKind::InvalidArgument, "field upload: no name of an upload");
    }
    return upload;
}

Result<Request> readHeld(const Cbor& map) {
    const bool goesOn = map.find("after") != nullptr;
    LIUHEN_CHECK(expectFields(map, goesOn ? 4 : 3));
    HeldRequest request;
    LIUHEN_TRY(request.device, deviceAt(map));
    LIUHEN_TRY(request.generation, numberAt(map, "generation"));
    if (goesOn) {
        LIUHEN_TRY(request.after, numberAt(map, "after"));
    }
    return Request(std::move(request));
}

Result<Request> readOffer(const Cbor& map) {
    OfferRequest request;
    Place& place = request.offer.place;
    LIUHEN_TRY(const std::string type, evidence::textAt(map, "type"));
    const bool chapter = type == "chapter";
    if (!chapter && type != "segment") {
        return fail(ErrorKind::InvalidArgument, "field type: neither chapter nor segment");
    }
    const Cbor* entry = map.find("entry");
    LIUHEN_CHECK(expectFields(map, (chapter ? 6U : 7U) + (entry != nullptr ? 1U : 0U)));
    LIUHEN_TRY(place.device, deviceAt(map));
    LIUHEN_TRY(place.generation, numberAt(map, "generation"));
    LIUHEN_TRY(request.offer.sizeBytes, numberAt(map, "size"));
    if (entry != nullptr) {
        LIUHEN_TRY(request.offer.entry, evidence::digestAt(map, "entry"));
    }
    if (chapter) {
        place.type = ObjectType::Chapter;
        LIUHEN_TRY(place.first, numberAt(map, "first"));
        if (request.offer.sizeBytes > kChapterBytes) {
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("field size: a chapter has at most {} bytes", kChapterBytes));
        }
    } else {
        place.type = ObjectType::Segment;
        LIUHEN_TRY(place.recording, numberAt(map, "recording"));
        LIUHEN_TRY(place.segment, numberAt(map, "segment"));
    }
    return Request(std::move(request));
}

Result<Request> readBytes(const Cbor& map) {
    LIUHEN_CHECK(expectFields(map, 5));
    BytesRequest request;
    LIUHEN_TRY(request.upload, uploadAt(map));
    LIUHEN_TRY(request.offset, numberAt(map, "offset"));
    LIUHEN_TRY(request.length, numberAt(map, "length"));
    const Cbor* sync = map.find("sync");
    if (sync == nullptr || !sync->boolean()) {
        return fail(ErrorKind::InvalidArgument, "field sync: neither true nor false");
    }
    request.sync = *sync->boolean();
    return Request(std::move(request));
}

Result<Request> readIncident(const Cbor& map) {
    const Cbor* wait = map.find("wait");
    LIUHEN_CHECK(expectFields(map, wait != nullptr ? 5 : 4));
    IncidentRequest request;
    if (wait != nullptr && wait->boolean() != true) {
        return fail(ErrorKind::InvalidArgument, "field wait: true, or absent");
    }
    request.wait = wait != nullptr;
    LIUHEN_TRY(request.incident.what, textAt(map, "what", kWhatBytes));
    LIUHEN_TRY(request.incident.subject, textAt(map, "subject", kSubjectBytes));
    LIUHEN_TRY(request.incident.detail, textAt(map, "detail", kDetailBytes));
    return Request(std::move(request));
}

Result<Request> readCheckpoint(const Cbor& map) {
    const Cbor* witness = map.find("for_witness");
    LIUHEN_CHECK(expectFields(map, witness != nullptr ? 3 : 2));
    if (witness != nullptr && witness->boolean() != true) {
        return fail(ErrorKind::InvalidArgument, "field for_witness: true, or absent");
    }
    LIUHEN_TRY(const std::uint64_t oldSize, numberAt(map, "old_size"));
    return Request(CheckpointRequest{oldSize, witness != nullptr});
}

Result<Request> readCosigned(const Cbor& map) {
    const bool sized = map.find("size") != nullptr;
    LIUHEN_CHECK(expectFields(map, sized ? 3 : 2));
    CosignedRequest request;
    LIUHEN_TRY(request.line, textAt(map, "line", kLineBytes));
    if (sized) {
        LIUHEN_TRY(request.size, numberAt(map, "size"));
    }
    return Request(std::move(request));
}

template <class Read>
Result<std::optional<Request>> known(Result<Read> request) {
    LIUHEN_TRY(Read read, std::move(request));
    return std::optional<Request>(std::move(read));
}

/// Nothing if the verb is none of holds and classes.
Result<std::optional<Request>> readRetentionVerb(const std::string& verb, const Cbor& map) {
    if (verb == "hold.place") {
        return known(readHoldPlace(map));
    }
    if (verb == "hold.lift") {
        return known(readHoldLift(map));
    }
    if (verb == "hold.list") {
        return known(readHoldList(map));
    }
    if (verb == "retention.set") {
        return known(readRetentionSet(map));
    }
    if (verb == "retention.list") {
        return known(readRetentionList(map));
    }
    return std::optional<Request>();
}

Result<Request> readVerb(const std::string& verb, const Cbor& map) {
    if (verb == "held") {
        return readHeld(map);
    }
    if (verb == "offer") {
        return readOffer(map);
    }
    if (verb == "bytes") {
        return readBytes(map);
    }
    if (verb == "incident") {
        return readIncident(map);
    }
    if (verb == "import") {
        LIUHEN_TRY(ImportRequest request, readImport(map));
        return Request(std::move(request));
    }
    if (verb == "import.list") {
        LIUHEN_TRY(const ImportListRequest request, readImportList(map));
        return Request(request);
    }
    if (verb == "commit") {
        LIUHEN_CHECK(expectFields(map, 2));
        LIUHEN_TRY(std::string upload, uploadAt(map));
        return Request(CommitRequest{std::move(upload)});
    }
    if (verb == "checkpoint") {
        return readCheckpoint(map);
    }
    if (verb == "cosigned") {
        return readCosigned(map);
    }
    if (verb == "leaves") {
        LIUHEN_CHECK(expectFields(map, 3));
        LeavesRequest request;
        LIUHEN_TRY(request.from, numberAt(map, "from"));
        LIUHEN_TRY(request.count, numberAt(map, "count"));
        return Request(request);
    }
    if (verb == "hello" || verb == "status") {
        LIUHEN_CHECK(expectFields(map, 1));
        return verb == "hello" ? Request(HelloRequest{}) : Request(StatusRequest{});
    }
    LIUHEN_TRY(auto access, readAccessRequest(verb, map));
    if (access) {
        return Request(*std::move(access));
    }
    LIUHEN_TRY(auto request, readRetentionVerb(verb, map));
    if (request) {
        return *std::move(request);
    }
    return fail(ErrorKind::InvalidArgument, "the verb is not known");
}

/// Writes each kind of request.
struct Encoder {
    /// Of imports, holds and classes.
    template <class Each>
    Cbor operator()(const Each& request) const {
        return toCbor(request);
    }
    Cbor operator()(const HelloRequest& /*request*/) const {
        return Cbor::map({{"verb", "hello"}});
    }
    Cbor operator()(const AccessRequest& request) const { return toCbor(request); }
    Cbor operator()(const StatusRequest& /*request*/) const {
        return Cbor::map({{"verb", "status"}});
    }
    Cbor operator()(const HeldRequest& request) const {
        Cbor map = Cbor::map(
            {{"verb", "held"}, {"device", request.device}, {"generation", request.generation}});
        if (request.after) {
            map.set("after", *request.after);
        }
        return map;
    }
    Cbor operator()(const OfferRequest& request) const {
        const Place& place = request.offer.place;
        Cbor map = Cbor::map({{"verb", "offer"},
                              {"type", name(place.type)},
                              {"device", place.device},
                              {"generation", place.generation},
                              {"size", request.offer.sizeBytes}});
        if (place.type == ObjectType::Chapter) {
            map.set("first", place.first);
        } else {
            map.set("recording", place.recording);
            map.set("segment", place.segment);
        }
        if (request.offer.entry) {
            map.set("entry", *request.offer.entry);
        }
        return map;
    }
    Cbor operator()(const BytesRequest& request) const {
        return Cbor::map({{"verb", "bytes"},
                          {"upload", request.upload},
                          {"offset", request.offset},
                          {"length", request.length},
                          {"sync", request.sync}});
    }
    Cbor operator()(const CommitRequest& request) const {
        return Cbor::map({{"verb", "commit"}, {"upload", request.upload}});
    }
    Cbor operator()(const CheckpointRequest& request) const {
        Cbor map = Cbor::map({{"verb", "checkpoint"}, {"old_size", request.oldSize}});
        if (request.forWitness) {
            map.set("for_witness", true);
        }
        return map;
    }
    Cbor operator()(const CosignedRequest& request) const {
        Cbor map = Cbor::map({{"verb", "cosigned"}, {"line", request.line}});
        if (request.size) {
            map.set("size", *request.size);
        }
        return map;
    }
    Cbor operator()(const LeavesRequest& request) const {
        return Cbor::map({{"verb", "leaves"}, {"from", request.from}, {"count", request.count}});
    }
    Cbor operator()(const IncidentRequest& request) const {
        Cbor map = Cbor::map({{"verb", "incident"},
                              {"what", request.incident.what},
                              {"subject", request.incident.subject},
                              {"detail", request.incident.detail}});
        if (request.wait) {
            map.set("wait", true);
        }
        return map;
    }
};

}  // namespace

bool isUploadName(std::string_view text) {
    return text.size() == kUploadDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<Request> parseRequest(ByteView message) {
    constexpr std::string_view kWhat = "read request";
    const auto map = Cbor::decode(message);
    if (!map) {
        return core::failWith(map.error(), kWhat);
    }
    const auto verb = map->pairs() == nullptr
                          ? Result<std::string>(fail(ErrorKind::InvalidArgument, "it is no map"))
                          : evidence::textAt(*map, "verb");
    if (!verb) {
        return fail(ErrorKind::InvalidArgument, fmt::format("{}: {}", kWhat, verb.error().message));
    }
    auto request = readVerb(*verb, *map);
    if (!request) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{}: {}", kWhat, request.error().message));
    }
    return request;
}

Buffer encode(const Request& request) {
    return std::visit(Encoder{}, request).encode();
}

}  // namespace liuhen::vault
