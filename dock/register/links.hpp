// SPDX-License-Identifier: Apache-2.0
// Ends of links: which recording one means, and which end comes first.
#pragma once

#include "dock/register/view.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace liuhen::registry {

/// DEVICE/GENERATION/START, numbers without leading zeros.
[[nodiscard]] std::string recordingId(std::string_view device,
                                      std::uint64_t generation,
                                      std::uint64_t start);
[[nodiscard]] bool isRecordingId(std::string_view id);

/// A link with its ends in their order.
[[nodiscard]] Link linkOf(LinkEnd one, LinkEnd other);

/// What is linked with `end`, directly.
[[nodiscard]] std::vector<LinkEnd> linkedWith(const View& view, const LinkEnd& end);

}  // namespace liuhen::registry
