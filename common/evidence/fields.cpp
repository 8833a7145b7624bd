// SPDX-License-Identifier: Apache-2.0
// Typed reading of CBOR map fields.
#include "common/evidence/fields.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

using core::Cbor;
using core::Result;

tl::unexpected<core::Error> missing(std::string_view what, std::string_view key) {
    return core::fail(core::ErrorKind::DataLoss, fmt::format("read field {}: no {}", key, what));
}

// NOLINTNEXTLINE(misc-no-recursion): the decoder bounds the depth.
bool isPlain(const Cbor& value) {
    if (const Cbor::Array* items = value.items()) {
        return std::all_of(items->begin(), items->end(), isPlain);
    }
    if (const Cbor::Map* pairs = value.pairs()) {
        return std::all_of(pairs->begin(), pairs->end(), [](const auto& pair) {
            const bool key = pair.first.text() != nullptr || pair.first.unsignedInteger();
            return key && isPlain(pair.second);
        });
    }
    return !value.tag();
}

template <class Key>
std::string keyName(Key key) {
    return fmt::format("{}", key);
}

template <class Key>
Result<std::uint64_t> unsignedOf(const Cbor& map, Key key) {
    const Cbor* value = map.find(key);
    const auto number = value != nullptr ? value->unsignedInteger() : std::nullopt;
    if (!number) {
        return missing("unsigned number", keyName(key));
    }
    return *number;
}

template <class Key>
Result<std::string> textOf(const Cbor& map, Key key) {
    const Cbor* value = map.find(key);
    if (value == nullptr || value->text() == nullptr) {
        return missing("text", keyName(key));
    }
    return *value->text();
}

template <class Key>
Result<core::Digest> digestOf(const Cbor& map, Key key) {
    const Cbor* value = map.find(key);
    const auto digest = value != nullptr ? value->digest() : std::nullopt;
    if (!digest) {
        return missing("hash", keyName(key));
    }
    return *digest;
}

}  // namespace

Result<Cbor> decodePlain(core::ByteView bytes) {
    LIUHEN_TRY(Cbor value, Cbor::decode(bytes));
    if (!isPlain(value)) {
        return core::fail(core::ErrorKind::DataLoss, "read CBOR: a tag or a negative key");
    }
    return value;
}

Result<std::uint64_t> unsignedAt(const Cbor& map, std::uint64_t key) {
    return unsignedOf(map, key);
}

Result<std::uint64_t> unsignedAt(const Cbor& map, std::string_view key) {
    return unsignedOf(map, key);
}

Result<std::int64_t> integerAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    const auto number = value != nullptr ? value->integer() : std::nullopt;
    if (!number) {
        return missing("integer", key);
    }
    return *number;
}

Result<std::string> textAt(const Cbor& map, std::uint64_t key) {
    return textOf(map, key);
}

Result<std::string> textAt(const Cbor& map, std::string_view key) {
    return textOf(map, key);
}

Result<core::Digest> digestAt(const Cbor& map, std::uint64_t key) {
    return digestOf(map, key);
}

Result<core::Digest> digestAt(const Cbor& map, std::string_view key) {
    return digestOf(map, key);
}

Result<core::Buffer> bytesAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value == nullptr || value->bytes() == nullptr) {
        return missing("byte string", key);
    }
    return *value->bytes();
}

Result<crypto::PublicKey> keyAt(const Cbor& map, std::string_view key) {
    LIUHEN_TRY(const core::Buffer bytes, bytesAt(map, key));
    auto point = crypto::PublicKey::fromBytes(bytes);
    if (!point) {
        return core::fail(core::ErrorKind::DataLoss, fmt::format("read field {}: no key", key));
    }
    return *std::move(point);
}

Result<Cbor::Array> itemsAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value == nullptr || value->items() == nullptr) {
        return missing("array", key);
    }
    return *value->items();
}

Result<std::optional<std::uint64_t>> optionalUnsignedAt(const Cbor& map, std::string_view key) {
    const Cbor* value = map.find(key);
    if (value == nullptr) {
        return missing("unsigned number or null", key);
    }
    const auto number = value->unsignedInteger();
    if (!number && !value->isNull()) {
        return missing("unsigned number or null", key);
    }
    return std::optional<std::uint64_t>(number);
}

}  // namespace liuhen::evidence
