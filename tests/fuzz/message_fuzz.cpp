// SPDX-License-Identifier: Apache-2.0
// Signed messages, leaves and a keystore's state from outside: what is accepted has one encoding.
#include "common/crypto/certificate.hpp"
#include "common/evidence/keystore_state.hpp"
#include "common/evidence/messages.hpp"

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;
namespace evidence = liuhen::evidence;

namespace {

/// Another agency's: nothing that comes in is signed under it.
const crypto::Authority& stranger() {
    static const crypto::Authority authority =
        *crypto::Authority::create("stranger", 20, core::Microseconds(1'700'000'000'000'000));
    return authority;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const core::ByteView bytes(data, size);
    LIUHEN_ASSERT(!evidence::Registration::verify(bytes, stranger().key().publicKey()));
    LIUHEN_ASSERT(!evidence::ClockMessage::verify(bytes, stranger().certificate()));
    LIUHEN_ASSERT(!evidence::Receipt::verify(bytes, stranger().certificate()));
    if (const auto receipt = evidence::Receipt::parse(bytes)) {
        (void)evidence::ObjectLeaf::decode(receipt->leaf);
    }
    if (const auto leaf = evidence::Leaf::decode(bytes)) {
        LIUHEN_ASSERT(
            core::equal(evidence::encodeLeaf(leaf->timeUs, leaf->kind, leaf->body), bytes));
    }
    (void)evidence::ObjectLeaf::decode(bytes);
    if (const auto state = evidence::KeystoreState::decode(bytes)) {
        const auto head = evidence::KeystoreHead::decode(bytes);
        LIUHEN_ASSERT(head && head->head == state->head && head->device == state->device);
        LIUHEN_ASSERT(evidence::KeystoreState::decode(state->encode()).has_value());
    }
    return 0;
}
