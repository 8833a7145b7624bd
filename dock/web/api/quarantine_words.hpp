// SPDX-License-Identifier: Apache-2.0
// What a quarantine leaf's reason means to people, and what they do next.
#pragma once

#include <string_view>

namespace liuhen::web {

struct QuarantineWords {
    std::string_view needle;  // in the vault's reason
    std::string_view reasonZh;
    std::string_view adviceZh;
    std::string_view adviceEn;
};

/// By the first words that the reason has in it; what fits anything if none does.
[[nodiscard]] const QuarantineWords& quarantineWords(std::string_view reason);

}  // namespace liuhen::web
