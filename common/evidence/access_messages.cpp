// SPDX-License-Identifier: Apache-2.0
// Signing and reading of appointments and dismissals.
#include "common/evidence/access_messages.hpp"

#include "common/crypto/cose.hpp"
#include "common/crypto/webauthn.hpp"
#include "common/evidence/access_fields.hpp"
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::string_view kAppointment = "liuhen/appointment";
constexpr std::string_view kDismissal = "liuhen/dismissal";
constexpr std::size_t kAppointmentFields = 10;
constexpr std::size_t kDismissalFields = 5;
constexpr std::size_t kMostPowers = 8;

tl::unexpected<core::Error> malformed(std::string_view what, std::string_view why) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read {}: {}", what, why));
}

Result<Cbor> payloadOf(ByteView message, std::string_view contentType, std::size_t fields) {
    LIUHEN_TRY(const crypto::Sign1 sign1, crypto::parseSign1(message));
    if (sign1.contentType != contentType) {
        return malformed(contentType, "it is none");
    }
    LIUHEN_TRY(Cbor value, decodePlain(sign1.payload));
    LIUHEN_TRY(const std::uint64_t version, unsignedAt(value, "version"));
    if (version != 1 || value.pairs()->size() != fields) {
        return malformed(contentType, "version, or a field more or less");
    }
    return value;
}

/// Rising, each once.
Result<std::set<std::string>> powersAt(const Cbor& map) {
    LIUHEN_TRY(const Cbor::Array items, itemsAt(map, "powers"));
    std::set<std::string> powers;
    for (const Cbor& item : items) {
        const std::string* text = item.text();
        if (text == nullptr || !isPower(*text) || (!powers.empty() && *text <= *powers.rbegin())) {
            return malformed(kAppointment, "powers");
        }
        powers.insert(*text);
    }
    if (powers.empty() || powers.size() > kMostPowers) {
        return malformed(kAppointment, "powers");
    }
    return powers;
}

Result<std::string> hostAt(const Cbor& map, std::string_view key) {
    LIUHEN_TRY(std::string text, textAt(map, key));
    if (text.empty() || text.size() > kMaxHostBytes) {
        return malformed(kAppointment, key);
    }
    return text;
}

Result<Buffer> credentialAt(const Cbor& map) {
    LIUHEN_TRY(Buffer credential, bytesAt(map, "credential"));
    if (credential.empty() || credential.size() > kMaxCredentialBytes) {
        return malformed("credential", "its length");
    }
    return credential;
}

}  // namespace

bool isPower(std::string_view text) {
    constexpr std::string_view kPowers[] = {
        "copy", "emergency", "hold", "inspect", "paper", "retention", "view"};
    return std::find(std::begin(kPowers), std::end(kPowers), text) != std::end(kPowers);
}

Buffer Appointment::sign(const crypto::PrivateKey& rootKey) const {
    Cbor::Array list;
    for (const std::string& power : powers) {
        list.emplace_back(power);
    }
    const Cbor payload = Cbor::map({{"version", 1},
                                    {"vault", vault},
                                    {"person", person},
                                    {"powers", std::move(list)},
                                    {"from", time.fromUs},
                                    {"until", time.untilUs},
                                    {"credential", credential},
                                    {"key", key},
                                    {"rp", rp},
                                    {"origin", origin}});
    return crypto::sign1(rootKey, kAppointment, payload.encode());
}

Result<Appointment> Appointment::parse(ByteView message) {
    LIUHEN_TRY(const Cbor map, payloadOf(message, kAppointment, kAppointmentFields));
    Appointment result;
    LIUHEN_TRY(result.vault, textAt(map, "vault"));
    LIUHEN_TRY(result.person, digestAt(map, "person"));
    LIUHEN_TRY(result.powers, powersAt(map));
    LIUHEN_TRY(result.time, timeSpanAt(map));
    LIUHEN_TRY(result.credential, credentialAt(map));
    LIUHEN_TRY(result.key, bytesAt(map, "key"));
    LIUHEN_CHECK(crypto::keyFromPoint(result.key));
    LIUHEN_TRY(result.rp, hostAt(map, "rp"));
    LIUHEN_TRY(result.origin, hostAt(map, "origin"));
    return result;
}

Buffer Dismissal::sign(const crypto::PrivateKey& rootKey) const {
    const Cbor payload = Cbor::map({{"version", 1},
                                    {"vault", vault},
                                    {"person", person},
                                    {"credential", credential ? Cbor(*credential) : Cbor()},
                                    {"at", atUs}});
    return crypto::sign1(rootKey, kDismissal, payload.encode());
}

Result<Dismissal> Dismissal::parse(ByteView message) {
    LIUHEN_TRY(const Cbor map, payloadOf(message, kDismissal, kDismissalFields));
    Dismissal result;
    LIUHEN_TRY(result.vault, textAt(map, "vault"));
    LIUHEN_TRY(result.person, digestAt(map, "person"));
    const Cbor* credential = map.find("credential");
    if (credential == nullptr || !credential->isNull()) {
        LIUHEN_TRY(result.credential, credentialAt(map));
    }
    LIUHEN_TRY(result.atUs, instantAt(map, "at"));
    return result;
}

bool isByRoot(ByteView message, const crypto::PublicKey& rootKey) {
    const auto sign1 = crypto::parseSign1(message);
    return sign1 && (sign1->contentType == kAppointment || sign1->contentType == kDismissal) &&
           crypto::verifySign1(*sign1, rootKey);
}

}  // namespace liuhen::evidence
