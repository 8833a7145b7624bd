// SPDX-License-Identifier: Apache-2.0
// GMAC against codes made by another tool.
#include "common/crypto/gmac.hpp"

#include <doctest/doctest.h>

using namespace liuhen;
using core::toHex;
using core::viewOf;

namespace {

core::Buffer countedKey() {
    core::Buffer key(32);
    for (std::size_t i = 0; i < key.size(); ++i) {
        key[i] = static_cast<std::uint8_t>(i);
    }
    return key;
}

}  // namespace

TEST_SUITE("crypto/gmac") {
    TEST_CASE("codes are those of AES-256-GCM over additional data alone") {
        // Made with python3-cryptography: AESGCM(bytes(range(32))).encrypt(bytes(12), b"", message)
        struct Row {
            const char* name;
            std::string message;
            const char* code;
        };
        const std::array<Row, 4> rows = {
            {{"empty", "", "f05d76ae4ab99fe5a6f69b3148c2363d"},
             {"one block", "0123456789abcdef", "079099d61526cbaeefbb3ec1b95ebd3f"},
             {"odd", "liuhen", "c86d95af3c4bc69cc30e3fd015df374c"},
             {"a million a", std::string(1000000, 'a'), "e9293f06b0f88ed26783900c2cc14361"}}};
        for (const Row& row : rows) {
            CAPTURE(row.name);
            crypto::Gmac whole(countedKey());
            whole.update(viewOf(row.message));
            CHECK(toHex(whole.finish()) == row.code);
            crypto::Gmac pieces(countedKey());
            for (std::size_t at = 0; at < row.message.size(); at += 7) {
                pieces.update(viewOf(std::string_view(row.message).substr(at, 7)));
            }
            CHECK(toHex(pieces.finish()) == row.code);
        }
    }
}
