// SPDX-License-Identifier: Apache-2.0
// liuhen-dock run --once, with its vault and a recorder's server beside it.
#include "tools/bench/intake.hpp"

#include "common/core/files.hpp"
#include "tools/bench/agency.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

namespace liuhen::bench {

namespace fs = std::filesystem;

namespace {

using core::Result;

constexpr RunOptions kQuiet{false, false};
constexpr auto kStartLimit = std::chrono::seconds(20);
constexpr auto kPoll = std::chrono::milliseconds(10);
constexpr std::uint64_t kMaxPortBytes = 16;

/// Waits until `path` is there, as a sign that `program` is ready.
Result<void> awaitFile(const std::string& path, Background& program) {
    const auto until = std::chrono::steady_clock::now() + kStartLimit;
    std::error_code error;
    while (!fs::exists(path, error)) {
        if (program.ended() || std::chrono::steady_clock::now() > until) {
            return core::fail(core::ErrorKind::Unavailable, "start: " + path + " did not appear");
        }
        std::this_thread::sleep_for(kPoll);
    }
    return {};
}

}  // namespace

std::string missingDock() {
    for (const char* name : {"liuhen-dock", "liuhen-vault"}) {
        if (!sibling(name)) {
            return std::string(name) + " is not built beside this program";
        }
    }
    return "";
}

Result<void> makeDock(const IntakeJob& job, const std::string& folder, const std::string& port) {
    LIUHEN_CHECK(run({job.liuhen,
                      "enroll",
                      "dock",
                      "--agency",
                      job.agency,
                      "--dock",
                      folder + "/dock",
                      "--name",
                      "bench"},
                     kQuiet));
    LIUHEN_CHECK(run({*sibling("liuhen-dock"),
                      "init",
                      "--dir",
                      folder,
                      "--agency",
                      job.agency,
                      "--recorder",
                      "127.0.0.1:" + port},
                     kQuiet));
    return {};
}

Result<Cost> takeIn(const IntakeJob& job) {
    const std::string folder = job.scratch + "/station";
    const std::string recorder = folder + "/recorder";
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    fs::create_directories(folder, ignored);
    LIUHEN_CHECK(copyRecorder(job.recorder, recorder));
    const std::string portFile = folder + "/port";
    LIUHEN_TRY(Background server,
               Background::start(
                   {job.self, "child", "serve", "--recorder", recorder, "--port-file", portFile}));
    LIUHEN_CHECK(awaitFile(portFile, server));
    const auto files = core::systemFiles();
    LIUHEN_TRY(const core::Buffer text, core::readFile(*files, portFile, kMaxPortBytes));
    std::string port(core::textOf(text));
    port.pop_back();
    LIUHEN_CHECK(makeDock(job, folder, port));
    LIUHEN_TRY(
        Background vault,
        Background::start({*sibling("liuhen-vault"), "--config", folder + "/dock/vault.toml"}));
    // A dock that finds no socket waits a while before it looks again.
    LIUHEN_CHECK(awaitFile(folder + "/vault/vault.sock", vault));
    LIUHEN_TRY(
        Cost cost,
        run({*sibling("liuhen-dock"), "run", "--once", "--config", folder + "/dock/dock.toml"},
            kQuiet));
    cost.cpuSeconds += vault.stop().cpuSeconds + server.stop().cpuSeconds;
    return cost;
}

}  // namespace liuhen::bench
