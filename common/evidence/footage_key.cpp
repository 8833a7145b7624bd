// SPDX-License-Identifier: Apache-2.0
// Locking, unlocking and committing of footage keys.
#include "common/evidence/footage_key.hpp"

#include "common/crypto/aead.hpp"
#include "common/crypto/envelope.hpp"

namespace liuhen::evidence {

namespace {

constexpr std::size_t kKeyBytes = 32;

}  // namespace

FootageKey FootageKey::generate() {
    return FootageKey(crypto::randomBytes(kKeyBytes));
}

core::Result<FootageKey> FootageKey::open(core::ByteView envelope,
                                          const crypto::PrivateKey& recipient) {
    LIUHEN_TRY(core::Buffer bytes, crypto::openEnvelope(envelope, recipient));
    if (bytes.size() != kKeyBytes) {
        return core::fail(core::ErrorKind::DataLoss, "open footage key: not 32 bytes");
    }
    return FootageKey(std::move(bytes));
}

FootageKey::~FootageKey() {
    crypto::wipe(bytes_);
}

core::Digest FootageKey::commitment() const {
    return crypto::sha256({core::viewOf("liuhen/footage"), bytes_});
}

core::Result<core::Buffer> FootageKey::envelop(
    const std::vector<crypto::Certificate>& recipients) const {
    return crypto::envelop(bytes_, recipients);
}

void FootageKey::lock(core::Buffer& locked,
                      std::uint64_t counter,
                      const core::Digest& init,
                      std::span<const core::ByteView> pieces) const {
    crypto::aeadLockInto(locked, bytes_, counter, init, pieces);
}

core::Result<core::Buffer> FootageKey::unlock(std::uint64_t counter,
                                              const core::Digest& init,
                                              core::ByteView locked) const {
    return crypto::aeadOpen(bytes_, counter, init, locked);
}

core::Digest FootageKey::salt(std::uint64_t counter) const {
    core::Buffer info = core::toBuffer(core::viewOf("liuhen/clear"));
    core::appendU64(info, counter);
    return crypto::hkdf(bytes_, info);
}

core::Digest FootageKey::clearHash(std::uint64_t counter,
                                   std::span<const core::ByteView> pieces) const {
    crypto::Sha256 hash;
    hash.update(salt(counter));
    for (const core::ByteView piece : pieces) {
        hash.update(piece);
    }
    return hash.finish();
}

}  // namespace liuhen::evidence
