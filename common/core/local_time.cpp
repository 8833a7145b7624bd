// SPDX-License-Identifier: Apache-2.0
// Reading and writing of local times.
#include "common/core/local_time.hpp"

#include "common/core/bytes.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

/// So many digits as a number.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, std::string_view any) {
    if (text.empty() || any.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

struct ClockTime {
    int hours = 0;
    int minutes = 0;
};

std::optional<ClockTime> clockTime(std::string_view& text, int mostHours) {
    const auto hours = digits(text, 2);
    if (!hours || !skip(text, ":")) {
        return std::nullopt;
    }
    const auto minutes = digits(text, 2);
    if (!minutes || *hours > mostHours || *minutes > 59) {
        return std::nullopt;
    }
    return ClockTime{*hours, *minutes};
}

/// `Z`, `+hh:mm`, `-hh:mm` or nothing; and no more.
std::optional<Microseconds> zone(std::string_view text, Microseconds offset) {
    if (text.empty()) {
        return offset;
    }
    if (text == "Z") {
        return Microseconds::zero();
    }
    const int sign = text.front() == '-' ? -1 : 1;
    if (!skip(text, "+-")) {
        return std::nullopt;
    }
    const auto time = clockTime(text, 14);
    if (!time || !text.empty()) {
        return std::nullopt;
    }
    return sign * (std::chrono::hours(time->hours) + std::chrono::minutes(time->minutes));
}

std::optional<Microseconds> parse(std::string_view text, Microseconds offset) {
    const auto year = digits(text, 4);
    const bool first = skip(text, "-");
    const auto month = digits(text, 2);
    const bool second = skip(text, "-");
    const auto day = digits(text, 2);
    if (!year || !month || !day || !first || !second || !skip(text, "T ")) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    const auto time = clockTime(text, 23);
    if (!date.ok() || !time) {
        return std::nullopt;
    }
    int seconds = 0;
    if (skip(text, ":")) {
        const auto given = digits(text, 2);
        if (!given || *given > 59) {
            return std::nullopt;
        }
        seconds = *given;
    }
    const auto from = zone(text, offset);
    if (!from) {
        return std::nullopt;
    }
    const auto days = std::chrono::sys_days(date).time_since_epoch();
    return days + std::chrono::hours(time->hours) + std::chrono::minutes(time->minutes) +
           std::chrono::seconds(seconds) - *from;
}

}  // namespace

Result<Microseconds> parseTime(std::string_view text, Microseconds offset) {
    const auto parsed = parse(text, offset);
    if (!parsed) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("read time \"{}\": it must be like 2026-11-24T08:00, with Z or +08:00 "
                        "behind where it is not the local time",
                        text));
    }
    return *parsed;
}

std::string formatTime(Microseconds utc, Microseconds offset) {
    std::string text = formatUtc(utc + offset);  // 2026-11-23T08:15:30.123456Z
    text.resize(std::min<std::size_t>(text.size(), 19));
    text[10] = ' ';
    return text;
}

std::string localMinute(Microseconds utc) {
    std::string text = formatTime(utc, kLocalOffset);
    text.resize(std::min<std::size_t>(text.size(), 16));
    return text;
}

}  // namespace liuhen::core
