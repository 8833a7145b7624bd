// SPDX-License-Identifier: Apache-2.0
// Its sentences.
#include "dock/web/api/review_words.hpp"

#include "common/core/local_time.hpp"

#include <chrono>

#include <fmt/format.h>

namespace liuhen::web {

namespace {

constexpr std::int64_t kDayUs = core::Microseconds(std::chrono::hours(24)).count();

std::string sinceZh(std::int64_t days) {
    return days < 1 ? "不到 1 天" : fmt::format("已过 {} 天", days);
}

std::string sinceEn(std::int64_t days) {
    if (days < 1) {
        return "less than a day ago";
    }
    return days == 1 ? "1 day ago" : fmt::format("{} days ago", days);
}

}  // namespace

TodoItem unreviewedItem(const std::string& asker,
                        std::int64_t grantedUs,
                        std::int64_t nowUs,
                        const std::string& request) {
    const std::string when = core::localMinute(core::Microseconds(grantedUs));
    const std::int64_t days = (nowUs - grantedUs) / kDayUs;
    return {
        "emergency.unreviewed",
        "alarm",
        fmt::format(
            "紧急调阅待审查：{} 申请，{} 批准，{}，请审查事由和范围。", asker, when, sinceZh(days)),
        fmt::format("Emergency view to be reviewed: asked for by {}, granted at {}, {}; say "
                    "whether it was justified.",
                    asker,
                    when,
                    sinceEn(days)),
        1,
        "/requests?request=" + request};
}

}  // namespace liuhen::web
