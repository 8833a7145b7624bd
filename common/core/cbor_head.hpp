// SPDX-License-Identifier: Apache-2.0
// The heads of CBOR items (RFC 8949 section 3), shared by the writer, the reader and the printer.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>

namespace liuhen::core {

/// The upper three bits of an item's first byte.
enum class CborMajor : std::uint8_t { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

/// The lower five bits when one byte, or eight, of argument follow; less is the argument itself.
constexpr std::uint8_t kCborOneByte = 24;
constexpr std::uint8_t kCborEightBytes = 27;

constexpr std::uint8_t kCborFalse = 0xf4;
constexpr std::uint8_t kCborTrue = 0xf5;
constexpr std::uint8_t kCborNull = 0xf6;

/// Containers (arrays, maps, tags) inside each other that the reader accepts.
constexpr unsigned kCborDepthLimit = 16;

/// Writes the shortest head for `argument`.
void appendCborHead(Buffer& to, CborMajor major, std::uint64_t argument);

}  // namespace liuhen::core
