// SPDX-License-Identifier: Apache-2.0
// CBOR values: making them, looking into them, writing them.
#include "common/core/cbor.hpp"

#include "common/core/cbor_head.hpp"

#include <algorithm>

namespace liuhen::core {

namespace {

/// Whether the encoding of key `a` sorts before that of key `b`; both are texts or both integers.
bool keyBefore(const Cbor& a, const Cbor& b) {
    const std::string* textA = a.text();
    const std::string* textB = b.text();
    if (textA != nullptr && textB != nullptr) {
        // The head, which holds the length, comes first in the encoding.
        return textA->size() != textB->size() ? textA->size() < textB->size() : *textA < *textB;
    }
    const std::optional<std::uint64_t> unsignedA = a.unsignedInteger();
    const std::optional<std::uint64_t> unsignedB = b.unsignedInteger();
    if (unsignedA.has_value() && unsignedB.has_value()) {
        return *unsignedA < *unsignedB;
    }
    if (unsignedA.has_value() || unsignedB.has_value()) {
        return unsignedA.has_value();
    }
    return a.integer() > b.integer();  // -1 is written as 0, -2 as 1, and so on
}

bool isKey(const Cbor& item) {
    return item.text() != nullptr || item.integer().has_value() ||
           item.unsignedInteger().has_value();
}

}  // namespace

void appendCborHead(Buffer& to, CborMajor major, std::uint64_t argument) {
    const auto upper = static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5U);
    if (argument < kCborOneByte) {
        appendU8(to, static_cast<std::uint8_t>(upper | argument));
    } else if (argument <= UINT8_MAX) {
        appendU8(to, static_cast<std::uint8_t>(upper | kCborOneByte));
        appendU8(to, static_cast<std::uint8_t>(argument));
    } else if (argument <= UINT16_MAX) {
        appendU8(to, static_cast<std::uint8_t>(upper | (kCborOneByte + 1U)));
        appendU16(to, static_cast<std::uint16_t>(argument));
    } else if (argument <= UINT32_MAX) {
        appendU8(to, static_cast<std::uint8_t>(upper | (kCborOneByte + 2U)));
        appendU32(to, static_cast<std::uint32_t>(argument));
    } else {
        appendU8(to, static_cast<std::uint8_t>(upper | kCborEightBytes));
        appendU64(to, argument);
    }
}

Cbor::Cbor(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
        value_ = static_cast<std::int64_t>(value);
    } else {
        value_ = value;
    }
}

Cbor Cbor::map(std::initializer_list<std::pair<Cbor, Cbor>> pairs) {
    return mapOf(Map(pairs));
}

Cbor Cbor::mapOf(Map pairs) {
    for (const auto& [key, value] : pairs) {
        LIUHEN_ASSERT(isKey(key));
        LIUHEN_ASSERT((key.text() == nullptr) == (pairs.front().first.text() == nullptr));
    }
    std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
        return keyBefore(a.first, b.first);
    });
    for (std::size_t i = 1; i < pairs.size(); ++i) {
        LIUHEN_ASSERT(keyBefore(pairs[i - 1].first, pairs[i].first));
    }
    Cbor made;
    made.value_ = Pairs{std::move(pairs)};
    return made;
}

Cbor Cbor::array(std::initializer_list<Cbor> items) {
    return Array(items);
}

Cbor Cbor::tagged(std::uint64_t tag, Cbor content) {
    Cbor made;
    Tagged inner;
    inner.tag = tag;
    inner.content.push_back(std::move(content));
    made.value_ = std::move(inner);
    return made;
}

std::optional<bool> Cbor::boolean() const {
    const bool* value = std::get_if<bool>(&value_);
    return value == nullptr ? std::nullopt : std::optional<bool>(*value);
}

std::optional<std::int64_t> Cbor::integer() const {
    const std::int64_t* value = std::get_if<std::int64_t>(&value_);
    return value == nullptr ? std::nullopt : std::optional<std::int64_t>(*value);
}

std::optional<std::uint64_t> Cbor::unsignedInteger() const {
    if (const std::uint64_t* value = std::get_if<std::uint64_t>(&value_); value != nullptr) {
        return *value;
    }
    const std::int64_t* value = std::get_if<std::int64_t>(&value_);
    if (value == nullptr || *value < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*value);
}

