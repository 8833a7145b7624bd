// SPDX-License-Identifier: Apache-2.0
// What somebody with another program can do to a database.
#pragma once

#include <string>

namespace liuhen::catalogue::test {

/// Runs SQL on a file behind its owner's back. Answers SQLite's message; "" if it was done.
[[nodiscard]] std::string tamper(const std::string& path, const std::string& sql);

}  // namespace liuhen::catalogue::test
