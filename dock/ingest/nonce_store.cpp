// SPDX-License-Identifier: Apache-2.0
// Nonces in files.
#include "dock/ingest/nonce_store.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/entry.hpp"

namespace liuhen::ingest {

using core::Result;

namespace {

constexpr std::size_t kNonceBytes = 32;

}  // namespace

std::string NonceStore::pathOf(const std::string& device) const {
    LIUHEN_ASSERT(evidence::isDeviceName(device));
    // A device may be called "..": the ending makes every device name a plain file name.
    return core::joinPath(folder_, device + ".nonce");
}

Result<NonceStore::Nonce> NonceStore::take(const std::string& device) {
    auto held = core::readFile(*files_, pathOf(device), kNonceBytes);
    if (held && held->size() == kNonceBytes) {
        return Nonce{*std::move(held), true};
    }
    return renew(device);
}

Result<NonceStore::Nonce> NonceStore::renew(const std::string& device) {
    Nonce nonce{crypto::randomBytes(kNonceBytes), false};
    LIUHEN_CHECK(core::replaceFile(*files_, pathOf(device), nonce.bytes));
    return nonce;
}

Result<void> NonceStore::finish(const std::string& device) {
    auto removed = files_->remove(pathOf(device));
    if (!removed && removed.error().kind != core::ErrorKind::NotFound) {
        return removed;
    }
    return files_->syncFolder(folder_);
}

}  // namespace liuhen::ingest
