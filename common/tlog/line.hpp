// SPDX-License-Identifier: Apache-2.0
// Texts of which each line ends with a newline.
#pragma once

#include <optional>
#include <string_view>

namespace liuhen::tlog {

/// Takes the text up to the next newline off the front; nothing if there is none. What it answers
/// points into the text.
[[nodiscard]] inline std::optional<std::string_view> takeLine(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace liuhen::tlog
