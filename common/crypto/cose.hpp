// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 (RFC 9052) as all our signed things use it: tagged, deterministic, one content type
// each.
#pragma once

#include "common/core/cbor.hpp"
#include "common/crypto/keys.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace liuhen::crypto {

/// A COSE_Sign1 taken apart; `message` are its whole bytes. Views into nothing: all owned.
struct Sign1 {
    std::string contentType;  // protected header 3, such as "liuhen/entry"
    Buffer protectedBytes;    // the encoded protected header
    Buffer payload;
    Buffer signature;  // 64 bytes
};

/// Signs `payload`: tag 18, protected {1: -7, 3: contentType}, unprotected empty, payload attached,
/// no external data. The payload is any bytes; entries put deterministic CBOR there.
[[nodiscard]] Buffer sign1(const PrivateKey& key, std::string_view contentType, ByteView payload);

/// Takes a COSE_Sign1 apart without checking the signature.
///
/// Errors: DataLoss if it is not exactly what sign1 would have made but for key and signature
/// (other tag, other header, indefinite or longer encodings, signature not 64 bytes, bytes left
/// over); Unimplemented for the reserved suite sm (algorithm -65537).
[[nodiscard]] Result<Sign1> parseSign1(ByteView bytes);
/// The same for the first item of a sequence; `used` gets its length.
[[nodiscard]] Result<Sign1> parseFirstSign1(ByteView bytes, std::size_t& used);

/// Whether `key` signed it.
[[nodiscard]] bool verifySign1(const Sign1& message, const PublicKey& key);

}  // namespace liuhen::crypto
