// SPDX-License-Identifier: Apache-2.0
// What the page's handlers of the register share.
#pragma once

#include "dock/register/register.hpp"
#include "dock/web/api/parts.hpp"

namespace liuhen::web {

/// What is entered, refused or changed; register_routes.cpp puts them into its table.
[[nodiscard]] std::vector<Route> registerChanges();

}  // namespace liuhen::web
