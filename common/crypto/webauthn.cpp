// SPDX-License-Identifier: Apache-2.0
// Authenticator data, client data and signature of an assertion.
#include "common/crypto/webauthn.hpp"

#include "common/crypto/client_data.hpp"
#include "common/crypto/openssl.hpp"

#include <algorithm>

#include <openssl/core_names.h>

namespace liuhen::crypto {

namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kFlagsAt = 32;
constexpr std::size_t kCounterAt = 33;
constexpr std::size_t kLeastAuthenticatorBytes = 37;
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;
constexpr std::uint8_t kUncompressed = 4;

bool isText(const JsonObject& object, const std::string& name, std::string_view wanted) {
    const auto found = object.find(name);
    return found != object.end() && found->second.type == JsonMember::Type::Text &&
           found->second.text == wanted;
}

std::optional<std::string> wrongClient(ByteView client, const AssertionDemand& demand) {
    const auto object =
        client.size() <= kMaxClientDataBytes ? readJsonObject(client) : std::nullopt;
    if (!object) {
        return "the client data is no JSON object, or has a name twice";
    }
    if (!isText(*object, "type", "webauthn.get")) {
        return "the client data is not of an assertion";
    }
    if (!isText(*object, "challenge", toBase64Url(demand.challenge))) {
        return "another challenge was signed";
    }
    if (!isText(*object, "origin", demand.origin)) {
        return "it was signed on another page";
    }
    const auto cross = object->find("crossOrigin");
    if (cross != object->end() && cross->second.type != JsonMember::Type::False) {
        return "it was signed in a page within another";
    }
    return std::nullopt;
}

std::optional<std::string> wrongAuthenticator(ByteView data, const AssertionDemand& demand) {
    if (data.size() < kLeastAuthenticatorBytes || data.size() > kMaxAuthenticatorBytes) {
        return "the authenticator data has another length";
    }
    if (!core::equal(data.first(kHashBytes), sha256(core::viewOf(demand.rp)))) {
        return "it was signed for another relying party";
    }
    if ((data[kFlagsAt] & kUserPresent) == 0 || (data[kFlagsAt] & kUserVerified) == 0) {
        return "the authenticator did not verify the person";
    }
    return std::nullopt;
}

}  // namespace

Result<PublicKey> keyFromPoint(ByteView point) {
    const auto refuse = []() -> Result<PublicKey> {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "read public key: it is no uncompressed point of P-256");
    };
    if (point.size() != kPointBytes || point[0] != kUncompressed) {
        return refuse();
    }
    PublicKeyBytes compressed{};
    compressed[0] = static_cast<std::uint8_t>(2U + (point.back() & 1U));
    std::copy_n(point.begin() + 1, kHashBytes, compressed.begin() + 1);
    auto key = PublicKey::fromBytes(compressed);
    if (!key) {
        return refuse();
    }
    // There are two points for an x; the other one's y is told apart by the whole.
    return core::equal(pointOfKey(*key), point) ? std::move(key) : refuse();
}

Buffer pointOfKey(const PublicKey& key) {
    Buffer point(kPointBytes);
    std::size_t size = 0;
    LIUHEN_ASSERT(
        EVP_PKEY_get_octet_string_param(
            key.handle().key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) ==
            1 &&
        size == point.size());
    return point;
}

std::string toBase64Url(ByteView bytes) {
    std::string text = core::toBase64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.resize(std::min(text.find('='), text.size()));
    return text;
}

Result<Buffer> fromBase64Url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) {
        return core::fail(core::ErrorKind::InvalidArgument, "read base64url: it is base64");
    }
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '-', '+');
    std::replace(plain.begin(), plain.end(), '_', '/');
    plain.append((4 - plain.size() % 4) % 4, '=');
    return core::fromBase64(plain);
}

bool verifyDer(const PublicKey& key, ByteView message, ByteView signature) {
    if (signature.empty() || signature.size() > kMaxAssertionSignatureBytes) {
        return false;
    }
    const Digest digest = sha256(message);
    const EvpKeyContext context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, key.handle().key.get(), nullptr));
    LIUHEN_ASSERT(context != nullptr && EVP_PKEY_verify_init(context.get()) == 1);
    const bool good =
        EVP_PKEY_verify(
            context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
    if (!good) {
        (void)takeOpensslError();
    }
    return good;
}

std::optional<std::uint32_t> assertionCounter(ByteView authenticator) {
    if (authenticator.size() < kLeastAuthenticatorBytes) {
        return std::nullopt;
    }
    core::ByteReader reader(authenticator.subspan(kCounterAt));
    return *reader.u32();
}

std::optional<std::string> wrongWith(const Assertion& assertion,
                                     const AssertionDemand& demand,
                                     const PublicKey& key) {
    if (auto wrong = wrongClient(assertion.client, demand)) {
        return wrong;
    }
    if (auto wrong = wrongAuthenticator(assertion.authenticator, demand)) {
        return wrong;
    }
    Buffer signedBytes = assertion.authenticator;
    core::append(signedBytes, sha256(assertion.client));
    return verifyDer(key, signedBytes, assertion.signature)
               ? std::nullopt
               : std::optional<std::string>("its signature is not of the appointed key");
}

}  // namespace liuhen::crypto
