// SPDX-License-Identifier: Apache-2.0
// SHA-256, HKDF and the small helpers.
#include "common/crypto/digest.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::toHex;
using core::viewOf;

TEST_SUITE("crypto/digest") {
    TEST_CASE("SHA-256 gives the digests of FIPS 180-4's examples") {
        struct Row {
            const char* name;
            std::string text;
            const char* digest;
        };
        const std::array<Row, 4> rows = {
            {{"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
             {"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
             {"two blocks",
              "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
             {"a million a",
              std::string(1000000, 'a'),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}}};
        for (const Row& row : rows) {
            CAPTURE(row.name);
            CHECK(toHex(crypto::sha256(viewOf(row.text))) == row.digest);
            crypto::Sha256 running;
            for (std::size_t at = 0; at < row.text.size(); at += 7) {
                running.update(viewOf(std::string_view(row.text).substr(at, 7)));
            }
            CHECK(toHex(running.finish()) == row.digest);
        }
    }

    TEST_CASE("a running digest starts anew after finish, and moves with its state") {
        crypto::Sha256 first;
        first.update(viewOf("gone"));
        CHECK(first.finish() == crypto::sha256(viewOf("gone")));
        first.update(viewOf("a"));
        crypto::Sha256 second = std::move(first);
        second.update(viewOf("bc"));
        CHECK(second.finish() == crypto::sha256(viewOf("abc")));
    }

    TEST_CASE("the digest of pieces is that of their concatenation") {
        CHECK(crypto::sha256({viewOf("a"), {}, viewOf("bc")}) == crypto::sha256(viewOf("abc")));
        CHECK(crypto::sha256({}) == crypto::sha256(core::ByteView()));
    }

    TEST_CASE("HKDF gives what another implementation gives") {
        core::Buffer key(32);
        for (std::size_t i = 0; i < key.size(); ++i) {
            key[i] = static_cast<std::uint8_t>(i);
        }
        CHECK(toHex(crypto::hkdf(key, viewOf("liuhen/salt"))) == crypto::vectors::kHkdf);
        CHECK(toHex(crypto::hkdf({}, {})) == crypto::vectors::kHkdfEmpty);
        // RFC 5869 A.3: 22 bytes 0b, no salt, no info; the first 32 of its 42 bytes.
        CHECK(toHex(crypto::hkdf(core::Buffer(22, 0x0b), {})) ==
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    }

    TEST_CASE("random bytes have the length asked for and do not repeat") {
        CHECK(crypto::randomBytes(0).empty());
        const core::Buffer a = crypto::randomBytes(32);
        CHECK(a.size() == 32);
        CHECK(a != crypto::randomBytes(32));
    }

    TEST_CASE("secrets are equal only in length and every bit; wiping leaves zeros") {
        core::Buffer a = {1, 2, 3};
        CHECK(crypto::equalSecret(a, core::Buffer{1, 2, 3}));
        CHECK_FALSE(crypto::equalSecret(a, core::Buffer{1, 2, 2}));
        CHECK_FALSE(crypto::equalSecret(a, core::Buffer{1, 2}));
        CHECK(crypto::equalSecret({}, {}));
        crypto::wipe(a);
        CHECK(a == core::Buffer{0, 0, 0});
    }
}
