// SPDX-License-Identifier: Apache-2.0
// Bytes as the whole project passes them: owned buffers, views, a bounded big-endian reader and
// writer.
#pragma once

#include "common/core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::core {

using Buffer = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A 32-byte digest: SHA-256 in suite es256.
using Digest = std::array<std::uint8_t, 32>;

/// The bytes of a text, without copying; lives as long as `text`.
[[nodiscard]] ByteView viewOf(std::string_view text);
/// The bytes as text, without copying; lives as long as `bytes`.
[[nodiscard]] std::string_view textOf(ByteView bytes);
[[nodiscard]] Buffer toBuffer(ByteView bytes);
void append(Buffer& to, ByteView bytes);
[[nodiscard]] bool equal(ByteView a, ByteView b);

/// Lower-case hex, two digits a byte.
[[nodiscard]] std::string toHex(ByteView bytes);
/// Errors: InvalidArgument for an odd length or another character than 0-9a-fA-F.
[[nodiscard]] Result<Buffer> fromHex(std::string_view hex);
[[nodiscard]] Result<Digest> digestFromHex(std::string_view hex);

/// Standard base64 with padding (RFC 4648 section 4).
[[nodiscard]] std::string toBase64(ByteView bytes);
/// Errors: InvalidArgument for anything that toBase64 would not have made.
[[nodiscard]] Result<Buffer> fromBase64(std::string_view text);

/// A base-10 unsigned number, the whole text. Errors: InvalidArgument.
[[nodiscard]] Result<std::uint64_t> parseUnsigned(std::string_view text);

/// Reads big-endian fields off a view and never past its end.
///
/// Errors: DataLoss if fewer bytes are left than asked for; the position then stays.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }
    [[nodiscard]] bool atEnd() const { return left() == 0; }
    [[nodiscard]] Result<std::uint8_t> u8();
    [[nodiscard]] Result<std::uint16_t> u16();
    [[nodiscard]] Result<std::uint32_t> u32();
    [[nodiscard]] Result<std::uint64_t> u64();
    [[nodiscard]] Result<ByteView> take(std::size_t count);

private:
    [[nodiscard]] Result<std::uint64_t> unsignedOf(std::size_t width);

    ByteView bytes_;
    std::size_t position_ = 0;
};

void appendU8(Buffer& to, std::uint8_t value);
void appendU16(Buffer& to, std::uint16_t value);
void appendU32(Buffer& to, std::uint32_t value);
void appendU64(Buffer& to, std::uint64_t value);

}  // namespace liuhen::core
