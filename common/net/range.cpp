// SPDX-License-Identifier: Apache-2.0
// Byte ranges read and applied.
#include "common/net/range.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace liuhen::net {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::string_view kUnit = "bytes=";

/// A number whose only fault may be that it is too large; such a one is "past every end".
std::optional<std::uint64_t> numberOf(std::string_view digits) {
    if (digits.empty() ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    const auto number = core::parseUnsigned(digits);
    return number ? *number : std::numeric_limits<std::uint64_t>::max();
}

struct Wanted {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // inclusive
};

/// The one range asked for, in a body of `size` bytes; none if the header is to be left aside.
std::optional<Wanted> wantedOf(std::string_view range, std::uint64_t size) {
    constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();
    if (!sameText(range.substr(0, kUnit.size()), kUnit)) {
        return std::nullopt;
    }
    range.remove_prefix(kUnit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view lastText = range.substr(dash + 1);
    const auto last = lastText.empty() ? std::optional(kEnd) : numberOf(lastText);
    if (!last) {
        return std::nullopt;
    }
    if (dash == 0) {  // the last n bytes; none of them cannot be satisfied
        if (lastText.empty()) {
            return std::nullopt;
        }
        return Wanted{*last == 0 ? kEnd : size - std::min(size, *last), kEnd};
    }
    const auto first = numberOf(range.substr(0, dash));
    if (!first || *first > *last) {
        return std::nullopt;
    }
    return Wanted{*first, *last};
}

}  // namespace

BodyPlan planBody(const Request& request, const Response& response) {
    const std::uint64_t size = response.source ? response.source->size : response.body.size();
    BodyPlan whole{response.status, 0, size, {}};
    const std::string_view range = request.headers.get("range");
    if (response.status != 200 || range.empty() ||
        (request.method != "GET" && request.method != "HEAD")) {
        return whole;
    }
    const std::string_view ifRange = request.headers.get("if-range");
    if (!ifRange.empty() && ifRange != response.headers.get("etag")) {
        return whole;
    }
    const auto wanted = wantedOf(range, size);
    if (!wanted) {
        return whole;
    }
    if (wanted->first >= size) {
        return BodyPlan{416, 0, 0, fmt::format("bytes */{}", size)};
    }
    const std::uint64_t last = std::min(wanted->last, size - 1);
    return BodyPlan{206,
                    wanted->first,
                    last - wanted->first + 1,
                    fmt::format("bytes {}-{}/{}", wanted->first, last, size)};
}

Result<ContentRange> parseContentRange(std::string_view text) {
    const auto bad = [&text] {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read Content-Range \"{}\": malformed", text.substr(0, 80)));
    };
    constexpr std::string_view kPrefix = "bytes ";
    const std::size_t slash = text.find('/');
    if (!sameText(text.substr(0, kPrefix.size()), kPrefix) || slash == std::string_view::npos) {
        return bad();
    }
    const std::string_view span = text.substr(kPrefix.size(), slash - kPrefix.size());
    const auto total = core::parseUnsigned(text.substr(slash + 1));
    if (!total) {
        return bad();
    }
    if (span == "*") {
        return ContentRange{0, 0, *total};
    }
    const std::size_t dash = span.find('-');
    if (dash == std::string_view::npos) {
        return bad();
    }
    const auto first = core::parseUnsigned(span.substr(0, dash));
    const auto last = core::parseUnsigned(span.substr(dash + 1));
    if (!first || !last || *first > *last || *last >= *total) {
        return bad();
    }
    return ContentRange{*first, *last - *first + 1, *total};
}

}  // namespace liuhen::net
