// SPDX-License-Identifier: Apache-2.0
// Typed reading of the fields of a CBOR map, with errors that name the field.
#pragma once

#include "common/core/cbor.hpp"
#include "common/crypto/keys.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace liuhen::evidence {

/// One CBOR item as ledger.md section 1 has it: without tags and negative keys, which the decoder
/// takes for others' sake. Errors: DataLoss.
[[nodiscard]] core::Result<core::Cbor> decodePlain(core::ByteView bytes);

/// A field of the map by text or unsigned key. Errors of all: DataLoss if it is absent or of
/// another type.
[[nodiscard]] core::Result<std::uint64_t> unsignedAt(const core::Cbor& map, std::uint64_t key);
[[nodiscard]] core::Result<std::uint64_t> unsignedAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<std::int64_t> integerAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<std::string> textAt(const core::Cbor& map, std::uint64_t key);
[[nodiscard]] core::Result<std::string> textAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<core::Digest> digestAt(const core::Cbor& map, std::uint64_t key);
[[nodiscard]] core::Result<core::Digest> digestAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<core::Buffer> bytesAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<crypto::PublicKey> keyAt(const core::Cbor& map, std::string_view key);
[[nodiscard]] core::Result<core::Cbor::Array> itemsAt(const core::Cbor& map, std::string_view key);
/// Null or an unsigned number.
[[nodiscard]] core::Result<std::optional<std::uint64_t>> optionalUnsignedAt(const core::Cbor& map,
                                                                            std::string_view key);

}  // namespace liuhen::evidence
