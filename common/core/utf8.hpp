// SPDX-License-Identifier: Apache-2.0
// Whether bytes are well-formed UTF-8.
#pragma once

#include "common/core/bytes.hpp"

#include <string>
#include <string_view>

namespace liuhen::core {

/// Unicode 15 table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool isUtf8(ByteView bytes);

/// The beginning of a text of unknown origin, at most `limit` bytes, as well-formed UTF-8: cut
/// between two characters; a `?` for each byte that belongs to none.
[[nodiscard]] std::string utf8Prefix(std::string_view text, std::size_t limit);

}  // namespace liuhen::core
