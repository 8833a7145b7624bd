// SPDX-License-Identifier: Apache-2.0
// COSE_Sign1 written and read byte for byte: there is one encoding, so nothing else is parsed.
#include "common/crypto/cose.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::crypto {

using core::append;
using core::ByteReader;
using core::ErrorKind;
using core::fail;
using core::viewOf;

namespace {

// RFC 8949 section 3: the upper three bits of an item's first byte.
constexpr std::uint8_t kMajorBytes = 0x40;
constexpr std::uint8_t kMajorText = 0x60;

constexpr std::size_t kSignatureBytes = 64;
constexpr std::array<std::uint8_t, 2> kOpening = {0xD2, 0x84};        // tag 18, array of 4
constexpr std::array<std::uint8_t, 1> kUnprotected = {0xA0};          // empty map
constexpr std::array<std::uint8_t, 2> kSignatureHead = {0x58, 0x40};  // 64 bytes
constexpr std::array<std::uint8_t, 4> kEs256Header = {0xA2, 0x01, 0x26, 0x03};  // {1: -7, 3:
constexpr std::array<std::uint8_t, 8> kSmHeader = {0xA2,
                                                   0x01,
                                                   0x3A,
                                                   0x00,  // {1: -65537, 3:
                                                   0x01,
                                                   0x00,
                                                   0x00,
                                                   0x03};

void appendHead(Buffer& to, std::uint8_t major, std::uint64_t value) {
    if (value < 24) {
        core::appendU8(to, static_cast<std::uint8_t>(major | value));
    } else if (value <= 0xFF) {
        core::appendU8(to, major | 24U);
        core::appendU8(to, static_cast<std::uint8_t>(value));
    } else if (value <= 0xFFFF) {
        core::appendU8(to, major | 25U);
        core::appendU16(to, static_cast<std::uint16_t>(value));
    } else if (value <= 0xFFFFFFFF) {
        core::appendU8(to, major | 26U);
        core::appendU32(to, static_cast<std::uint32_t>(value));
    } else {
        core::appendU8(to, major | 27U);
        core::appendU64(to, value);
    }
}

void appendItem(Buffer& to, std::uint8_t major, ByteView content) {
    appendHead(to, major, content.size());
    append(to, content);
}

/// Reads a byte or text string with a definite length in its shortest form.
Result<ByteView> readString(ByteReader& reader, std::uint8_t major, std::string_view what) {
    LIUHEN_TRY(const std::uint8_t first, reader.u8());
    if ((first & 0xE0U) != major) {
        return fail(ErrorKind::DataLoss, fmt::format("{} is of another type", what));
    }
    std::uint64_t length = first & 0x1FU;
    std::uint64_t least = 0;  // below this a shorter head would do
    if (length == 24) {
        LIUHEN_TRY(length, reader.u8());
        least = 24;
    } else if (length == 25) {
        LIUHEN_TRY(length, reader.u16());
        least = std::uint64_t{1} << 8U;
    } else if (length == 26) {
        LIUHEN_TRY(length, reader.u32());
        least = std::uint64_t{1} << 16U;
    } else if (length == 27) {
        LIUHEN_TRY(length, reader.u64());
        least = std::uint64_t{1} << 32U;
    } else if (length > 27) {
        return fail(ErrorKind::DataLoss, fmt::format("{} has no definite length", what));
    }
    if (length < least) {
        return fail(ErrorKind::DataLoss, fmt::format("{} has a longer head than needed", what));
    }
    if (length > reader.left()) {
        return fail(ErrorKind::DataLoss, fmt::format("{} is cut off", what));
    }
    return reader.take(static_cast<std::size_t>(length));
}

template <std::size_t N>
bool startsWith(ByteView bytes, const std::array<std::uint8_t, N>& start) {
    return bytes.size() >= N && core::equal(bytes.first(N), start);
}

template <std::size_t N>
Result<void> expect(ByteReader& reader,
                    const std::array<std::uint8_t, N>& bytes,
                    std::string_view what) {
    LIUHEN_TRY(const ByteView found, reader.take(N));
    if (!core::equal(found, bytes)) {
        return fail(ErrorKind::DataLoss, fmt::format("{} expected", what));
    }
    return {};
}

/// Content types are visible ASCII: nothing to normalise, nothing to hide.
bool isContentType(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<std::string> readHeader(ByteView header) {
    const bool sm = startsWith(header, kSmHeader);
    if (!sm && !startsWith(header, kEs256Header)) {
        return fail(ErrorKind::DataLoss, "protected header is not {1: -7, 3: content type}");
    }
    ByteReader reader(header.subspan(sm ? kSmHeader.size() : kEs256Header.size()));
    LIUHEN_TRY(const ByteView text, readString(reader, kMajorText, "content type"));
    if (!reader.atEnd() || !isContentType(core::textOf(text))) {
        return fail(ErrorKind::DataLoss, "content type is not visible ASCII alone");
    }
    if (sm) {
        return fail(ErrorKind::Unimplemented, "suite sm is reserved and not supported");
    }
    return std::string(core::textOf(text));
}

/// RFC 9052 section 4.4: what is signed.
Buffer signedBytes(ByteView protectedBytes, ByteView payload) {
    Buffer bytes;
    bytes.reserve(protectedBytes.size() + payload.size() + 32);
    core::appendU8(bytes, 0x84);
    appendItem(bytes, kMajorText, viewOf("Signature1"));
    appendItem(bytes, kMajorBytes, protectedBytes);
    appendItem(bytes, kMajorBytes, {});
    appendItem(bytes, kMajorBytes, payload);
    return bytes;
}

Result<Sign1> parse(ByteReader& reader) {
    LIUHEN_CHECK(expect(reader, kOpening, "tag 18 over an array of four"));
    LIUHEN_TRY(const ByteView header, readString(reader, kMajorBytes, "protected header"));
    LIUHEN_TRY(std::string contentType, readHeader(header));
    LIUHEN_CHECK(expect(reader, kUnprotected, "empty unprotected header"));
    LIUHEN_TRY(const ByteView payload, readString(reader, kMajorBytes, "payload"));
    LIUHEN_CHECK(expect(reader, kSignatureHead, "signature of 64 bytes"));
    LIUHEN_TRY(const ByteView signature, reader.take(kSignatureBytes));
    return Sign1{.contentType = std::move(contentType),
                 .protectedBytes = core::toBuffer(header),
                 .payload = core::toBuffer(payload),
                 .signature = core::toBuffer(signature)};
}

}  // namespace

Buffer sign1(const PrivateKey& key, std::string_view contentType, ByteView payload) {
    LIUHEN_ASSERT(isContentType(contentType));
    Buffer header(kEs256Header.begin(), kEs256Header.end());
    appendItem(header, kMajorText, viewOf(contentType));
    const SignatureBytes signature = key.sign(signedBytes(header, payload));

    Buffer message(kOpening.begin(), kOpening.end());
    message.reserve(header.size() + payload.size() + kSignatureBytes + 32);
    appendItem(message, kMajorBytes, header);
    append(message, kUnprotected);
    appendItem(message, kMajorBytes, payload);
    append(message, kSignatureHead);
    append(message, signature);
    return message;
}

Result<Sign1> parseSign1(ByteView bytes) {
    std::size_t used = 0;
    LIUHEN_TRY(Sign1 message, parseFirstSign1(bytes, used));
    if (used != bytes.size()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read COSE_Sign1: {} bytes left over", bytes.size() - used));
    }
    return message;
}

Result<Sign1> parseFirstSign1(ByteView bytes, std::size_t& used) {
    ByteReader reader(bytes);
    Result<Sign1> message = parse(reader);
    if (!message) {
        return core::failWith(message.error(), "read COSE_Sign1");
    }
    used = reader.position();
    return message;
}

bool verifySign1(const Sign1& message, const PublicKey& key) {
    return key.verify(signedBytes(message.protectedBytes, message.payload), message.signature);
}

}  // namespace liuhen::crypto
