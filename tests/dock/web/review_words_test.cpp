// SPDX-License-Identifier: Apache-2.0
// How long an emergency view has not been reviewed is told in days, however many.
#include "dock/web/api/review_words.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/web/review_words");

namespace liuhen::web {

TEST_CASE("a view that is not reviewed is an alarm, after years too") {
    constexpr std::int64_t kGranted = 1'795'478'400'000'000;  // 2026-11-24 08:00 in China
    constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
    struct Row {
        std::int64_t later;
        const char* zh;
        const char* en;
    };
    for (const Row& row : {Row{0, "，不到 1 天，", " less than a day ago;"},
                           Row{kDay - 1, "，不到 1 天，", " less than a day ago;"},
                           Row{kDay, "，已过 1 天，", " 1 day ago;"},
                           Row{8 * kDay, "，已过 8 天，", " 8 days ago;"},
                           Row{800 * kDay + 1, "，已过 800 天，", " 800 days ago;"},
                           Row{-kDay, "，不到 1 天，", " less than a day ago;"}}) {
        CAPTURE(row.later);
        const TodoItem item = unreviewedItem("王芳", kGranted, kGranted + row.later, "ab");
        CHECK(item.kind == "emergency.unreviewed");
        CHECK(item.level == "alarm");
        CHECK(item.count == 1);
        CHECK(item.link == "/requests?request=ab");
        CHECK(item.zh.starts_with("紧急调阅待审查：王芳 申请，2026-11-24 08:00 批准，"));
        CHECK(item.zh.ends_with("。"));
        CHECK(item.zh.find(row.zh) != std::string::npos);
        CHECK(item.en.find(row.en) != std::string::npos);
    }
}

}  // namespace liuhen::web

TEST_SUITE_END();
