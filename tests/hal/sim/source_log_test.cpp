// SPDX-License-Identifier: Apache-2.0
// The source log: counts on disk at any moment, in the documented layout.
#include "hal/sim/source_log.hpp"

#include "common/core/files.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

using namespace std::chrono_literals;

TEST_SUITE_BEGIN("hal/sim/source_log");

TEST_CASE("counts outlive a process that is killed") {
    const test::TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        auto log = SourceLog::create(folder.path(), 3);
        if (!log) {
            ::_exit(1);
        }
        TrackCounter picture = log->picture();
        picture.started();
        picture.pushed(1, 40ms, 1000s, false);
        picture.pushed(1, 80ms, 1000s + 40ms, true);
        log->sound().pushed(960, 20ms, 1000s, false);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    auto counts = readSourceCounts(folder / "3.counts");
    REQUIRE(counts);
    CHECK(counts->boot == 3);
    CHECK(counts->picture.units == 2);
    CHECK(counts->picture.buffers == 2);
    CHECK(counts->picture.dropped == 1);
    CHECK(counts->picture.starts == 1);
    CHECK(counts->picture.firstRunningTime == 40'000'000);
    CHECK(counts->picture.lastRunningTime == 80'000'000);
    CHECK(counts->picture.firstBoottime == 1'000'000'000'000);
    CHECK(counts->picture.lastBoottime == 1'000'040'000'000);
    CHECK(counts->sound.units == 960);
    CHECK(counts->sound.starts == 0);
}

TEST_CASE("the layout is the documented one") {
    const test::TemporaryFolder folder;
    auto log = SourceLog::create(folder.path(), 0x0102);
    REQUIRE(log);
    log->sound().pushed(0x0304, 5ns, 6ns, false);
    auto files = core::systemFiles();
    auto content = core::readFile(*files, folder / "258.counts", 1000);
    REQUIRE(content);
    REQUIRE(content->size() == 144);
    CHECK(core::textOf(core::ByteView(*content).first(8)) == "LHCOUNT1");
    const auto at = [&content](std::size_t offset) {
        std::uint64_t value = 0;
        std::memcpy(&value, content->data() + offset, sizeof value);
        return value;
    };
    CHECK(at(8) == 0x0102);
    CHECK(at(16) == 0);
    CHECK(at(80) == 0x0304);
    CHECK(at(88) == 1);
    CHECK(at(80 + 40) == 5);
    CHECK(at(80 + 56) == 6);
}

TEST_CASE("a second log of one start and a file that is none are refused") {
    const test::TemporaryFolder folder;
    REQUIRE(SourceLog::create(folder.path(), 1));
    auto again = SourceLog::create(folder.path(), 1);
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == core::ErrorKind::AlreadyExists);
    auto foreign = readSourceCounts(folder.write("x.counts", std::string(144, 'x')));
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().kind == core::ErrorKind::DataLoss);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
