// SPDX-License-Identifier: Apache-2.0
// Client data and authenticator data from a browser.
#include "common/crypto/client_data.hpp"
#include "common/crypto/webauthn.hpp"

#include <algorithm>

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    if (const auto object = crypto::readJsonObject(bytes)) {
        for (const auto& [name, member] : *object) {
            // What was not text has none.
            LIUHEN_ASSERT(member.type == crypto::JsonMember::Type::Text || member.text.empty());
        }
        // A space behind it changes nothing, another end does.
        core::Buffer longer = core::toBuffer(bytes);
        longer.push_back(' ');
        LIUHEN_ASSERT(crypto::readJsonObject(longer).has_value());
        longer.back() = '}';
        LIUHEN_ASSERT(!crypto::readJsonObject(longer).has_value());
    }
    static const crypto::PublicKey key = crypto::PrivateKey::generate().publicKey();
    LIUHEN_ASSERT(
        crypto::wrongWith({core::toBuffer(bytes), core::toBuffer(bytes), {}}, {}, key).has_value());
    (void)crypto::keyFromPoint(bytes);
    (void)crypto::verifyDer(key, bytes, bytes.first(std::min<std::size_t>(size, 72)));
    return 0;
}
