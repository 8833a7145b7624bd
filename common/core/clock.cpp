// SPDX-License-Identifier: Apache-2.0
// The machine's two clocks, the one moved by hand, and UTC as text.
#include "common/core/clock.hpp"

#include "common/core/result.hpp"

#include <ctime>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

Nanoseconds read(clockid_t which) {
    timespec now{};
    LIUHEN_ASSERT(::clock_gettime(which, &now) == 0);
    return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

}  // namespace

Nanoseconds SystemClock::boottime() const {
    return read(CLOCK_BOOTTIME);
}

Microseconds SystemClock::utc() const {
    return std::chrono::floor<Microseconds>(read(CLOCK_REALTIME));
}

void ManualClock::advance(Nanoseconds by) {
    // UTC follows whole microseconds of boottime, so many small steps lose nothing.
    const std::int64_t before = boottimeNs_.fetch_add(by.count());
    const auto whole = [](std::int64_t nanoseconds) {
        return std::chrono::floor<Microseconds>(Nanoseconds(nanoseconds)).count();
    };
    utcUs_ += whole(before + by.count()) - whole(before);
}

std::string formatUtc(Microseconds utc) {
    const auto day = std::chrono::floor<std::chrono::days>(utc);
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const std::chrono::hh_mm_ss time(utc - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
                       static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       time.hours().count(),
                       time.minutes().count(),
                       time.seconds().count(),
                       time.subseconds().count());
}

}  // namespace liuhen::core
