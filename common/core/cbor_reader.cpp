// SPDX-License-Identifier: Apache-2.0
// The strict CBOR reader: one encoding per value, all bounds checked before anything is taken.
#include "common/core/cbor.hpp"
#include "common/core/cbor_head.hpp"
#include "common/core/utf8.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::core {

/// Reads items off a view. Only `decode` and `decodeFirst` make one.
class CborReader {
public:
    explicit CborReader(ByteView bytes) : bytes_(bytes), reader_(bytes) {}

    [[nodiscard]] Result<Cbor> item(unsigned depth);
    [[nodiscard]] std::size_t position() const { return reader_.position(); }
    [[nodiscard]] tl::unexpected<Error> bad(std::string_view why) const {
        return fail(ErrorKind::DataLoss, fmt::format("read CBOR at byte {}: {}", position(), why));
    }

private:
    struct Head {
        CborMajor major = CborMajor::Simple;
        std::uint64_t argument = 0;
    };
    [[nodiscard]] Result<Head> head();
    [[nodiscard]] Result<Cbor> simple(std::uint64_t argument) const;
    [[nodiscard]] Result<Cbor> negative(std::uint64_t argument) const;
    [[nodiscard]] Result<ByteView> string(std::uint64_t length);
    [[nodiscard]] Result<Cbor> text(std::uint64_t length);
    [[nodiscard]] Result<Cbor> array(std::uint64_t count, unsigned depth);
    [[nodiscard]] Result<Cbor> map(std::uint64_t count, unsigned depth);
    [[nodiscard]] Result<Cbor> key(bool first, bool& textual);

    ByteView bytes_;
    ByteReader reader_;
};

Result<CborReader::Head> CborReader::head() {
    const Result<std::uint8_t> first = reader_.u8();
    if (!first) {
        return bad("item cut off");
    }
    Head head;
    head.major = static_cast<CborMajor>(*first >> 5U);
    const auto info = static_cast<std::uint8_t>(*first & 31U);
    if (info < kCborOneByte) {
        head.argument = info;
        return head;
    }
    if (info > kCborEightBytes) {
        return bad(info == 31 ? "indefinite length" : "reserved head");
    }
    if (head.major == CborMajor::Simple) {
        return bad(info == kCborOneByte ? "unknown simple value" : "floating-point number");
    }
    const unsigned width = 1U << static_cast<unsigned>(info - kCborOneByte);
    const Result<ByteView> argument = reader_.take(width);
    if (!argument) {
        return bad("item cut off");
    }
    for (const std::uint8_t byte : *argument) {
        head.argument = (head.argument << 8U) | byte;
    }
    // The least value that needs this width: 24, then one more than the narrower width holds.
    const std::uint64_t least = width == 1 ? kCborOneByte : std::uint64_t{1} << (4U * width);
    if (head.argument < least) {
        return bad("head longer than needed");
    }
    return head;
}

Result<Cbor> CborReader::simple(std::uint64_t argument) const {
    switch (argument | 0xe0U) {
        case kCborFalse:
            return Cbor(false);
        case kCborTrue:
            return Cbor(true);
        case kCborNull:
            return Cbor(nullptr);
        default:
            return bad("unknown simple value");
    }
}

Result<Cbor> CborReader::negative(std::uint64_t argument) const {
    if (argument > static_cast<std::uint64_t>(INT64_MAX)) {
        return bad("integer below -2^63");
    }
    return Cbor(-1 - static_cast<std::int64_t>(argument));
}

Result<ByteView> CborReader::string(std::uint64_t length) {
    if (length > reader_.left()) {
        return bad("string cut off");
    }
    return reader_.take(static_cast<std::size_t>(length));
}

Result<Cbor> CborReader::text(std::uint64_t length) {
    LIUHEN_TRY(const ByteView bytes, string(length));
    if (!isUtf8(bytes)) {
        return bad("text that is not UTF-8");
    }
    return Cbor(textOf(bytes));
}

