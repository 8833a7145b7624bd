// SPDX-License-Identifier: Apache-2.0
// Names and places in entries: committed and locked (docs/format/ledger.md section 8).
#pragma once

#include "common/core/cbor.hpp"
#include "common/crypto/certificate.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// The names key of one process run. Wiped when destroyed; not copyable.
class NamesKey {
public:
    [[nodiscard]] static NamesKey generate();
    /// Errors: as crypto::openEnvelope; DataLoss if it does not hold 32 bytes.
    [[nodiscard]] static core::Result<NamesKey> open(core::ByteView envelope,
                                                     const crypto::PrivateKey& recipient);
    NamesKey(NamesKey&&) noexcept = default;
    NamesKey& operator=(NamesKey&&) noexcept = default;
    NamesKey(const NamesKey&) = delete;
    NamesKey& operator=(const NamesKey&) = delete;
    ~NamesKey();

    /// The `names` field of a `boot`: commitment and envelope. Errors: as crypto::envelop.
    [[nodiscard]] core::Result<core::Cbor> describe(
        const std::vector<crypto::Certificate>& recipients) const;
    /// A private value that only recipients can read. Counts its nonces itself.
    [[nodiscard]] core::Cbor lock(std::string_view text);
    /// Reads one and checks its commitment. Errors: DataLoss.
    [[nodiscard]] core::Result<std::string> unlock(const core::Cbor& value) const;

private:
    explicit NamesKey(core::Buffer bytes) : bytes_(std::move(bytes)) {}
    core::Buffer bytes_;
    std::uint64_t counter_ = 0;
};

}  // namespace liuhen::evidence
