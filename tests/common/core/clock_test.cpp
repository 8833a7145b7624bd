// SPDX-License-Identifier: Apache-2.0
// UTC as text, and the clock that is moved by hand.
#include "common/core/clock.hpp"

#include <doctest/doctest.h>

namespace liuhen::core {

TEST_SUITE("core/clock") {
    TEST_CASE("UTC is written with microseconds, before and after 1970") {
        struct Row {
            std::int64_t micros;
            const char* text;
        };
        // Made with: date -u -d @SECONDS +%FT%T
        for (const Row& row : {Row{0, "1970-01-01T00:00:00.000000Z"},
                               Row{1'795'421'730'123'456, "2026-11-23T08:15:30.123456Z"},
                               Row{951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},
                               Row{4'107'542'399'999'999, "2100-02-28T23:59:59.999999Z"},
                               Row{-1, "1969-12-31T23:59:59.999999Z"}}) {
            CAPTURE(row.text);
            CHECK(formatUtc(Microseconds(row.micros)) == row.text);
        }
    }

    TEST_CASE("many small steps move both times as far as one large step") {
        ManualClock clock(Nanoseconds(900), Microseconds(50));
        for (int i = 0; i < 1000; ++i) {
            clock.advance(Nanoseconds(999));
        }
        CHECK(clock.boottime() == Nanoseconds(999'900));
        CHECK(clock.utc() == Microseconds(50 + 999));
    }

    TEST_CASE("setting UTC leaves boottime alone") {
        ManualClock clock(std::chrono::seconds(5), Microseconds(0));
        clock.setUtc(Microseconds(77));
        CHECK(clock.utc() == Microseconds(77));
        CHECK(clock.boottime() == std::chrono::seconds(5));
    }

    TEST_CASE("the system's boottime does not go back and its UTC is of this century") {
        const SystemClock clock;
        const Nanoseconds before = clock.boottime();
        CHECK(before.count() > 0);
        CHECK(clock.boottime() >= before);
        CHECK(formatUtc(clock.utc()).substr(0, 2) == "20");
    }
}

}  // namespace liuhen::core
