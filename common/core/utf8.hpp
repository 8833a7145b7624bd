// SPDX-License-Identifier: Apache-2.0
// Whether bytes are well-formed UTF-8.
#pragma once

#include "common/core/bytes.hpp"

namespace liuhen::core {

/// Unicode 15 table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool isUtf8(ByteView bytes);

}  // namespace liuhen::core
