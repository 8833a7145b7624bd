// SPDX-License-Identifier: Apache-2.0
// Registration, clock message and leaves.
#include "common/evidence/messages.hpp"

#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::string_view kRegistration = "liuhen/registration";
constexpr std::string_view kClock = "liuhen/clock";

Cbor orNull(const std::optional<std::uint64_t>& number) {
    return number ? Cbor(*number) : Cbor();
}

/// Decodes a map of version 1.
Result<Cbor> decodeVersion1(ByteView bytes) {
    LIUHEN_TRY(Cbor value, decodePlain(bytes));
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(value, "version"));
    if (version != 1) {
        return core::fail(core::ErrorKind::DataLoss, "read message: version is not known");
    }
    return value;
}

/// A payload of exactly so many fields; which, the reader's own look-ups tell.
Result<Cbor> decodeFields(ByteView payload, std::size_t count) {
    LIUHEN_TRY(Cbor value, decodeVersion1(payload));
    if (value.pairs()->size() != count) {
        return core::fail(core::ErrorKind::DataLoss, "read message: a field more or less");
    }
    return value;
}

/// Takes a Sign1 of one content type apart.
Result<crypto::Sign1> parseTyped(ByteView message, std::string_view contentType) {
    LIUHEN_TRY(crypto::Sign1 sign1, crypto::parseSign1(message));
    if (sign1.contentType != contentType) {
        return core::fail(core::ErrorKind::DataLoss,
                          fmt::format("read message: it is no {}", contentType));
    }
    return sign1;
}

bool isVerdict(std::string_view text) {
    return text == "intact" || text == "altered" || text == "incomplete" || text == "unproven";
}

enum class Field { Text, Verdict, Findings, Bytes, Hash, HashOrNull, Number, NumberOrNull, Truth };

bool isField(const Cbor* value, Field field) {
    if (value == nullptr) {
        return false;
    }
    switch (field) {
        case Field::Text:
            return value->text() != nullptr;
        case Field::Verdict:
            return value->text() != nullptr && isVerdict(*value->text());
        case Field::Findings:
            return value->items() != nullptr && value->items()->size() <= kMaxLeafFindings &&
                   std::all_of(
                       value->items()->begin(), value->items()->end(), [](const Cbor& item) {
                           return item.text() != nullptr &&
                                  item.text()->size() <= kMaxLeafFindingBytes;
                       });
        case Field::Bytes:
            return value->bytes() != nullptr;
        case Field::Hash:
            return value->digest().has_value();
        case Field::HashOrNull:
            return value->digest().has_value() || value->isNull();
        case Field::Truth:
            return value->boolean().has_value();
        case Field::Number:
            return value->unsignedInteger().has_value();
        case Field::NumberOrNull:
            return value->unsignedInteger().has_value() || value->isNull();
    }
    return false;
}

using Fields = std::vector<std::pair<std::string_view, Field>>;

bool namesSubject(std::string_view kind) {
    return kind == "hold.placed" || kind == "hold.lifted" || kind == "retention";
}

/// What an `imported` leaf with fields of the right types must say besides.
bool isImport(const Cbor& body) {
    const auto isName = [&body](const char* field) {
        const std::size_t bytes = body.find(field)->text()->size();
        return bytes >= 1 && bytes <= kMaxImportNameBytes;
    };
    const std::string& media = *body.find("media")->text();
    return *body.find("origin")->text() == "import" &&
           *body.find("verdict")->text() == "unproven" &&
           (media == "video" || media == "photo" || media == "sound") && isName("maker") &&
           isName("device") &&
           *body.find("from")->unsignedInteger() <= *body.find("until")->unsignedInteger();
}

/// Of imports, and of the kinds that say how long, and in how many copies, things are kept.
Fields policyFieldsOf(std::string_view kind) {
    using enum Field;
    if (kind == "policy") {
        return {{"single_copy", Truth}, {"minimum_age_hours", NumberOrNull}};
    }
    if (kind == "imported") {
        return {{"object", Hash},
                {"size", Number},
                {"origin", Text},
                {"verdict", Text},
                {"media", Text},
                {"maker", Text},
                {"device", Text},
                {"from", Number},
                {"until", Number},
                {"file", Hash},
                {"wearer", Hash},
                {"reason", Hash},
                {"by", Hash}};
    }
    if (!namesSubject(kind)) {
        return {};
    }
    Fields fields = {{"device", Text},
                     {"generation", Number},
                     {"recording", NumberOrNull},
                     {"object", HashOrNull},
                     {"by", Hash}};
    if (kind == "retention") {
        fields.push_back({"class", Text});
    } else {
        fields.push_back({"hold", Hash});
        fields.push_back({"reason", Hash});
    }
    return fields;
}

