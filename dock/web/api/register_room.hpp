// SPDX-License-Identifier: Apache-2.0
// What the page's handlers of the register share.
#pragma once

#include "dock/register/register.hpp"
#include "dock/web/api/parts.hpp"

namespace liuhen::web {

/// What is entered, refused or changed; register_routes.cpp puts them into its table.
[[nodiscard]] std::vector<Route> registerChanges();

/// The register's "no" in the schema Error: what to do stands in the sentence.
[[nodiscard]] net::Response refused(const registry::Refusal& why);
/// Schema Entered, or why not.
[[nodiscard]] net::Response entered(const Result<registry::Entered>& entry);

/// Adds the written explanations of an interruption to a list of the schema Explanation.
/// Errors: those of register and accounts.
[[nodiscard]] Result<void> addExplanations(Parts& parts,
                                           const catalogue::RecordingName& name,
                                           std::uint64_t seq,
                                           json& to);

}  // namespace liuhen::web