// NOLINTNEXTLINE(misc-no-recursion): `depth` bounds it to kCborDepthLimit.
Result<Cbor> CborReader::array(std::uint64_t count, unsigned depth) {
    if (count > reader_.left()) {
        return bad("array cut off");
    }
    Cbor::Array items;  // grows as items are really there
    for (std::uint64_t i = 0; i < count; ++i) {
        LIUHEN_TRY(Cbor next, item(depth + 1));
        items.push_back(std::move(next));
    }
    return Cbor(std::move(items));
}

Result<Cbor> CborReader::key(bool first, bool& textual) {
    LIUHEN_TRY(const Head head, this->head());
    const bool isText = head.major == CborMajor::Text;
    if (!isText && head.major != CborMajor::Unsigned && head.major != CborMajor::Negative) {
        return bad("map key that is neither text nor integer");
    }
    if (!first && isText != textual) {
        return bad("map with text and integer keys");
    }
    textual = isText;
    if (isText) {
        return text(head.argument);
    }
    return head.major == CborMajor::Unsigned ? Cbor(head.argument) : negative(head.argument);
}

// NOLINTNEXTLINE(misc-no-recursion): `depth` bounds it to kCborDepthLimit.
Result<Cbor> CborReader::map(std::uint64_t count, unsigned depth) {
    if (count > reader_.left() / 2) {
        return bad("map cut off");
    }
    Cbor::Map pairs;
    bool textual = false;
    ByteView last;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t start = position();
        LIUHEN_TRY(Cbor name, key(i == 0, textual));
        const ByteView encoded = bytes_.subspan(start, position() - start);
        if (i > 0 && !std::lexicographical_compare(
                         last.begin(), last.end(), encoded.begin(), encoded.end())) {
            return bad(equal(last, encoded) ? "map key twice" : "map keys out of order");
        }
        last = encoded;
        LIUHEN_TRY(Cbor value, item(depth + 1));
        pairs.emplace_back(std::move(name), std::move(value));
    }
    Cbor made;
    made.value_ = Cbor::Pairs{std::move(pairs)};
    return made;
}

// NOLINTNEXTLINE(misc-no-recursion): `depth` bounds it to kCborDepthLimit.
Result<Cbor> CborReader::item(unsigned depth) {
    LIUHEN_TRY(const Head head, this->head());
    const bool nests = head.major == CborMajor::Array || head.major == CborMajor::Map ||
                       head.major == CborMajor::Tag;
    if (nests && depth >= kCborDepthLimit) {
        return bad("nested too deep");
    }
    switch (head.major) {
        case CborMajor::Unsigned:
            return Cbor(head.argument);
        case CborMajor::Negative:
            return negative(head.argument);
        case CborMajor::Bytes: {
            LIUHEN_TRY(const ByteView bytes, string(head.argument));
            return Cbor(bytes);
        }
        case CborMajor::Text:
            return text(head.argument);
        case CborMajor::Array:
            return array(head.argument, depth);
        case CborMajor::Map:
            return map(head.argument, depth);
        case CborMajor::Tag: {
            LIUHEN_TRY(Cbor content, item(depth + 1));
            return Cbor::tagged(head.argument, std::move(content));
        }
        case CborMajor::Simple:
            break;
    }
    return simple(head.argument);
}

Result<Cbor> Cbor::decode(ByteView bytes) {
    std::size_t used = 0;
    LIUHEN_TRY(Cbor item, decodeFirst(bytes, used));
    if (used != bytes.size()) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("read CBOR at byte {}: {} bytes left over", used, bytes.size() - used));
    }
    return item;
}

Result<Cbor> Cbor::decodeFirst(ByteView bytes, std::size_t& used) {
    CborReader reader(bytes);
    LIUHEN_TRY(Cbor item, reader.item(0));
    used = reader.position();
    return item;
}

}  // namespace liuhen::core
