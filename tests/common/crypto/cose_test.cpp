// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 against another implementation and against every flipped bit.
#include "common/crypto/cose.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::Buffer;
using core::ByteView;
using core::ErrorKind;
using core::viewOf;

namespace {

Buffer hex(std::string_view text) {
    return *core::fromHex(text);
}

crypto::PublicKey vectorKey() {
    return *crypto::PublicKey::fromBytes(hex(crypto::vectors::kPublicKey));
}

/// Whether anything at all is accepted.
bool accepted(ByteView bytes, const crypto::PublicKey& key) {
    const auto message = crypto::parseSign1(bytes);
    return message && crypto::verifySign1(*message, key);
}

Buffer replaced(Buffer bytes, std::size_t at, std::size_t length, const Buffer& by) {
    const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto next = bytes.erase(start, start + static_cast<std::ptrdiff_t>(length));
    bytes.insert(next, by.begin(), by.end());
    return bytes;
}

}  // namespace

TEST_SUITE("crypto/cose") {
    TEST_CASE("a COSE_Sign1 made by another tool is taken apart and verifies") {
        const auto message = crypto::parseSign1(hex(crypto::vectors::kSign1));
        REQUIRE(message);
        CHECK(message->contentType == "liuhen/entry");
        CHECK(core::toHex(message->payload) == crypto::vectors::kSign1Payload);
        CHECK(message->signature.size() == 64);
        CHECK(crypto::verifySign1(*message, vectorKey()));
        CHECK_FALSE(crypto::verifySign1(*message, crypto::PrivateKey::generate().publicKey()));
    }

    TEST_CASE("what we sign differs from another tool's bytes in the signature alone") {
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        const Buffer theirs = hex(crypto::vectors::kSign1);
        const Buffer ours = crypto::sign1(key, "liuhen/entry", hex(crypto::vectors::kSign1Payload));
        REQUIRE(ours.size() == theirs.size());
        CHECK(core::equal(ByteView(ours).first(ours.size() - 64),
                          ByteView(theirs).first(theirs.size() - 64)));
        CHECK(accepted(ours, key.publicKey()));
    }

    TEST_CASE("every single flipped bit is refused or does not verify") {
        const Buffer good = hex(crypto::vectors::kSign1);
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            CAPTURE(bit);
            Buffer bad = good;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
            CHECK_FALSE(accepted(bad, vectorKey()));
        }
    }

    TEST_CASE("every cut and every extra byte is data loss") {
        Buffer bytes = hex(crypto::vectors::kSign1);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto message = crypto::parseSign1(ByteView(bytes).first(size));
            REQUIRE_FALSE(message);
            CHECK(message.error().kind == ErrorKind::DataLoss);
        }
        bytes.push_back(0);
        CHECK(crypto::parseSign1(bytes).error().kind == ErrorKind::DataLoss);
    }

    TEST_CASE("payloads of every head length come back, in one encoding") {
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        for (const std::size_t size : {0U, 1U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
            CAPTURE(size);
            const Buffer payload(size, 0x5A);
            const Buffer bytes = crypto::sign1(key, "liuhen/test", payload);
            const auto message = crypto::parseSign1(bytes);
            REQUIRE(message);
            CHECK(message->payload == payload);
            CHECK(crypto::verifySign1(*message, key.publicKey()));
        }
    }

    TEST_CASE("other encodings of the same message are data loss") {
        const Buffer good = hex(crypto::vectors::kSign1);
        struct Row {
            const char* name;
            Buffer bytes;
        };
        // Offsets: 0 tag, 1 array, 2 header's head, 3..19 header, 20 unprotected, 21 payload's
        // head.
        const std::array<Row, 9> rows = {{
            {"untagged", replaced(good, 0, 1, {})},
            {"longer tag", replaced(good, 0, 1, {0xD8, 0x12})},
            {"other tag", replaced(good, 0, 1, {0xD1})},
            {"indefinite array", replaced(good, 1, 1, {0x9F})},
            {"longer header head", replaced(good, 2, 1, {0x58, 0x11})},
            {"longer text head in the header",
             replaced(good, 2, 6, {0x52, 0xA2, 1, 0x26, 3, 0x78, 0x0C})},
            {"longer payload head", replaced(good, 21, 1, {0x58, 0x11})},
            {"indefinite payload", replaced(good, 21, 1, {0x5F})},
            {"payload detached", replaced(good, 21, 18, {0xF6})},
        }};
        for (const Row& row : rows) {
            CAPTURE(row.name);
            const auto message = crypto::parseSign1(row.bytes);
            REQUIRE_FALSE(message);
            CHECK(message.error().kind == ErrorKind::DataLoss);
        }
    }

    TEST_CASE("lengths that lie do not make room for themselves") {
        // A payload that claims 2^63 bytes.
        const Buffer good = hex(crypto::vectors::kSign1);
        const Buffer bad = replaced(good, 21, 1, {0x5B, 0x80, 0, 0, 0, 0, 0, 0, 0});
        CHECK(crypto::parseSign1(bad).error().kind == ErrorKind::DataLoss);
    }

    TEST_CASE("a header without content type is data loss, suite sm is unimplemented") {
        CHECK(crypto::parseSign1(hex(crypto::vectors::kSign1NoType)).error().kind ==
              ErrorKind::DataLoss);
        CHECK(crypto::parseSign1(hex(crypto::vectors::kSign1Sm)).error().kind ==
              ErrorKind::Unimplemented);
    }

    TEST_CASE("the first of a sequence is read with its length, and none is made of a cut one") {
        const crypto::PrivateKey key = crypto::PrivateKey::generate();
        const Buffer first = crypto::sign1(key, "a", viewOf("one"));
        Buffer both = first;
        core::append(both, crypto::sign1(key, "b", viewOf("two")));
        std::size_t used = 0;
        const auto one = crypto::parseFirstSign1(both, used);
        REQUIRE(one);
        CHECK(used == first.size());
        CHECK(one->contentType == "a");
        const auto two = crypto::parseSign1(ByteView(both).subspan(used));
        REQUIRE(two);
        CHECK(core::textOf(two->payload) == "two");
        CHECK_FALSE(crypto::parseFirstSign1(ByteView(both).first(first.size() - 1), used));
    }
}
