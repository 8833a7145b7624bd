// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM against another implementation and against every difference.
#include "common/crypto/aead.hpp"

#include "tests/common/crypto/vectors.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::Buffer;
using core::ByteView;
using core::ErrorKind;
using core::viewOf;

namespace {

constexpr std::uint64_t kCounter = 0x0102030405060708;

Buffer vectorKey() {
    Buffer key(32);
    for (std::size_t i = 0; i < key.size(); ++i) {
        key[i] = static_cast<std::uint8_t>(i);
    }
    return key;
}

}  // namespace

TEST_SUITE("crypto/aead") {
    TEST_CASE("pieces give what another implementation gives for the whole") {
        const std::array<ByteView, 3> pieces = {viewOf("first, "), ByteView(), viewOf("second")};
        const Buffer locked = crypto::aeadLock(vectorKey(), kCounter, viewOf("header"), pieces);
        CHECK(core::toHex(locked) == crypto::vectors::kLocked);
        const auto clear = crypto::aeadOpen(vectorKey(), kCounter, viewOf("header"), locked);
        REQUIRE(clear);
        CHECK(core::textOf(*clear) == "first, second");
    }

    TEST_CASE("nothing at all can be locked and opened") {
        const Buffer locked = crypto::aeadLock(vectorKey(), 0, {}, {});
        // McGrew and Viega's GCM test case 13 is this with key 0; here only the shape matters.
        CHECK(locked.size() == crypto::kAeadTagBytes);
        const auto clear = crypto::aeadOpen(vectorKey(), 0, {}, locked);
        REQUIRE(clear);
        CHECK(clear->empty());
        const Buffer zero(32, 0);
        CHECK(core::toHex(crypto::aeadLock(zero, 0, {}, {})) == "530f8afbc74536b9a963b4f1c4cb738b");
    }

    TEST_CASE("every flipped bit of text, tag, key, context, and another counter is data loss") {
        const Buffer locked = *core::fromHex(crypto::vectors::kLocked);
        for (std::size_t bit = 0; bit < locked.size() * 8; ++bit) {
            CAPTURE(bit);
            Buffer bad = locked;
            bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
            const auto clear = crypto::aeadOpen(vectorKey(), kCounter, viewOf("header"), bad);
            REQUIRE_FALSE(clear);
            CHECK(clear.error().kind == ErrorKind::DataLoss);
        }
        Buffer key = vectorKey();
        key[31] ^= 1U;
        CHECK_FALSE(crypto::aeadOpen(key, kCounter, viewOf("header"), locked));
        CHECK_FALSE(crypto::aeadOpen(vectorKey(), kCounter + 1, viewOf("header"), locked));
        CHECK_FALSE(crypto::aeadOpen(vectorKey(), kCounter, viewOf("headeR"), locked));
        CHECK_FALSE(crypto::aeadOpen(vectorKey(), kCounter, {}, locked));
    }

    TEST_CASE("cut ciphertexts and keys of another length are data loss") {
        const Buffer locked = *core::fromHex(crypto::vectors::kLocked);
        for (std::size_t size = 0; size < locked.size(); ++size) {
            CHECK_FALSE(crypto::aeadOpen(
                vectorKey(), kCounter, viewOf("header"), ByteView(locked).first(size)));
        }
        const auto clear = crypto::aeadOpen(Buffer(16, 0), kCounter, viewOf("header"), locked);
        REQUIRE_FALSE(clear);
        CHECK(clear.error().kind == ErrorKind::DataLoss);
    }
}
