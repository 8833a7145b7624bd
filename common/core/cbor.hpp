// SPDX-License-Identifier: Apache-2.0
// Deterministic CBOR (RFC 8949 section 4.2.1): one value, one encoding, written and read strictly.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace liuhen::core {

/// One CBOR data item of the kinds that our formats use: integers, byte and text strings, arrays,
/// maps, one tag, booleans and null. No floats, no indefinite lengths.
///
/// Maps are kept as pairs in the order of their encoding: bytewise by encoded key.
// NOLINTBEGIN(misc-no-recursion): copying and ending a value go as deep as the value.
class Cbor {
public:
    using Array = std::vector<Cbor>;
    using Map = std::vector<std::pair<Cbor, Cbor>>;

    Cbor() = default;  // null
    // NOLINTBEGIN(google-explicit-constructor): values are written as literals.
    Cbor(std::nullptr_t) {}
    Cbor(bool value) : value_(value) {}
    Cbor(int value) : value_(static_cast<std::int64_t>(value)) {}
    Cbor(std::int64_t value) : value_(value) {}
    Cbor(std::uint32_t value) : value_(static_cast<std::int64_t>(value)) {}
    Cbor(std::uint64_t value);
    Cbor(const char* text) : value_(std::string(text)) {}
    Cbor(std::string_view text) : value_(std::string(text)) {}
    Cbor(std::string text) : value_(std::move(text)) {}
    Cbor(Buffer bytes) : value_(std::move(bytes)) {}
    Cbor(ByteView bytes) : value_(toBuffer(bytes)) {}
    Cbor(const Digest& digest) : value_(toBuffer(digest)) {}
    Cbor(Array items) : value_(std::move(items)) {}
    // NOLINTEND(google-explicit-constructor)
    /// A map whose keys are all text or all integers; pairs may come in any order, no key twice.
    [[nodiscard]] static Cbor map(std::initializer_list<std::pair<Cbor, Cbor>> pairs);
    [[nodiscard]] static Cbor mapOf(Map pairs);
    [[nodiscard]] static Cbor array(std::initializer_list<Cbor> items);
    [[nodiscard]] static Cbor tagged(std::uint64_t tag, Cbor content);

    [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] std::optional<bool> boolean() const;
    /// The integer, if it is one and fits.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<std::uint64_t> unsignedInteger() const;
    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const Buffer* bytes() const { return std::get_if<Buffer>(&value_); }
    [[nodiscard]] std::optional<Digest> digest() const;
    [[nodiscard]] const Array* items() const { return std::get_if<Array>(&value_); }
    [[nodiscard]] const Map* pairs() const;
    /// The tag's number and content, if this is a tagged item.
    [[nodiscard]] std::optional<std::uint64_t> tag() const;
    [[nodiscard]] const Cbor* tagContent() const;

    /// The value under a text or unsigned key; nullptr if this is no map or the key is absent.
    [[nodiscard]] const Cbor* find(std::string_view key) const;
    [[nodiscard]] const Cbor* find(std::uint64_t key) const;
    /// Adds a pair to a map. The key must not be there yet and be of the others' kind.
    void set(Cbor key, Cbor value);

    /// The one deterministic encoding.
    [[nodiscard]] Buffer encode() const;
    void encodeTo(Buffer& to) const;

    /// Reads exactly one item that fills `bytes` and is in its deterministic encoding.
    ///
    /// Errors: DataLoss for anything else: longer heads than needed, unsorted or double keys,
    /// floats, indefinite lengths, ill-formed UTF-8, nesting beyond 16, keys that are neither all
    /// text nor all integers, bytes left over.
    [[nodiscard]] static Result<Cbor> decode(ByteView bytes);
    /// Reads one item off the front of `bytes`; `used` gets its length. Errors: as decode; DataLoss
    /// also if the item is cut off.
    [[nodiscard]] static Result<Cbor> decodeFirst(ByteView bytes, std::size_t& used);

    [[nodiscard]] bool operator==(const Cbor& other) const;

private:
    struct Tagged {
        std::uint64_t tag = 0;
        std::vector<Cbor> content;  // exactly one; a vector because Cbor is not complete here
    };
    struct Pairs {
        Map pairs;
    };
    // A uint64 above INT64_MAX is kept as such; everything else that is an integer is int64.
    std::variant<std::monostate,
                 bool,
                 std::int64_t,
                 std::uint64_t,
                 std::string,
                 Buffer,
                 Array,
                 Pairs,
                 Tagged>
        value_;
    friend class CborReader;
};
// NOLINTEND(misc-no-recursion)

/// The value printed in RFC 8949 diagnostic notation, byte strings as h'..', for people.
[[nodiscard]] std::string diagnose(const Cbor& value);

}  // namespace liuhen::core
