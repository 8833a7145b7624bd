// SPDX-License-Identifier: Apache-2.0
// The collected client data of a web authentication, read strictly.
#pragma once

#include "common/core/bytes.hpp"

#include <map>
#include <optional>
#include <string>

namespace liuhen::crypto {

/// What stands under a name of a JSON object.
struct JsonMember {
    enum class Type { Text, True, False, Null, Number, Container };
    Type type = Type::Null;
    std::string text;  // of a Text, with its escapes undone
};
using JsonObject = std::map<std::string, JsonMember>;

/// At most so many objects and arrays within each other, the outermost one counted.
inline constexpr std::size_t kJsonDepth = 16;

/// Reads one JSON object (RFC 8259) that fills `bytes`; what lies deeper is checked and left out.
///
/// Nothing if it is anything else: no well-formed UTF-8, a byte order mark, a name twice in one
/// object at any depth, an escaped surrogate without its other half, nested beyond kJsonDepth.
[[nodiscard]] std::optional<JsonObject> readJsonObject(core::ByteView bytes);

}  // namespace liuhen::crypto
