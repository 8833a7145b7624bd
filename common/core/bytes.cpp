// SPDX-License-Identifier: Apache-2.0
// Bytes, hex, base64 and bounded reading.
#include "common/core/bytes.hpp"

#include <algorithm>
#include <charconv>

namespace liuhen::core {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hexValue(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

void appendUnsigned(Buffer& to, std::uint64_t value, unsigned width) {
    for (unsigned i = width; i-- > 0;) {
        to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

}  // namespace

ByteView viewOf(std::string_view text) {
    // Both are bytes; the cast only changes their signedness.
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view textOf(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Buffer toBuffer(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

void append(Buffer& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

bool equal(ByteView a, ByteView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::string toHex(ByteView bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        hex.push_back(kHexDigits[byte >> 4U]);
        hex.push_back(kHexDigits[byte & 15U]);
    }
    return hex;
}

Result<Buffer> fromHex(std::string_view hex) {
    if (hex.size() % 2 != 0) {
        return fail(ErrorKind::InvalidArgument, "read hex: odd number of digits");
    }
    Buffer bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hexValue(hex[i]);
        const int low = hexValue(hex[i + 1]);
        if (high < 0 || low < 0) {
            return fail(ErrorKind::InvalidArgument, "read hex: not a hex digit");
        }
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

Result<Digest> digestFromHex(std::string_view hex) {
    LIUHEN_TRY(const Buffer bytes, fromHex(hex));
    Digest digest{};
    if (bytes.size() != digest.size()) {
        return fail(ErrorKind::InvalidArgument, "read digest: not 64 hex digits");
    }
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    return digest;
}

std::string toBase64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = (group << 8U) | (k < have ? bytes[i + k] : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint32_t digit = (group >> (18U - 6U * static_cast<unsigned>(k))) & 63U;
            text.push_back(k <= have ? kBase64Digits[digit] : '=');
        }
    }
    return text;
}

Result<Buffer> fromBase64(std::string_view text) {
    const auto bad = [] { return fail(ErrorKind::InvalidArgument, "read base64: malformed"); };
    if (text.size() % 4 != 0) {
        return bad();
    }
    Buffer bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        std::size_t have = 4;
        for (std::size_t k = 0; k < 4; ++k) {
            const std::size_t digit = kBase64Digits.find(text[i + k]);
            if (digit == std::string_view::npos) {
                have = std::min(have, k);
            } else if (have < 4) {
                return bad();
            }
            group = (group << 6U) |
                    (digit == std::string_view::npos ? 0U : static_cast<std::uint32_t>(digit));
        }
        for (std::size_t k = 0; k + 1 < have; ++k) {
            bytes.push_back(
                static_cast<std::uint8_t>(group >> (16U - 8U * static_cast<unsigned>(k))));
        }
    }
    // One text per value: padding, spare bits and foreign characters are judged by making it again.
    if (toBase64(bytes) != text) {
        return bad();
    }
    return bytes;
}

Result<std::uint64_t> parseUnsigned(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return fail(ErrorKind::InvalidArgument,
                    "read number: '" + std::string(text.substr(0, 40)) + "'");
    }
    return value;
}

Result<std::uint64_t> ByteReader::unsignedOf(std::size_t width) {
    LIUHEN_TRY(const ByteView bytes, take(width));
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) {
        value = (value << 8U) | byte;
    }
    return value;
}

Result<std::uint8_t> ByteReader::u8() {
    LIUHEN_TRY(const std::uint64_t value, unsignedOf(1));
    return static_cast<std::uint8_t>(value);
}

Result<std::uint16_t> ByteReader::u16() {
    LIUHEN_TRY(const std::uint64_t value, unsignedOf(2));
    return static_cast<std::uint16_t>(value);
}

Result<std::uint32_t> ByteReader::u32() {
    LIUHEN_TRY(const std::uint64_t value, unsignedOf(4));
    return static_cast<std::uint32_t>(value);
}

Result<std::uint64_t> ByteReader::u64() {
    return unsignedOf(8);
}

Result<ByteView> ByteReader::take(std::size_t count) {
    if (count > left()) {
        return fail(ErrorKind::DataLoss, "read bytes: end reached");
    }
    const ByteView bytes = bytes_.subspan(position_, count);
    position_ += count;
    return bytes;
}

void appendU8(Buffer& to, std::uint8_t value) {
    to.push_back(value);
}

void appendU16(Buffer& to, std::uint16_t value) {
    appendUnsigned(to, value, 2);
}

void appendU32(Buffer& to, std::uint32_t value) {
    appendUnsigned(to, value, 4);
}

void appendU64(Buffer& to, std::uint64_t value) {
    appendUnsigned(to, value, 8);
}

}  // namespace liuhen::core
