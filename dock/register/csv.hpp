// SPDX-License-Identifier: Apache-2.0
// Comma-separated values (RFC 4180), as spreadsheets write and read them.
#pragma once

#include "common/core/bytes.hpp"
#include "common/core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::registry {

/// A record and the line of the file on which it begins, from 1.
struct CsvRecord {
    std::size_t line = 0;
    std::vector<std::string> fields;
};

inline constexpr std::size_t kMostCsvBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMostCsvRecords = 5000;
inline constexpr std::size_t kMostCsvFields = 64;

/// Reads UTF-8, with a byte order mark or without, lines ended by LF or CRLF, fields quoted or not.
/// Empty lines are left out. Errors: InvalidArgument, in Chinese, with the line: no UTF-8, a quote
/// that does not end or stands amid a field, or more than the bounds above.
[[nodiscard]] core::Result<std::vector<CsvRecord>> parseCsv(core::ByteView bytes);

/// One record with CRLF. Fields are quoted if they must be; one that a spreadsheet would take for a
/// formula gets a `'` in front.
[[nodiscard]] std::string csvLine(const std::vector<std::string>& fields);

/// What a file begins with so that spreadsheets take it for UTF-8.
inline constexpr std::string_view kCsvMark = "\xEF\xBB\xBF";

}  // namespace liuhen::registry
