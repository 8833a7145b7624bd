// SPDX-License-Identifier: Apache-2.0
// The key over the footage of one process run of a recording (docs/format/segment.md section 3).
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/crypto/digest.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace liuhen::evidence {

/// 32 random bytes in RAM; wiped when destroyed. Not copyable.
class FootageKey {
public:
    [[nodiscard]] static FootageKey generate();
    /// Takes a key out of an envelope with a recipient's private key.
    /// Errors: as crypto::openEnvelope; DataLoss if it does not hold 32 bytes.
    [[nodiscard]] static core::Result<FootageKey> open(core::ByteView envelope,
                                                       const crypto::PrivateKey& recipient);
    FootageKey(FootageKey&&) noexcept = default;
    FootageKey& operator=(FootageKey&&) noexcept = default;
    FootageKey(const FootageKey&) = delete;
    FootageKey& operator=(const FootageKey&) = delete;
    ~FootageKey();

    /// What the `segment` entry says of the key.
    [[nodiscard]] core::Digest commitment() const;
    /// The key wrapped for the recipients. Errors: as crypto::envelop.
    [[nodiscard]] core::Result<core::Buffer> envelop(
        const std::vector<crypto::Certificate>& recipients) const;
    /// Ciphertext and tag of `moof mdat`, given in pieces, into `locked`, whose memory is used
    /// again. `counter` never twice.
    void lock(core::Buffer& locked,
              std::uint64_t counter,
              const core::Digest& init,
              std::span<const core::ByteView> pieces) const;
    /// Errors: DataLoss if any bit differs.
    [[nodiscard]] core::Result<core::Buffer> unlock(std::uint64_t counter,
                                                    const core::Digest& init,
                                                    core::ByteView locked) const;
    /// The salt of the clear hash; given away with a clip, it proves the clip without the key.
    [[nodiscard]] core::Digest salt(std::uint64_t counter) const;
    /// SHA-256(salt ‖ moof mdat).
    [[nodiscard]] core::Digest clearHash(std::uint64_t counter,
                                         std::span<const core::ByteView> pieces) const;

private:
    explicit FootageKey(core::Buffer bytes) : bytes_(std::move(bytes)) {}
    core::Buffer bytes_;
};

}  // namespace liuhen::evidence
