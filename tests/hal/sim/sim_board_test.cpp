// SPDX-License-Identifier: Apache-2.0
// The simulated board as a whole: its script reaches buttons, devices and listeners.
#include "hal/sim/sim_board.hpp"

#include "hal/sim/script.hpp"
#include "hal/sim/source_log.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

using namespace std::chrono_literals;

namespace {

/// Collects what a board tells, as short words, until an expected number is there.
class Collector {
public:
    void attach(Board& board) {
        board.buttons().setListener([this](const ButtonEvent& event) {
            static const char* const kButtons[] = {"record", "pause", "mark"};
            static const char* const kActions[] = {"press", "short", "held"};
            add(std::string(kButtons[static_cast<int>(event.button)]) + "-" +
                kActions[static_cast<int>(event.action)]);
            const std::lock_guard lock(mutex_);
            lengths_.push_back(event.at - event.pressedAt);
        });
        board.setListener([this](const BoardEvent& event) {
            static const char* const kKinds[] = {
                "battery", "pulled", "returned", "off", "docked", "undocked", "statement"};
            add(kKinds[static_cast<int>(event.kind)] +
                (event.statement.empty() ? "" : "-" + event.statement));
            if (event.kind == BoardEventKind::Statement) {
                const std::lock_guard lock(mutex_);
                lengths_.push_back(event.to - event.from);
            }
        });
    }

    std::vector<std::string> waitFor(std::size_t count) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, 10s, [this, count] { return words_.size() >= count; });
        return words_;
    }

    std::vector<core::Nanoseconds> lengths() {
        const std::lock_guard lock(mutex_);
        return lengths_;
    }

private:
    void add(std::string word) {
        const std::lock_guard lock(mutex_);
        words_.push_back(std::move(word));
        wake_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::string> words_;
    std::vector<core::Nanoseconds> lengths_;
};

SimConfig configIn(const test::TemporaryFolder& folder, const std::string& script) {
    auto config = loadSimConfig(folder.write("sim.toml", R"(
camera = {pattern = "black", width = 64, height = 48, framerate = 10}
microphone = {pattern = "silence"}
card = {folder = "card", quota_bytes = 5000}
keystore = {folder = "keystore"}
battery = {percent = 80}
source_log = {folder = "log"}
script = {file = "script.toml"}
)"));
    REQUIRE(config);
    folder.write("script.toml", script);
    return *config;
}

}  // namespace

TEST_SUITE_BEGIN("hal/sim/sim_board");

TEST_CASE("the n-th start plays the n-th part of the script and later ones nothing") {
    const test::TemporaryFolder folder;
    const SimConfig config = configIn(folder, R"(
[[boot]]
event = [
  {at = 0, do = "press_mark"},
  {at = 0.16, do = "battery", percent = 9, charging = true},
  {at = 0.17, do = "card_pull"},
  {at = 0.18, do = "clock_step", microseconds = 3600000000},
  {at = 0.19, do = "camera_unplug"},
  {at = 0.19, do = "statement", kind = "notice", seconds = 0.01},
  {at = 0.25, do = "dock"},
  {at = 0.26, do = "power_off"},
]
[[boot]]
event = [{at = 0, do = "undock"}]
)");
    {
        Collector told;
        auto board = open(config);
        REQUIRE(board);
        told.attach(**board);
        CHECK((*board)->battery().levelPercent() == 80);
        CHECK(*(*board)->card().freeBytes() == 5000);
        const auto utcBefore = (*board)->clock().utc();
        (*board)->ready();
        CHECK(told.waitFor(7) == std::vector<std::string>{"mark-press",
                                                          "mark-short",
                                                          "battery",
                                                          "pulled",
                                                          "statement-notice",
                                                          "docked",
                                                          "off"});
        CHECK(told.lengths() == std::vector<core::Nanoseconds>{0ms, 150ms, 10ms});
        CHECK((*board)->battery().levelPercent() == 9);
        CHECK((*board)->battery().charging());
        CHECK_FALSE((*board)->card().present());
        CHECK((*board)->powerOffRequested());
        CHECK((*board)->clock().utc() - utcBefore > 1h);
        auto camera = (*board)->camera().makeSource();
        REQUIRE_FALSE(camera);
        CHECK(camera.error().kind == core::ErrorKind::Unavailable);
    }
    {
        Collector told;
        auto board = open(config);
        REQUIRE(board);
        told.attach(**board);
        (*board)->ready();
        CHECK(told.waitFor(1) == std::vector<std::string>{"undocked"});
        CHECK_FALSE((*board)->powerOffRequested());
    }
    CHECK(open(config));
    CHECK(readSourceCounts(folder / "log/3.counts"));
}

TEST_CASE("a power cut kills the process at its time") {
    const test::TemporaryFolder folder;
    const SimConfig config =
        configIn(folder, "[[boot]]\nevent = [{at = 0.05, do = \"power_cut\"}]\n");
    const pid_t child = ::fork();
    if (child == 0) {
        auto board = open(config);
        if (board) {
            (*board)->ready();
            ::pause();
        }
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(*readCount(config.stateFolder, "power_cuts") == 1);
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
}

TEST_CASE("a power cut begins another boot of the machine, a mere end of the process does not") {
    const test::TemporaryFolder folder;
    const SimConfig config = configIn(folder, "[[boot]]\n[[boot]]\n[[boot]]\n");
    const auto idNow = [&config] {
        auto board = open(config);
        REQUIRE(board);
        return (*board)->bootId();
    };
    const std::string first = idNow();
    CHECK_FALSE(first.empty());
    CHECK(idNow() == first);
    REQUIRE(countUp(config.stateFolder, "power_cuts"));
    CHECK(idNow() != first);
}

TEST_CASE("a volume that is no mount point is refused before anything starts") {
    const test::TemporaryFolder folder;
    SimConfig config = configIn(folder, "");
    config.cardVolume = folder.path();
    auto board = open(config);
    REQUIRE_FALSE(board);
    CHECK(board.error().kind == core::ErrorKind::InvalidArgument);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
