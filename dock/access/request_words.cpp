// SPDX-License-Identifier: Apache-2.0
// The words of requests as one text: six lines if a letter asks, else the reason alone.
#include "dock/access/request_words.hpp"

#include "common/core/utf8.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <fmt/format.h>

namespace liuhen::access {

namespace {

constexpr std::string_view kMark = "liuhen/letter";
constexpr std::size_t kLines = 6;
constexpr std::size_t kDateLetters = 10;  // YYYY-MM-DD
constexpr std::size_t kDigestLetters = 64;

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (lines.size() <= kLines) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return lines;
}

bool isLine(std::string_view line) {
    constexpr unsigned char kSpace = 0x20;
    constexpr unsigned char kDelete = 0x7F;
    return !line.empty() && std::none_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < kSpace || byte == kDelete;
    });
}

bool isDigest(std::string_view line) {
    return line.size() == kDigestLetters &&
           line.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string RequestWords::text() const {
    if (!outsider) {
        return reason;
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}",
                       reason,
                       kMark,
                       outsider->name,
                       outsider->letterNumber,
                       outsider->letterDate,
                       core::toHex(outsider->scan));
}

RequestWords RequestWords::parse(std::string_view text) {
    const auto lines = linesOf(text);
    const bool byLetter = lines.size() == kLines && core::isUtf8(core::viewOf(text)) &&
                          std::all_of(lines.begin(), lines.end(), isLine) && lines[1] == kMark &&
                          isDate(lines[4]) && isDigest(lines[5]);
    if (!byLetter) {
        return {std::string(text), std::nullopt};
    }
    const auto scan = core::digestFromHex(lines[5]);
    LIUHEN_ASSERT(scan);  // isDigest() has seen to it
    return {
        std::string(lines[0]),
        Outsider{std::string(lines[2]), std::string(lines[3]), std::string(lines[4]), *scan},
    };
}

bool isDate(std::string_view text) {
    if (text.size() != kDateLetters || text[4] != '-' || text[7] != '-') {
        return false;
    }
    for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
        if (text[at] < '0' || text[at] > '9') {
            return false;
        }
    }
    const auto number = [&text](std::size_t from, std::size_t count) {
        unsigned value = 0;
        for (const char c : text.substr(from, count)) {
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        return value;
    };
    const unsigned year = number(0, 4);
    return year > 0 && std::chrono::year_month_day(std::chrono::year(static_cast<int>(year)),
                                                   std::chrono::month(number(5, 2)),
                                                   std::chrono::day(number(8, 2)))
                           .ok();
}

}  // namespace liuhen::access