/// What custody.md section 2 demands of a kind; nothing for an unknown one.
Fields fieldsOf(std::string_view kind, std::string_view type) {
    using enum Field;
    if (kind == "log.opened") {
        return {
            {"origin", Text}, {"checkpoint_certificate", Bytes}, {"receipt_certificate", Bytes}};
    }
    if (kind == "object") {
        Fields fields = {{"object", Hash},
                         {"size", Number},
                         {"type", Text},
                         {"device", Text},
                         {"generation", Number},
                         {"seq", Number},
                         {"entry", Hash},
                         {"verdict", Verdict},
                         {"findings", Findings}};
        if (type == "chapter") {
            fields.push_back({"first", Number});
        } else if (type == "segment") {
            fields.push_back({"recording", Number});
            fields.push_back({"segment", Number});
        } else {
            fields.push_back({"file", Text});
        }
        return fields;
    }
    if (kind == "quarantine") {
        return {{"object", Hash},
                {"size", Number},
                {"type", Text},
                {"device", Text},
                {"generation", NumberOrNull},
                {"recording", NumberOrNull},
                {"segment", NumberOrNull},
                {"first", NumberOrNull},
                {"reason", Text}};
    }
    if (kind == "fork") {
        return {{"device", Text},
                {"generation", Number},
                {"seq", Number},
                {"held", Hash},
                {"other", Hash},
                {"object", Hash}};
    }
    if (kind == "incident") {
        return {{"what", Text}, {"subject", Text}, {"detail", Text}};
    }
    if (kind == "receipt") {
        return {{"object", Hash}, {"message", Hash}};
    }
    return policyFieldsOf(kind);
}

bool hasFields(const Leaf& leaf) {
    const auto type = textAt(leaf.body, "type");
    const bool known = type && (*type == "chapter" || *type == "segment" || *type == "torn");
    if (leaf.kind == "object" && !known) {
        return false;
    }
    const Fields fields = fieldsOf(leaf.kind, type ? *type : std::string());
    const auto& pairs = *leaf.body.pairs();
    const bool there = (pairs.empty() || pairs.front().first.text() != nullptr) &&
                       std::all_of(fields.begin(), fields.end(), [&leaf](const auto& field) {
                           return isField(leaf.body.find(field.first), field.second);
                       });
    if (there && leaf.kind == "imported") {
        return isImport(leaf.body);
    }
    // A recording or an object, never both or neither.
    return there && (!namesSubject(leaf.kind) ||
                     leaf.body.find("recording")->isNull() != leaf.body.find("object")->isNull());
}

}  // namespace

Buffer Registration::sign(const crypto::PrivateKey& rootKey) const {
    const Cbor payload = Cbor::map(
        {{"version", 1}, {"device", device}, {"generation", generation}, {"genesis", genesis}});
    return crypto::sign1(rootKey, kRegistration, payload.encode());
}

Result<Registration> Registration::verify(ByteView message, const crypto::PublicKey& rootKey) {
    LIUHEN_TRY(const crypto::Sign1 sign1, parseTyped(message, kRegistration));
    if (!crypto::verifySign1(sign1, rootKey)) {
        return core::fail(core::ErrorKind::Unauthenticated,
                          "read registration: the agency's root did not sign it");
    }
    LIUHEN_TRY(const Cbor payload, decodeFields(sign1.payload, 4));
    Registration result;
    LIUHEN_TRY(result.device, textAt(payload, "device"));
    LIUHEN_TRY(result.generation, unsignedAt(payload, "generation"));
    LIUHEN_TRY(result.genesis, digestAt(payload, "genesis"));
    return result;
}

std::string registrationName(std::string_view device, std::uint64_t generation) {
    return fmt::format("{}-{}.cose", device, generation);
}

Buffer ClockMessage::sign(const crypto::PrivateKey& dockKey) const {
    const Cbor payload = Cbor::map({{"version", 1},
                                    {"certificate", certificate},
                                    {"device", device},
                                    {"docking", docking},
                                    {"utc", utcUs}});
    return crypto::sign1(dockKey, kClock, payload.encode());
}

