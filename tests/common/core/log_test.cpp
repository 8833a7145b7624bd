// SPDX-License-Identifier: Apache-2.0
// Log lines as they arrive on standard error.
#include "common/core/log.hpp"

#include "common/core/unique_fd.hpp"

#include <unistd.h>

#include <array>
#include <string>

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

/// What `act` writes to standard error, which must fit a pipe.
template <class Act>
std::string standardErrorOf(Act act) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const UniqueFd kept(::dup(STDERR_FILENO));
    REQUIRE(::dup2(writing.get(), STDERR_FILENO) == STDERR_FILENO);
    act();
    REQUIRE(::dup2(kept.get(), STDERR_FILENO) == STDERR_FILENO);
    writing.reset();
    std::string text(4096, '\0');
    const ssize_t have = ::read(reading.get(), text.data(), text.size());
    REQUIRE(have >= 0);
    text.resize(static_cast<std::size_t>(have));
    return text;
}

}  // namespace

TEST_SUITE("core/log") {
    TEST_CASE("a line has time, level, area and message") {
        const std::string line =
            standardErrorOf([] { log(LogLevel::Warning, "storage", "card nearly full"); });
        REQUIRE(line.size() > 28);
        CHECK(line[10] == 'T');
        CHECK(line.substr(26) == "Z warning storage: card nearly full\n");
    }

    TEST_CASE("control characters cannot forge a second line") {
        const std::string line =
            standardErrorOf([] { log(LogLevel::Error, "net", "peer\nsays \x1b[2J\x7f"); });
        CHECK(line.substr(26) == "Z error net: peer\\x0asays \\x1b[2J\\x7f\n");
    }

    TEST_CASE("levels below the least one are not written") {
        const std::string quiet = standardErrorOf([] {
            log(LogLevel::Debug, "a", "debug by default");
            setLogLevel(LogLevel::Error);
            log(LogLevel::Warning, "a", "warning below error");
        });
        CHECK(quiet.empty());
        const std::string loud = standardErrorOf([] {
            setLogLevel(LogLevel::Debug);
            log(LogLevel::Debug, "a", "now");
            setLogLevel(LogLevel::Info);
        });
        CHECK(loud.substr(26) == "Z debug a: now\n");
    }
}

}  // namespace liuhen::core
