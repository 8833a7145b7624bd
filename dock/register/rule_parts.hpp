// SPDX-License-Identifier: Apache-2.0
// Judgements that several rules share. Internal to this folder.
#pragma once

#include "dock/register/fields.hpp"
#include "dock/register/rules.hpp"

#include <string_view>

namespace liuhen::registry {

/// A text that people typed: UTF-8, no control characters, within `limit`. `label` is its Chinese
/// name on the page.
[[nodiscard]] Judgement judgeText(std::string_view text,
                                  std::string_view label,
                                  std::size_t limit = kNameBytes);
/// The same, and not empty.
[[nodiscard]] Judgement judgeGiven(std::string_view text,
                                   std::string_view label,
                                   std::size_t limit = kNameBytes);
/// Whoever does it is known and has not left.
[[nodiscard]] Judgement judgeBy(const View& view, const Asked& asked);
/// The unit is known and not closed.
[[nodiscard]] Judgement judgeUnit(const View& view, const std::string& id);
/// May wear a recorder: known, has not left, has a licence.
[[nodiscard]] Judgement judgeWearer(const View& view, const Person& person);
[[nodiscard]] Judgement judgeDevice(const View& view, const std::string& device);

}  // namespace liuhen::registry
