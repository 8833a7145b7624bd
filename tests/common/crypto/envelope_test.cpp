// SPDX-License-Identifier: Apache-2.0
// Wrapped keys, ours and those of the openssl command.
#include "common/crypto/envelope.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::Buffer;
using core::ErrorKind;
using core::viewOf;
using crypto::Role;

namespace {

constexpr core::Microseconds kNow = std::chrono::seconds(1795000000);
constexpr std::string_view kSecret = "thirty-two bytes of secret key..";

struct Agency {
    crypto::Authority authority = *crypto::Authority::create("Test Agency", 10, kNow);
    crypto::PrivateKey evidenceKey = crypto::PrivateKey::generate();
    crypto::PrivateKey escrowKey = crypto::PrivateKey::generate();
    crypto::Certificate evidence =
        *authority.certify(evidenceKey.publicKey(), Role::Evidence, "evidence-1", 5, kNow);
    crypto::Certificate escrow =
        *authority.certify(escrowKey.publicKey(), Role::Escrow, "escrow-1", 5, kNow);
};

}  // namespace

TEST_SUITE("crypto/envelope") {
    TEST_CASE("an envelope of the openssl command opens with the key alone") {
        const auto key = crypto::PrivateKey::fromPem(crypto::vectors::kEnvelopeKey);
        REQUIRE(key);
        const Buffer envelope = *core::fromBase64(crypto::vectors::kEnvelope);
        const auto secret = crypto::openEnvelope(envelope, *key);
        REQUIRE_MESSAGE(secret, (secret ? "" : secret.error().message));
        CHECK(core::textOf(*secret) == kSecret);
        // Without authentication nothing is opened, even with the right key.
        const Buffer cbc = *core::fromBase64(crypto::vectors::kCbcEnvelope);
        const auto refused = crypto::openEnvelope(cbc, *key);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::DataLoss);
    }

    TEST_CASE("each recipient opens it, nobody else does") {
        const Agency agency;
        const auto envelope = crypto::envelop(viewOf(kSecret), {agency.evidence, agency.escrow});
        REQUIRE(envelope);
        CHECK(envelope->size() < 1024);
        for (const crypto::PrivateKey& key : {agency.evidenceKey, agency.escrowKey}) {
            const auto secret = crypto::openEnvelope(*envelope, key);
            REQUIRE(secret);
            CHECK(core::textOf(*secret) == kSecret);
        }
        const auto refused = crypto::openEnvelope(*envelope, crypto::PrivateKey::generate());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::PermissionDenied);
    }

    TEST_CASE("no flipped bit gives another secret") {
        const Agency agency;
        const Buffer good = *crypto::envelop(viewOf(kSecret), {agency.evidence});
        int opened = 0;
        for (std::size_t at = 0; at < good.size(); ++at) {
            CAPTURE(at);
            Buffer bad = good;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1U << (at % 8)));
            const auto secret = crypto::openEnvelope(bad, agency.evidenceKey);
            if (secret) {  // such as in the recipient's serial number, which is only a hint
                ++opened;
                CHECK(core::textOf(*secret) == kSecret);
            } else {
                const bool expected = secret.error().kind == ErrorKind::DataLoss ||
                                      secret.error().kind == ErrorKind::PermissionDenied;
                CHECK(expected);
            }
        }
        CHECK(opened < static_cast<int>(good.size() / 2));
        // The last bytes are the tag over the content.
        Buffer tag = good;
        tag.back() ^= 1U;
        CHECK(crypto::openEnvelope(tag, agency.evidenceKey).error().kind == ErrorKind::DataLoss);
    }

    TEST_CASE("cuts, extra bytes and other things are data loss") {
        const Agency agency;
        Buffer envelope = *crypto::envelop(viewOf(kSecret), {agency.evidence});
        for (std::size_t size = 0; size < envelope.size(); ++size) {
            const auto secret =
                crypto::openEnvelope(core::ByteView(envelope).first(size), agency.evidenceKey);
            REQUIRE_FALSE(secret);
            CHECK(secret.error().kind == ErrorKind::DataLoss);
        }
        envelope.push_back(0);
        CHECK(crypto::openEnvelope(envelope, agency.evidenceKey).error().kind ==
              ErrorKind::DataLoss);
        CHECK(crypto::openEnvelope(Buffer(100000, 0x30), agency.evidenceKey).error().kind ==
              ErrorKind::DataLoss);
    }

    TEST_CASE("nothing is wrapped for nobody or for an Ed25519 certificate") {
        const Agency agency;
        CHECK(crypto::envelop(viewOf(kSecret), {}).error().kind == ErrorKind::InvalidArgument);
        const auto note = agency.authority.certifyNoteKey(
            crypto::NoteKey::generate().publicBytes(), "vault-1", 5, kNow);
        REQUIRE(note);
        CHECK(crypto::envelop(viewOf(kSecret), {agency.evidence, *note}).error().kind ==
              ErrorKind::InvalidArgument);
    }

    TEST_CASE("an empty secret is a secret") {
        const Agency agency;
        const auto envelope = crypto::envelop({}, {agency.evidence});
        REQUIRE_MESSAGE(envelope, (envelope ? "" : envelope.error().message));
        const auto secret = crypto::openEnvelope(*envelope, agency.evidenceKey);
        REQUIRE_MESSAGE(secret, (secret ? "" : secret.error().message));
        CHECK(secret->empty());
    }
}
