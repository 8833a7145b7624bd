// SPDX-License-Identifier: Apache-2.0
// Single byte ranges (RFC 9110 section 14): which part of a body is sent, and what came back.
#pragma once

#include "common/net/http_types.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace liuhen::net {

/// What of a body goes out: `length` bytes from `first`, under `status`.
struct BodyPlan {
    unsigned status = 200;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    std::string contentRange;  // the header's value for 206 and 416, else empty
};

/// Applies Range and If-Range of a GET or HEAD to a 200 answer.
///
/// One range `bytes=a-`, `a-b` or `-n` gives 206; one that begins past the end gives 416 with
/// length 0. A range that is malformed, is one of several, or whose If-Range is not the answer's
/// ETag is left aside, as the standard allows.
[[nodiscard]] BodyPlan planBody(const Request& request, const Response& response);

/// A Content-Range. `length` is 0 for the form "bytes */total" of a 416.
struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    std::uint64_t total = 0;
};

/// Reads "bytes a-b/total" or "bytes */total". Errors: DataLoss for anything else, and for a range
/// that is empty or does not lie in `total`.
[[nodiscard]] Result<ContentRange> parseContentRange(std::string_view text);

}  // namespace liuhen::net
