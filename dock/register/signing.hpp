// SPDX-License-Identifier: Apache-2.0
// The assignment that goes with a hand-out.
#pragma once

#include "dock/register/register.hpp"

namespace liuhen::registry {

/// The most bytes of an assignment that a recorder takes (docs/protocol/cable.md).
inline constexpr std::size_t kMostAssignmentBytes = 20'000;

/// "王芳 豫G0123": a name with its licence number, as the assignment commits to it.
[[nodiscard]] std::string signedName(const Officer& officer);

/// Signs the message of `body`, with new salts, and answers evidence::Assignment with its
/// openings: wearer, place, companions in their order. The people and matters must be in the view.
/// Errors: InvalidArgument if it is longer than a recorder takes.
[[nodiscard]] Result<core::Buffer> signAssignment(const View& view,
                                                  const Handout& body,
                                                  const Signer& signer);

}  // namespace liuhen::registry
