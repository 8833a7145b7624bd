// SPDX-License-Identifier: Apache-2.0
// Log lines on standard error, each in one write.
#include "common/core/log.hpp"

#include "common/core/clock.hpp"

#include <errno.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include <fmt/format.h>

namespace liuhen::core {

namespace {

std::atomic<LogLevel> leastLevel{LogLevel::Info};

std::string_view nameOf(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "debug";
        case LogLevel::Info:
            return "info";
        case LogLevel::Warning:
            return "warning";
        case LogLevel::Error:
            return "error";
    }
    return "error";
}

/// So that no text from outside can forge a line or steer a terminal.
void appendEscaped(std::string& line, std::string_view text) {
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || code == 0x7f) {
            line += fmt::format("\\x{:02x}", code);
        } else {
            line.push_back(c);
        }
    }
}

}  // namespace

void setLogLevel(LogLevel least) {
    leastLevel = least;
}

void log(LogLevel level, std::string_view area, std::string_view message) {
    if (level < leastLevel.load()) {
        return;
    }
    std::string line = formatUtc(SystemClock().utc());
    line += fmt::format(" {} ", nameOf(level));
    appendEscaped(line, area);
    line += ": ";
    appendEscaped(line, message);
    line.push_back('\n');
    // Nobody is left to tell if standard error does not take the line.
    while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace liuhen::core
