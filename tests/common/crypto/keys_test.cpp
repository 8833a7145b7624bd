// SPDX-License-Identifier: Apache-2.0
// P-256 and Ed25519 keys against outside vectors and against damage.
#include "common/crypto/keys.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::ErrorKind;
using core::viewOf;

namespace {

core::Buffer hex(std::string_view text) {
    return *core::fromHex(text);
}

crypto::PublicKey vectorKey() {
    return *crypto::PublicKey::fromBytes(hex(crypto::vectors::kPublicKey));
}

constexpr std::string_view kMessage = "the sixth harmony";

}  // namespace

TEST_SUITE("crypto/keys") {
    TEST_CASE("a signature by another tool verifies, its high-s twin does not") {
        const core::Buffer signature = hex(crypto::vectors::kSignature);
        CHECK(vectorKey().verify(viewOf(kMessage), signature));
        CHECK_FALSE(vectorKey().verify(viewOf(kMessage), hex(crypto::vectors::kHighSignature)));
        CHECK_FALSE(vectorKey().verify(viewOf("the sixth harmonY"), signature));
    }

    TEST_CASE("no single flipped bit and no other length of a signature verifies") {
        const core::Buffer good = hex(crypto::vectors::kSignature);
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            CAPTURE(bit);
            core::Buffer bad = good;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
            CHECK_FALSE(vectorKey().verify(viewOf(kMessage), bad));
        }
        for (std::size_t size = 0; size < good.size(); ++size) {
            CHECK_FALSE(vectorKey().verify(viewOf(kMessage), core::ByteView(good).first(size)));
        }
        core::Buffer longer = good;
        longer.push_back(0);
        CHECK_FALSE(vectorKey().verify(viewOf(kMessage), longer));
        CHECK_FALSE(vectorKey().verify(viewOf(kMessage), core::Buffer(64, 0)));
        CHECK_FALSE(vectorKey().verify(viewOf(kMessage), core::Buffer(64, 0xFF)));
    }

    TEST_CASE("every signature made is low-s and verifies with the key's bytes alone") {
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        const auto copy = crypto::PublicKey::fromBytes(key.publicKey().bytes());
        REQUIRE(copy);
        CHECK(*copy == key.publicKey());
        for (int i = 0; i < 64; ++i) {  // half of them come out of OpenSSL with a high s
            const std::string message = "message " + std::to_string(i);
            const crypto::SignatureBytes signature = key.sign(viewOf(message));
            CHECK(signature[32] < 0x80);
            CHECK(copy->verify(viewOf(message), signature));
        }
        CHECK_FALSE(vectorKey().verify(viewOf("x"), key.sign(viewOf("x"))));
    }

    TEST_CASE("bytes that are no compressed point of P-256 are refused") {
        const core::Buffer good = hex(crypto::vectors::kPublicKey);
        core::Buffer bad = good;
        bad[0] = 4;
        CHECK(crypto::PublicKey::fromBytes(bad).error().kind == ErrorKind::InvalidArgument);
        bad[0] = 0;
        CHECK_FALSE(crypto::PublicKey::fromBytes(bad));
        CHECK_FALSE(crypto::PublicKey::fromBytes({}));
        CHECK_FALSE(crypto::PublicKey::fromBytes(core::ByteView(good).first(32)));
        // x at or beyond the field's prime, and an x without a point: about half of all have none.
        core::Buffer beyond(33, 0xFF);
        beyond[0] = 2;
        CHECK_FALSE(crypto::PublicKey::fromBytes(beyond));
        int refused = 0;
        for (std::uint8_t x = 0; x < 32; ++x) {
            core::Buffer small(33, 0);
            small[0] = 2;
            small[32] = x;
            refused += crypto::PublicKey::fromBytes(small) ? 0 : 1;
        }
        CHECK(refused > 4);
        CHECK(refused < 28);
    }

    TEST_CASE("a private key survives PEM, and no other PEM is taken for one") {
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        const std::string pem = key.toPem();
        CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        const auto again = crypto::PrivateKey::fromPem(pem);
        REQUIRE(again);
        CHECK(again->publicKey() == key.publicKey());
        CHECK(key.publicKey().verify(viewOf("m"), again->sign(viewOf("m"))));

        for (const std::string& bad :
             {std::string(),
              std::string("no key"),
              pem.substr(0, pem.size() / 2),
              crypto::NoteKey::generate().toPem(),
              // openssl ecparam -name prime256v1 -genkey -noout: SEC 1, not PKCS#8
              std::string("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n"
                          "-----END EC PRIVATE KEY-----\n")}) {
            CAPTURE(bad);
            const auto result = crypto::PrivateKey::fromPem(bad);
            REQUIRE_FALSE(result);
            CHECK(result.error().kind == ErrorKind::InvalidArgument);
        }
        CHECK_FALSE(crypto::NoteKey::fromPem(pem));
    }

    TEST_CASE("Ed25519 gives RFC 8032's test 2, and refuses anything else") {
        // RFC 8032 section 7.1, TEST 2; the PEM is the same seed in RFC 8410's form.
        const auto key = crypto::NoteKey::fromPem(
            "-----BEGIN PRIVATE KEY-----\n"
            "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
            "-----END PRIVATE KEY-----\n");
        REQUIRE_MESSAGE(key, (key ? "" : key.error().message));
        const auto publicBytes = key->publicBytes();
        CHECK(core::toHex(publicBytes) ==
              "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        const core::Buffer message = {0x72};
        const auto signature = key->sign(message);
        CHECK(core::toHex(signature) ==
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        CHECK(crypto::verifyNote(publicBytes, message, signature));
        CHECK_FALSE(crypto::verifyNote(publicBytes, core::Buffer{0x73}, signature));
        CHECK_FALSE(crypto::verifyNote(publicBytes, message, core::ByteView(signature).first(63)));
        CHECK_FALSE(crypto::verifyNote(core::ByteView(publicBytes).first(31), message, signature));
        const auto again = crypto::NoteKey::fromPem(key->toPem());
        REQUIRE(again);
        CHECK(again->publicBytes() == publicBytes);
        CHECK(crypto::NoteKey::generate().publicBytes() != publicBytes);
    }
}
