// SPDX-License-Identifier: Apache-2.0
// What of a recorder's footage no receipt was given for.
#pragma once

#include "dock/catalogue/catalogue.hpp"
#include "dock/register/bodies.hpp"

#include <string>
#include <vector>

namespace liuhen::registry {

/// For each generation that the catalogue knows: where it ends, and what is known and not stored.
/// What was recorded after it is known to nobody. Errors: those of the database.
[[nodiscard]] Result<std::vector<Unreceipted>> unreceipted(catalogue::Catalogue& catalogue,
                                                           const std::string& device);

/// The ranges as sentences in Chinese, one each.
[[nodiscard]] std::vector<std::string> unreceiptedZh(const Loss& loss);

}  // namespace liuhen::registry
