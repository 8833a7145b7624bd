// SPDX-License-Identifier: Apache-2.0
// Terminals: a code that opens once, a cookie that counts until it is ended or too old.
#include "dock/access/terminals.hpp"

#include "common/core/files.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/stat.h>

#include <cctype>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/terminals");

namespace liuhen::access {

namespace {

constexpr core::Microseconds kNow = std::chrono::hours(24 * 365 * 50);

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().message);
    }
    return *std::move(result);
}

}  // namespace

TEST_CASE("a code opens its terminal once, however it is typed") {
    const hal::test::TemporaryFolder folder;
    const auto terminals = must(Terminals::open(folder.path()));
    const std::string code = must(terminals->make("前台", kNow));
    CHECK(code.size() == 19);
    CHECK(must(terminals->openWith("aaaa-aaaa-aaaa-aaaa", kNow)) == std::nullopt);
    CHECK(must(terminals->openWith("", kNow)) == std::nullopt);
    std::string typed;
    for (const char letter : code) {
        typed += letter == '-' ? ' ' : static_cast<char>(std::toupper(letter));
    }
    const auto opened = must(terminals->openWith(typed, kNow));
    REQUIRE(opened.has_value());
    CHECK(opened->terminal.name == "前台");
    CHECK(opened->cookie.size() == 64);
    CHECK(must(terminals->openWith(code, kNow)) == std::nullopt);
    CHECK(must(terminals->use(opened->cookie, kNow))->number == opened->terminal.number);
    std::string other = opened->cookie;
    other.back() = other.back() == '0' ? '1' : '0';
    for (const std::string& wrong : {other, std::string(), code, opened->cookie + "0"}) {
        CHECK(must(terminals->use(wrong, kNow)) == std::nullopt);
    }
}

TEST_CASE("codes and terminals are over after their time") {
    const hal::test::TemporaryFolder folder;
    const auto terminals = must(Terminals::open(folder.path()));
    const std::string late = must(terminals->make("a", kNow));
    CHECK(must(terminals->openWith(late, kNow + kTerminalCodeLife)) == std::nullopt);
    const std::string again = must(terminals->make("a", kNow + kTerminalCodeLife));
    const auto opened = must(terminals->openWith(again, kNow + kTerminalCodeLife));
    REQUIRE(opened.has_value());
    const auto end = kNow + kTerminalCodeLife + kTerminalLife;
    CHECK(must(terminals->use(opened->cookie, end - core::Microseconds(1))).has_value());
    CHECK(must(terminals->use(opened->cookie, end)) == std::nullopt);
}

TEST_CASE("who is ended opens nothing, and its name is free again") {
    const hal::test::TemporaryFolder folder;
    const auto console = must(Terminals::open(folder.path()));
    const auto dock = must(Terminals::open(folder.path()));  // another process, as it were
    const std::string first = must(console->make("a", kNow));
    const auto twice = console->make("a", kNow);
    REQUIRE_FALSE(twice.has_value());
    CHECK(twice.error().kind == core::ErrorKind::AlreadyExists);
    const auto opened = must(dock->openWith(first, kNow));
    REQUIRE(opened.has_value());
    CHECK_FALSE(console->make("a", kNow + kTerminalCodeLife).has_value());  // it is open
    CHECK(must(console->end("a", kNow)));
    CHECK(must(dock->use(opened->cookie, kNow)) == std::nullopt);
    CHECK_FALSE(must(console->end("a", kNow)));
    CHECK_FALSE(must(console->end("b", kNow)));
    const std::string second = must(console->make("a", kNow));
    CHECK(must(console->end("a", kNow)));
    CHECK(must(dock->openWith(second, kNow)) == std::nullopt);
    const auto lines = must(dock->list());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].openedUs == kNow.count());
    CHECK(lines[1].openedUs == std::nullopt);
    CHECK(lines[1].endedUs == kNow.count());
}

TEST_CASE("the file is its owner's alone and holds neither code nor cookie") {
    const hal::test::TemporaryFolder folder;
    std::string code;
    std::string cookie;
    {
        const auto terminals = must(Terminals::open(folder.path()));
        code = must(terminals->make("a", kNow));
        cookie = must(terminals->openWith(code, kNow))->cookie;
    }
    const std::string path = folder.path() + "/terminals.db";
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    const auto files = core::systemFiles();
    const std::string bytes(core::textOf(must(core::readFile(*files, path, 1U << 20U))));
    CHECK(bytes.find("terminal") != std::string::npos);
    CHECK(bytes.find(cookie) == std::string::npos);
    CHECK(bytes.find(code) == std::string::npos);
    const auto terminals = must(Terminals::open(folder.path()));
    CHECK(must(terminals->use(cookie, kNow)).has_value());
}

}  // namespace liuhen::access

TEST_SUITE_END();
