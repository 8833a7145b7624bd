// SPDX-License-Identifier: Apache-2.0
// One line per event on standard error; no footage, no name, no place and no key ever goes in.
#pragma once

#include <string_view>

namespace liuhen::core {

enum class LogLevel { Debug, Info, Warning, Error };

/// Sets the least level that is written; Info until told otherwise.
void setLogLevel(LogLevel least);

/// Writes "TIME LEVEL area: message" as one write(2). Thread-safe; control characters are escaped.
void log(LogLevel level, std::string_view area, std::string_view message);

}  // namespace liuhen::core