Result<ClockMessage> ClockMessage::verify(ByteView message, const crypto::Certificate& root) {
    LIUHEN_TRY(const crypto::Sign1 sign1, parseTyped(message, kClock));
    LIUHEN_TRY(const Cbor payload, decodeFields(sign1.payload, 5));
    ClockMessage result;
    LIUHEN_TRY(result.certificate, bytesAt(payload, "certificate"));
    LIUHEN_TRY(result.device, textAt(payload, "device"));
    LIUHEN_TRY(result.docking, digestAt(payload, "docking"));
    LIUHEN_TRY(result.utcUs, integerAt(payload, "utc"));
    LIUHEN_TRY(const crypto::Certificate dock, crypto::Certificate::fromDer(result.certificate));
    if (const auto wrong = crypto::judge(dock, root, crypto::Role::Dock, std::nullopt)) {
        return core::fail(core::ErrorKind::Unauthenticated, "read clock message: " + *wrong);
    }
    LIUHEN_TRY(const crypto::PublicKey key, dock.key());
    if (!crypto::verifySign1(sign1, key)) {
        return core::fail(core::ErrorKind::Unauthenticated,
                          "read clock message: the dock's certificate did not sign it");
    }
    return result;
}

Buffer encodeLeaf(std::int64_t timeUs, std::string_view kind, Cbor body) {
    return Cbor::map({{"version", 1}, {"time", timeUs}, {"kind", kind}, {"body", std::move(body)}})
        .encode();
}

Result<Leaf> Leaf::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor value, decodeFields(bytes, 4));
    Leaf leaf;
    LIUHEN_TRY(leaf.timeUs, integerAt(value, "time"));
    LIUHEN_TRY(leaf.kind, textAt(value, "kind"));
    const Cbor* body = value.find("body");
    if (body == nullptr || body->pairs() == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, "read leaf: body is no map");
    }
    leaf.body = *body;
    const bool fits = bytes.size() <= kMaxLeafBytes &&
                      (leaf.kind != "object" || bytes.size() <= kMaxObjectLeafBytes);
    if (!fits || !hasFields(leaf)) {
        return core::fail(core::ErrorKind::DataLoss, "read leaf: body of a " + leaf.kind);
    }
    return leaf;
}

Buffer ObjectLeaf::encode() const {
    Cbor::Array list;
    for (const std::string& finding : findings) {
        list.emplace_back(finding);
    }
    Cbor body = Cbor::map({{"object", object},
                           {"size", size},
                           {"type", type},
                           {"device", device},
                           {"generation", generation},
                           {"seq", seq},
                           {"entry", entry},
                           {"verdict", verdict},
                           {"findings", std::move(list)}});
    if (type == "chapter") {
        body.set("first", orNull(first));
    } else if (type == "torn") {
        body.set("file", file ? Cbor(*file) : Cbor());
    } else {
        body.set("recording", orNull(recording));
        body.set("segment", orNull(segment));
    }
    return encodeLeaf(timeUs, "object", std::move(body));
}

Result<ObjectLeaf> ObjectLeaf::decode(ByteView bytes) {
    LIUHEN_TRY(const Leaf leaf, Leaf::decode(bytes));
    if (leaf.kind != "object") {
        return core::fail(core::ErrorKind::DataLoss, "read leaf: it is of kind " + leaf.kind);
    }
    // Leaf::decode has seen to it that the fields are there, of their types.
    const Cbor& body = leaf.body;
    ObjectLeaf result;
    result.timeUs = leaf.timeUs;
    result.object = *digestAt(body, "object");
    result.size = *unsignedAt(body, "size");
    result.type = *textAt(body, "type");
    result.device = *textAt(body, "device");
    result.generation = *unsignedAt(body, "generation");
    result.seq = *unsignedAt(body, "seq");
    result.entry = *digestAt(body, "entry");
    result.verdict = *textAt(body, "verdict");
    if (result.type == "chapter") {
        result.first = *unsignedAt(body, "first");
    } else if (result.type == "segment") {
        result.recording = *unsignedAt(body, "recording");
        result.segment = *unsignedAt(body, "segment");
    } else {
        result.file = *textAt(body, "file");
    }
    for (const Cbor& item : *body.find("findings")->items()) {
        result.findings.push_back(*item.text());
    }
    return result;
}

}  // namespace liuhen::evidence
