// SPDX-License-Identifier: Apache-2.0
// Who had which recorder when, as hand-outs tell it.
#pragma once

#include "dock/register/view.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::registry {

/// A recorder with a person from `fromUs` until before `toUs`; INT64_MAX: still out.
struct Holding {
    Person person{};
    std::string device;
    std::int64_t fromUs = 0;
    std::int64_t toUs = 0;
};

/// Whom one hand-out gives its recorder, the wearer first: companions for as long as it is out; the
/// wearer, and each who received it in the field, until a hand-over to the next was confirmed. What
/// is not confirmed gives nothing and takes nothing. A stretch without length is left out.
[[nodiscard]] std::vector<Holding> holdingsOf(const NotedHandout& handout);

/// What one person had, the oldest hand-out first.
[[nodiscard]] std::vector<Holding> heldBy(const View& view, const Person& person);

/// Who had a recorder at that time, nobody twice.
[[nodiscard]] std::vector<Person> holdersAt(const View& view,
                                            const std::string& device,
                                            std::int64_t us);

}  // namespace liuhen::registry
