// SPDX-License-Identifier: Apache-2.0
// 今日待办: gathered from all sources, the most pressing first.
#pragma once

#include "dock/web/api/parts.hpp"

namespace liuhen::web {

/// Schema Todo, without the time.
[[nodiscard]] json todoItems(const Parts& parts, const access::Session& session);

}  // namespace liuhen::web
