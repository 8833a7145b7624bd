// SPDX-License-Identifier: Apache-2.0
// Appointments, approvals and leaves of access from outside: what is accepted has one encoding, and
// a book takes whatever a log says.
#include "common/crypto/certificate.hpp"
#include "common/evidence/access_book.hpp"

namespace core = liuhen::core;
namespace crypto = liuhen::crypto;
namespace evidence = liuhen::evidence;

namespace {

/// A log's first leaf, so that approvals of "dock-01-vault" are of this log.
core::Buffer opening() {
    return evidence::encodeLeaf(1,
                                "log.opened",
                                core::Cbor::map({{"origin", "dock-01-vault"},
                                                 {"checkpoint_certificate", core::Buffer()},
                                                 {"receipt_certificate", core::Buffer()}}));
}

void take(evidence::AccessBook& book, core::ByteView bytes) {
    const auto leaf = evidence::Leaf::decode(bytes);
    if (!leaf) {
        return;
    }
    const auto foretold = book.judge(*leaf, bytes);
    LIUHEN_ASSERT(book.take(*leaf, bytes) == foretold);
    // Nobody is appointed by this root: nothing is granted.
    LIUHEN_ASSERT(foretold || (leaf->kind != "approval" && leaf->kind != "view" &&
                               leaf->kind != "copy" && leaf->kind != "appointment"));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const crypto::PrivateKey root = crypto::PrivateKey::generate();
    const core::ByteView bytes(data, size);
    (void)evidence::Appointment::parse(bytes);
    (void)evidence::Dismissal::parse(bytes);
    LIUHEN_ASSERT(!evidence::isByRoot(bytes, root.publicKey()));
    if (const auto approval = evidence::Approval::decode(bytes)) {
        LIUHEN_ASSERT(core::equal(approval->encode(), bytes));
    }
    evidence::AccessBook book(root.publicKey());
    take(book, opening());
    take(book, bytes);
    take(book, bytes);
    return 0;
}
