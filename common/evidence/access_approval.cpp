// SPDX-License-Identifier: Apache-2.0
// Approvals and their signatures as bytes.
#include "common/evidence/access_approval.hpp"

#include "common/evidence/access_fields.hpp"
#include "common/evidence/fields.hpp"

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kApprovalFields = 10;
constexpr std::size_t kMostSignatures = 4;
constexpr std::uint64_t kMostUses = 1000;
constexpr std::int64_t kHourUs = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t kLongestUs = 92 * 24 * kHourUs;
constexpr std::int64_t kLongestEmergencyUs = 24 * kHourUs;

tl::unexpected<core::Error> malformed(std::string_view why) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read approval: {}", why));
}

Result<Manner> mannerAt(const Cbor& map) {
    LIUHEN_TRY(const std::string text, textAt(map, "manner"));
    for (const Manner manner : {Manner::Key, Manner::Paper, Manner::Emergency}) {
        if (text == name(manner)) {
            return manner;
        }
    }
    return malformed("manner");
}

Result<GrantTerms> termsOf(const Cbor& map, Manner manner) {
    GrantTerms terms;
    LIUHEN_TRY(terms.grant, digestAt(map, "grant"));
    LIUHEN_TRY(terms.time, timeSpanAt(map));
    LIUHEN_TRY(terms.uses, unsignedAt(map, "uses"));
    const std::int64_t longest = manner == Manner::Emergency ? kLongestEmergencyUs : kLongestUs;
    if (terms.time.untilUs - terms.time.fromUs > longest) {
        return malformed("it lasts longer than may be granted");
    }
    if (terms.uses == 0 || terms.uses > kMostUses) {
        return malformed("uses");
    }
    return terms;
}

}  // namespace

std::string_view name(Manner manner) {
    switch (manner) {
        case Manner::Key:
            return "key";
        case Manner::Paper:
            return "paper";
        case Manner::Emergency:
            return "emergency";
    }
    return "";
}

Buffer Approval::encode() const {
    return Cbor::map({{"version", 1},
                      {"vault", vault},
                      {"request", request},
                      {"leaf", leaf},
                      {"decision", granted ? "granted" : "refused"},
                      {"grant", granted ? Cbor(granted->grant) : Cbor()},
                      {"from", granted ? Cbor(granted->time.fromUs) : Cbor()},
                      {"until", granted ? Cbor(granted->time.untilUs) : Cbor()},
                      {"uses", granted ? Cbor(granted->uses) : Cbor()},
                      {"manner", name(manner)}})
        .encode();
}

Result<Approval> Approval::decode(ByteView bytes) {
    LIUHEN_TRY(const Cbor map, decodePlain(bytes));
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(map, "version"));
    if (version != 1 || map.pairs()->size() != kApprovalFields) {
        return malformed("version, or a field more or less");
    }
    Approval result;
    LIUHEN_TRY(result.vault, textAt(map, "vault"));
    LIUHEN_TRY(result.request, digestAt(map, "request"));
    LIUHEN_TRY(result.leaf, digestAt(map, "leaf"));
    LIUHEN_TRY(result.manner, mannerAt(map));
    LIUHEN_TRY(const std::string decision, textAt(map, "decision"));
    if (decision == "granted") {
        LIUHEN_TRY(result.granted, termsOf(map, result.manner));
        return result;
    }
    if (decision != "refused") {
        return malformed("decision");
    }
    for (const char* key : {"grant", "from", "until", "uses"}) {
        const Cbor* value = map.find(key);
        if (value == nullptr || !value->isNull()) {
            return malformed("a refusal that grants");
        }
    }
    return result;
}

Digest approvalChallenge(ByteView approval) {
    return crypto::sha256({core::viewOf("liuhen/approval"), approval});
}

Cbor SignedApproval::toCbor() const {
    Cbor::Array list;
    for (const ApprovalSignature& each : signatures) {
        list.push_back(Cbor::map({{"person", each.person},
                                  {"credential", each.credential},
                                  {"authenticator", each.assertion.authenticator},
                                  {"client", each.assertion.client},
                                  {"signature", each.assertion.signature}}));
    }
    return Cbor::map({{"approval", approval}, {"signatures", std::move(list)}});
}

Result<SignedApproval> SignedApproval::fromCbor(const Cbor& body) {
    SignedApproval result;
    LIUHEN_TRY(result.approval, bytesAt(body, "approval"));
    LIUHEN_TRY(const Cbor::Array items, itemsAt(body, "signatures"));
    if (items.empty() || items.size() > kMostSignatures) {
        return malformed("how many signatures");
    }
    for (const Cbor& item : items) {
        ApprovalSignature each;
        LIUHEN_TRY(each.person, digestAt(item, "person"));
        LIUHEN_TRY(each.credential, shortBytesAt(item, "credential", kMaxCredentialBytes));
        crypto::Assertion& made = each.assertion;
        LIUHEN_TRY(made.authenticator,
                   shortBytesAt(item, "authenticator", crypto::kMaxAuthenticatorBytes));
        LIUHEN_TRY(made.client, shortBytesAt(item, "client", crypto::kMaxClientDataBytes));
        LIUHEN_TRY(made.signature,
                   shortBytesAt(item, "signature", crypto::kMaxAssertionSignatureBytes));
        result.signatures.push_back(std::move(each));
    }
    return result;
}

}  // namespace liuhen::evidence
