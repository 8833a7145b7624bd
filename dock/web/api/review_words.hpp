// SPDX-License-Identifier: Apache-2.0
// The line of 今日待办 of an emergency view that nobody has reviewed.
#pragma once

#include "dock/web/api/parts.hpp"

#include <cstdint>
#include <string>

namespace liuhen::web {

/// `asker` is a name. `grantedUs` and `nowUs`: µs since 1970-01-01 UTC; the line tells how many
/// whole days lie between. `request`: 64 hex digits, for the link.
[[nodiscard]] TodoItem unreviewedItem(const std::string& asker,
                                      std::int64_t grantedUs,
                                      std::int64_t nowUs,
                                      const std::string& request);

}  // namespace liuhen::web
