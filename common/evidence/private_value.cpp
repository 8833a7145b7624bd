// SPDX-License-Identifier: Apache-2.0
// Locking and opening of private values.
#include "common/evidence/private_value.hpp"

#include "common/crypto/aead.hpp"
#include "common/crypto/envelope.hpp"
#include "common/evidence/fields.hpp"

namespace liuhen::evidence {

using core::Buffer;
using core::ByteView;
using core::Cbor;
using core::Result;

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSaltBytes = 16;
constexpr std::string_view kAdditional = "liuhen/private";

}  // namespace

NamesKey NamesKey::generate() {
    return NamesKey(crypto::randomBytes(kKeyBytes));
}

Result<NamesKey> NamesKey::open(ByteView envelope, const crypto::PrivateKey& recipient) {
    LIUHEN_TRY(Buffer bytes, crypto::openEnvelope(envelope, recipient));
    if (bytes.size() != kKeyBytes) {
        return core::fail(core::ErrorKind::DataLoss, "open names key: not 32 bytes");
    }
    return NamesKey(std::move(bytes));
}

NamesKey::~NamesKey() {
    crypto::wipe(bytes_);
}

Result<Cbor> NamesKey::describe(const std::vector<crypto::Certificate>& recipients) const {
    LIUHEN_TRY(Buffer envelope, crypto::envelop(bytes_, recipients));
    return Cbor::map({
        {"commitment", crypto::sha256({core::viewOf("liuhen/names"), bytes_})},
        {"envelope", std::move(envelope)},
    });
}

Cbor NamesKey::lock(std::string_view text) {
    Buffer clear = crypto::randomBytes(kSaltBytes);
    core::append(clear, Cbor(text).encode());
    const std::uint64_t counter = counter_++;
    const ByteView piece(clear);
    return Cbor::map({
        {"commitment", crypto::sha256(clear)},
        {"counter", counter},
        {"locked",
         crypto::aeadLock(
             bytes_, counter, core::viewOf(kAdditional), std::span<const ByteView>(&piece, 1))},
    });
}

Result<std::string> NamesKey::unlock(const Cbor& value) const {
    LIUHEN_TRY(const core::Digest commitment, digestAt(value, "commitment"));
    LIUHEN_TRY(const std::uint64_t counter, unsignedAt(value, "counter"));
    LIUHEN_TRY(const Buffer locked, bytesAt(value, "locked"));
    LIUHEN_TRY(const Buffer clear,
               crypto::aeadOpen(bytes_, counter, core::viewOf(kAdditional), locked));
    if (clear.size() < kSaltBytes || crypto::sha256(clear) != commitment) {
        return core::fail(core::ErrorKind::DataLoss,
                          "open private value: it is not what was committed to");
    }
    LIUHEN_TRY(const Cbor text, Cbor::decode(ByteView(clear).subspan(kSaltBytes)));
    if (text.text() == nullptr) {
        return core::fail(core::ErrorKind::DataLoss, "open private value: no text");
    }
    return *text.text();
}

}  // namespace liuhen::evidence
