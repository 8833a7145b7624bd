// SPDX-License-Identifier: Apache-2.0
// The register as the contract shows it.
#pragma once

#include "dock/register/book.hpp"
#include "dock/web/api/parts.hpp"

namespace liuhen::web {

[[nodiscard]] json nameJson(const registry::View& view, const registry::Person& person);
[[nodiscard]] json unitJson(const registry::Unit& unit);
[[nodiscard]] json officerJson(const registry::Officer& officer);
[[nodiscard]] json deviceJson(const registry::Device& device);
[[nodiscard]] json handoutJson(const registry::View& view,
                               const registry::NotedHandout& handout,
                               const registry::When& when);
[[nodiscard]] json matterJson(const registry::Matter& matter);
[[nodiscard]] json actJson(const registry::View& view, const registry::Act& act);
[[nodiscard]] json caseJson(const registry::Case& lawsuit);
[[nodiscard]] json linkJson(const registry::View& view, const registry::NotedLink& link);

}  // namespace liuhen::web