std::optional<Digest> Cbor::digest() const {
    const Buffer* value = bytes();
    Digest digest{};
    if (value == nullptr || value->size() != digest.size()) {
        return std::nullopt;
    }
    std::copy(value->begin(), value->end(), digest.begin());
    return digest;
}

const Cbor::Map* Cbor::pairs() const {
    const Pairs* value = std::get_if<Pairs>(&value_);
    return value == nullptr ? nullptr : &value->pairs;
}

std::optional<std::uint64_t> Cbor::tag() const {
    const Tagged* value = std::get_if<Tagged>(&value_);
    return value == nullptr ? std::nullopt : std::optional<std::uint64_t>(value->tag);
}

const Cbor* Cbor::tagContent() const {
    const Tagged* value = std::get_if<Tagged>(&value_);
    return value == nullptr ? nullptr : &value->content.front();
}

const Cbor* Cbor::find(std::string_view key) const {
    const Map* map = pairs();
    if (map == nullptr) {
        return nullptr;
    }
    for (const auto& [name, value] : *map) {
        if (name.text() != nullptr && *name.text() == key) {
            return &value;
        }
    }
    return nullptr;
}

const Cbor* Cbor::find(std::uint64_t key) const {
    const Map* map = pairs();
    if (map == nullptr) {
        return nullptr;
    }
    for (const auto& [name, value] : *map) {
        if (name.unsignedInteger() == key) {
            return &value;
        }
    }
    return nullptr;
}

void Cbor::set(Cbor key, Cbor value) {
    Pairs* map = std::get_if<Pairs>(&value_);
    LIUHEN_ASSERT(map != nullptr);
    LIUHEN_ASSERT(isKey(key));
    Map& pairs = map->pairs;
    LIUHEN_ASSERT(pairs.empty() ||
                  (key.text() == nullptr) == (pairs.front().first.text() == nullptr));
    const auto at =
        std::lower_bound(pairs.begin(), pairs.end(), key, [](const auto& pair, const Cbor& wanted) {
            return keyBefore(pair.first, wanted);
        });
    LIUHEN_ASSERT(at == pairs.end() || keyBefore(key, at->first));
    pairs.emplace(at, std::move(key), std::move(value));
}

Buffer Cbor::encode() const {
    Buffer bytes;
    encodeTo(bytes);
    return bytes;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the value, which a format or `decode` bounds.
void Cbor::encodeTo(Buffer& to) const {
    if (const std::optional<bool> flag = boolean(); flag.has_value()) {
        to.push_back(*flag ? kCborTrue : kCborFalse);
    } else if (const std::optional<std::uint64_t> number = unsignedInteger(); number.has_value()) {
        appendCborHead(to, CborMajor::Unsigned, *number);
    } else if (const std::optional<std::int64_t> negative = integer(); negative.has_value()) {
        appendCborHead(to, CborMajor::Negative, static_cast<std::uint64_t>(-1 - *negative));
    } else if (const std::string* string = text(); string != nullptr) {
        appendCborHead(to, CborMajor::Text, string->size());
        append(to, viewOf(*string));
    } else if (const Buffer* octets = bytes(); octets != nullptr) {
        appendCborHead(to, CborMajor::Bytes, octets->size());
        append(to, *octets);
    } else if (const Array* list = items(); list != nullptr) {
        appendCborHead(to, CborMajor::Array, list->size());
        for (const Cbor& item : *list) {
            item.encodeTo(to);
        }
    } else if (const Map* map = pairs(); map != nullptr) {
        appendCborHead(to, CborMajor::Map, map->size());
        for (const auto& [key, value] : *map) {
            key.encodeTo(to);
            value.encodeTo(to);
        }
    } else if (const Cbor* content = tagContent(); content != nullptr) {
        appendCborHead(to, CborMajor::Tag, *tag());
        content->encodeTo(to);
    } else {
        to.push_back(kCborNull);
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as encodeTo.
bool Cbor::operator==(const Cbor& other) const {
    if (value_.index() != other.value_.index()) {
        return false;
    }
    if (const Tagged* tagged = std::get_if<Tagged>(&value_); tagged != nullptr) {
        const Tagged& theirs = std::get<Tagged>(other.value_);
        return tagged->tag == theirs.tag && tagged->content == theirs.content;
    }
    if (const Map* map = pairs(); map != nullptr) {
        return *map == *other.pairs();
    }
    if (const Array* list = items(); list != nullptr) {
        return *list == *other.items();
    }
    return encode() == other.encode();
}

}  // namespace liuhen::core
