// SPDX-License-Identifier: Apache-2.0
// Searching recordings by what the register knows of them.
#pragma once

#include "dock/web/api/parts.hpp"

namespace liuhen::web {

/// All that is given must hold; texts are parts of a name or a number.
struct RegisterFilter {
    std::optional<access::Person> officer;  // had the recorder
    std::optional<std::string> unit;        // of one who had it: code or name
    std::optional<std::string> matter;      // of its hand-out: category and step
    std::optional<std::string> place;       // of its hand-out
    std::optional<std::string> lawsuit;     // linked, itself or by an act: number or name

    [[nodiscard]] bool empty() const { return !officer && !unit && !matter && !place && !lawsuit; }
};

/// Where such recordings began: stretches of time on recorders, which may overlap. Errors: those of
/// register and catalogue.
[[nodiscard]] Result<std::vector<catalogue::DeviceSpan>> spansOf(Parts& parts,
                                                                 const RegisterFilter& filter);

}  // namespace liuhen::web
