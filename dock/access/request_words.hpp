// SPDX-License-Identifier: Apache-2.0
// What the `reason` of a request commits to, in the form of docs/format/access.md section 2.1.
#pragma once

#include "common/core/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace liuhen::access {

/// Who asks from outside of the bureau, and by which letter (来函). No text of it is empty or has
/// control characters.
struct Outsider {
    std::string name;  // of the organ or person
    std::string letterNumber;
    std::string letterDate;  // isDate()
    core::Digest scan{};     // SHA-256 of the letter's scan

    bool operator==(const Outsider&) const = default;
};

/// Why something is asked, and for whom if not for the bureau itself.
struct RequestWords {
    std::string reason;  // without control characters
    std::optional<Outsider> outsider;

    /// The one text of it, which is committed to.
    [[nodiscard]] std::string text() const;
    /// What a text says. One that is of no other shape is a reason, all of it.
    [[nodiscard]] static RequestWords parse(std::string_view text);

    bool operator==(const RequestWords&) const = default;
};

/// Whether it is a day of the calendar, written YYYY-MM-DD.
[[nodiscard]] bool isDate(std::string_view text);

}  // namespace liuhen::access
