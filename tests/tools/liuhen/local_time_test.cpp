// SPDX-License-Identifier: Apache-2.0
// Local times.
#include "tools/liuhen/local_time.hpp"

#include <doctest/doctest.h>

namespace liuhen::cli {

TEST_SUITE("tools/local_time") {
    TEST_CASE("times are read with their zone, or at the local one") {
        constexpr std::int64_t kEightUtc = 1'795'507'200;  // 2026-11-24T08:00:00Z, by date(1)
        const auto seconds = [](std::string_view text) {
            const auto time = parseTime(text, kLocalOffset);
            return time ? time->count() / 1'000'000 : -1;
        };
        CHECK(seconds("2026-11-24T08:00Z") == kEightUtc);
        CHECK(seconds("2026-11-24T16:00") == kEightUtc);
        CHECK(seconds("2026-11-24 16:00:05") == kEightUtc + 5);
        CHECK(seconds("2026-11-24T03:00-05:00") == kEightUtc);
        CHECK(formatTime(core::Microseconds(kEightUtc * 1'000'000), kLocalOffset) ==
              "2026-11-24 16:00:00");
        for (const char* wrong : {"",
                                  "2026-11-24",
                                  "2026-02-30T08:00",
                                  "2026-11-24T24:00",
                                  "2026-11-24T08:60",
                                  "2026-11-24T08:00Q",
                                  "2026-11-24T08:00+8",
                                  "26-11-24T08:00"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parseTime(wrong, kLocalOffset).has_value());
        }
    }
}

}  // namespace liuhen::cli
