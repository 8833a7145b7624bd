// SPDX-License-Identifier: Apache-2.0
// ISO base media boxes: a bounded reader of one box at a time, and the headers of our uuid boxes.
#pragma once

#include "common/core/bytes.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace liuhen::media {

using core::Buffer;
using core::ByteView;
using core::Result;

/// A box type as a number, from its four characters.
consteval std::uint32_t fourcc(const char (&text)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8U | static_cast<std::uint8_t>(text[i]);
    }
    return value;
}

using UserType = std::array<std::uint8_t, 16>;

inline constexpr std::uint32_t kFtyp = fourcc("ftyp");
inline constexpr std::uint32_t kMoov = fourcc("moov");
inline constexpr std::uint32_t kMoof = fourcc("moof");
inline constexpr std::uint32_t kMdat = fourcc("mdat");
inline constexpr std::uint32_t kUuid = fourcc("uuid");

/// Bytes of a box header with 32-bit size, and of our uuid boxes' headers.
inline constexpr std::size_t kBoxHeaderBytes = 8;
inline constexpr std::size_t kUuidHeaderBytes = 24;
/// The longest box header: 64-bit size and user type.
inline constexpr std::size_t kMaxBoxHeaderBytes = 32;

/// What the first bytes of a box say.
struct BoxHeader {
    std::uint32_t type = 0;
    UserType userType{};     // zeros unless type is uuid
    std::uint64_t size = 0;  // header included; never less than headerBytes
    std::size_t headerBytes = 0;
};

/// Reads a box header off the front of `bytes`, which need not hold the rest of the box.
///
/// 32-bit and 64-bit sizes are read. Errors: DataLoss if the header is cut off, the size is 0 ("to
/// the end of the file") or less than the header, or a character of the type is not printable
/// ASCII.
[[nodiscard]] Result<BoxHeader> readBoxHeader(ByteView bytes);

/// One whole box inside a view that outlives it.
struct Box {
    std::uint32_t type = 0;
    UserType userType{};
    std::uint64_t offset = 0;  // of the first header byte
    std::uint64_t size = 0;    // header included
    std::size_t headerBytes = 0;
    ByteView payload;

    [[nodiscard]] std::uint64_t end() const { return offset + size; }
};

/// Reads the box that starts at `offset` and ends inside `bytes`.
///
/// Errors: DataLoss as readBoxHeader, and if the box ends beyond `bytes`; the message has the
/// offset.
[[nodiscard]] Result<Box> readBox(ByteView bytes, std::uint64_t offset);

/// The type as its four characters; a character that is not printable ASCII becomes '?'.
[[nodiscard]] std::string typeName(std::uint32_t type);

/// The 24 header bytes of a uuid box around `payloadSize` bytes.
/// Errors: InvalidArgument if the box would not fit a 32-bit size.
[[nodiscard]] Result<std::array<std::uint8_t, kUuidHeaderBytes>> uuidBoxHeader(
    const UserType& userType, std::uint64_t payloadSize);

/// Appends a whole uuid box. Errors: as uuidBoxHeader; nothing is appended then.
[[nodiscard]] Result<void> appendUuidBox(Buffer& to, const UserType& userType, ByteView payload);

}  // namespace liuhen::media
