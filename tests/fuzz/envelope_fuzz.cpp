// SPDX-License-Identifier: Apache-2.0
// Wrapped keys from outside: nothing opens with a key that no sender knew.
#include "common/crypto/envelope.hpp"

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const crypto::PrivateKey key = crypto::PrivateKey::generate();
    LIUHEN_ASSERT(!crypto::openEnvelope(core::ByteView(data, size), key));
    return 0;
}
