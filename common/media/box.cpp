// SPDX-License-Identifier: Apache-2.0
// Box headers, read with every bound checked, and written for uuid boxes.
#include "common/media/box.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace liuhen::media {

using core::ErrorKind;
using core::fail;

namespace {

bool printable(std::uint32_t type) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const std::uint32_t character = type >> shift & 0xffU;
        if (character < 0x20 || character > 0x7e) {
            return false;
        }
    }
    return true;
}

tl::unexpected<core::Error> bad(std::string_view why) {
    return fail(ErrorKind::DataLoss, fmt::format("read box header: {}", why));
}

}  // namespace

std::string typeName(std::uint32_t type) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const std::uint32_t character = type >> static_cast<unsigned>(shift) & 0xffU;
        text += character < 0x20 || character > 0x7e ? '?' : static_cast<char>(character);
    }
    return text;
}

Result<BoxHeader> readBoxHeader(ByteView bytes) {
    core::ByteReader reader(bytes);
    if (reader.left() < kBoxHeaderBytes) {
        return bad(fmt::format("{} bytes are left of {}", reader.left(), kBoxHeaderBytes));
    }
    BoxHeader header;
    LIUHEN_TRY(const std::uint32_t size32, reader.u32());
    LIUHEN_TRY(header.type, reader.u32());
    if (!printable(header.type)) {
        return bad(fmt::format("type {:#010x} is not printable", header.type));
    }
    header.size = size32;
    if (size32 == 1) {
        LIUHEN_TRY(header.size, reader.u64());
    }
    if (header.type == kUuid) {
        LIUHEN_TRY(const ByteView userType, reader.take(header.userType.size()));
        std::copy(userType.begin(), userType.end(), header.userType.begin());
    }
    header.headerBytes = reader.position();
    if (header.size < header.headerBytes) {
        return bad(fmt::format("'{}' says {} bytes, its header has {}",
                               typeName(header.type),
                               header.size,
                               header.headerBytes));
    }
    return header;
}

Result<Box> readBox(ByteView bytes, std::uint64_t offset) {
    if (offset > bytes.size()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read box at {}: the data ends at {}", offset, bytes.size()));
    }
    const ByteView rest = bytes.subspan(static_cast<std::size_t>(offset));
    const auto header = readBoxHeader(rest);
    if (!header) {
        return core::failWith(header.error(), fmt::format("read box at {}", offset));
    }
    if (header->size > rest.size()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read box at {}: '{}' says {} bytes, {} are left",
                                offset,
                                typeName(header->type),
                                header->size,
                                rest.size()));
    }
    Box box;
    box.type = header->type;
    box.userType = header->userType;
    box.offset = offset;
    box.size = header->size;
    box.headerBytes = header->headerBytes;
    box.payload = rest.first(static_cast<std::size_t>(header->size)).subspan(header->headerBytes);
    return box;
}

Result<std::array<std::uint8_t, kUuidHeaderBytes>> uuidBoxHeader(const UserType& userType,
                                                                 std::uint64_t payloadSize) {
    constexpr std::uint64_t kMostPayload =
        std::numeric_limits<std::uint32_t>::max() - kUuidHeaderBytes;
    if (payloadSize > kMostPayload) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("make uuid box: {} bytes do not fit a 32-bit size", payloadSize));
    }
    const auto size = static_cast<std::uint32_t>(payloadSize + kUuidHeaderBytes);
    std::array<std::uint8_t, kUuidHeaderBytes> header{};
    for (unsigned i = 0; i < 4; ++i) {
        header[i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
        header[4 + i] = static_cast<std::uint8_t>(kUuid >> (24 - 8 * i));
    }
    std::copy(userType.begin(), userType.end(), header.begin() + kBoxHeaderBytes);
    return header;
}

Result<void> appendUuidBox(Buffer& to, const UserType& userType, ByteView payload) {
    LIUHEN_TRY(const auto header, uuidBoxHeader(userType, payload.size()));
    to.reserve(to.size() + header.size() + payload.size());
    core::append(to, header);
    core::append(to, payload);
    return {};
}

}  // namespace liuhen::media
