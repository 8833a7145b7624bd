// SPDX-License-Identifier: Apache-2.0
// The custody log: leaves a second, what a proof weighs, the check of a long log, a restart.
#include "dock/vault/client.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/intake.hpp"
#include "tools/bench/log_clients.hpp"
#include "tools/bench/log_vault.hpp"
#include "tools/bench/workload.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;
using namespace std::chrono_literals;

constexpr double kLeavesBar = 2000;
constexpr double kWaitBarMs = 100;
constexpr double kPathBarBytes = 1024;
constexpr double kReceiptBarBytes = 3072;
constexpr double kCheckBarSeconds = 10;
constexpr double kRestartBarSeconds = 5;
constexpr std::uint64_t kLongLog = 1'000'000;
constexpr std::uint64_t kObjects = 100'000;
constexpr auto kRound = 5000ms;
constexpr auto kStartLimit = 60s;
constexpr auto kPoll = 2ms;
constexpr double kMebi = 1024 * 1024;

/// A figure that is held against a number.
Figure against(const char* name, Sense sense, double bar, const char* unit) {
    Figure figure;
    figure.name = name;
    figure.sense = sense;
    figure.bar = 1;
    figure.unit = unit;
    figure.peer = fmt::format("{:g} {}", bar, unit);
    figure.leavesOut = "it is a number, not a program";
    return figure;
}

void add(Figure& figure, double ours, double peer) {
    figure.ours.push_back(ours);
    figure.peers.push_back(peer);
}

Result<double> secondsOf(const std::function<Result<void>()>& job) {
    const auto begun = std::chrono::steady_clock::now();
    LIUHEN_CHECK(job());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// A vault that answers.
Result<Background> startVault(const LogVault& vault) {
    LIUHEN_TRY(Background program,
               Background::start({*sibling("liuhen-vault"), "--config", vault.configFile()}));
    const auto until = std::chrono::steady_clock::now() + kStartLimit;
    while (true) {
        auto client = vault::Client::connect(vault.config.socket);
        if (client && client->hello()) {
            return program;
        }
        if (program.ended() || std::chrono::steady_clock::now() > until) {
            return core::fail(core::ErrorKind::Unavailable,
                              "start liuhen-vault: it does not answer");
        }
        std::this_thread::sleep_for(kPoll);
    }
}

/// 64 clients, beside SQLite alone.
Result<std::vector<Figure>> waiting(const Agency& agency,
                                    const std::string& folder,
                                    unsigned rounds) {
    Figure leaves = against("log.leaves", Sense::AtLeast, kLeavesBar, "leaves/s");
    leaves.what = fmt::format(
        "{} clients of one vault, each waiting until its leaf is under a durable checkpoint",
        kLogClients);
    Figure wait = against("log.wait", Sense::AtMost, kWaitBarMs, "ms");
    wait.what = "the same, p99 from the request to the answer";
    Figure reader = against("log.checkpoint", Sense::AtMost, kWaitBarMs, "ms");
    reader.what = "p99 of a reader who asks for a checkpoint meanwhile";
    Figure beside;
    beside.name = "log.sqlite";
    beside.sense = Sense::AtLeast;
    beside.bar = 1;
    beside.asserted = false;
    beside.what = "the same leaves a second over rows of SQLite alone";
    beside.peer = "the same leaves as rows, by 64 threads, one durable transaction each";
    beside.leavesOut = "socket, process, tree, tiles, signature, checkpoint; nobody shares a sync";
    beside.unit = "1/s";
    std::string medians;
    for (unsigned i = 0; i < rounds; ++i) {
        const std::string here = fmt::format("{}/{}", folder, i);
        LIUHEN_TRY(const LogVault vault, LogVault::make(agency, here));
        LIUHEN_TRY(Background program, startVault(vault));
        LIUHEN_TRY(const Awaited ours, awaitLeaves(vault.config.socket, kRound));
        const Cost cost = program.stop();
        LIUHEN_TRY(const Awaited rows, awaitRows(here + "/rows.db", kRound));
        add(leaves, ours.perSecond, kLeavesBar);
        add(wait, ours.p99Ms, kWaitBarMs);
        add(reader, ours.checkpointMs, kWaitBarMs);
        add(beside, ours.perSecond, rows.perSecond);
        leaves.ourCpuSeconds = cost.cpuSeconds;
        wait.note = fmt::format("median {:.1f} ms; SQLite alone: median {:.1f} ms, p99 {:.1f} ms",
                                ours.medianMs,
                                rows.medianMs,
                                rows.p99Ms);
        fmt::print(stderr,
                   "log {}/{}: liuhen {:.0f}, SQLite alone {:.0f} a second\n",
                   i + 1,
                   rounds,
                   ours.perSecond,
                   rows.perSecond);
    }
    return std::vector<Figure>{leaves, wait, reader, beside};
}

/// A log of a million leaves: its proofs and its check.
Result<std::vector<Figure>> longLog(const Agency& agency,
                                    const std::string& folder,
                                    unsigned rounds) {
    LIUHEN_TRY(const LogVault vault, LogVault::make(agency, folder));
    LIUHEN_CHECK(fillWithIncidents(vault, kLongLog));
    Figure path = against("log.path", Sense::AtMost, kPathBarBytes, "bytes");
    path.what = fmt::format("audit path in a log of {} leaves, the longest of 1000", kLongLog);
    LIUHEN_TRY(const std::uint64_t bytes, auditPathBytes(vault));
    add(path, static_cast<double>(bytes), kPathBarBytes);
    Figure check = against("log.verify", Sense::AtMost, kCheckBarSeconds, "s");
    check.what = fmt::format("liuhen verify of a vault of {} leaves", kLongLog);
    for (unsigned i = 0; i < rounds; ++i) {
        LIUHEN_TRY(const Cost cost,
                   run({agency.liuhen(),
                        "verify",
                        vault.config.folder,
                        "--trust",
                        agency.folder() + "/root.pem"},
                       RunOptions{false, false}));
        add(check, cost.wallSeconds, kCheckBarSeconds);
        check.ourCpuSeconds = cost.cpuSeconds;
        check.note = fmt::format("peak memory {:.0f} MiB", cost.peakBytes / kMebi);
    }
    return std::vector<Figure>{path, check};
}

/// A vault of many objects: the weight of a receipt, and a start after kill -9.
Result<std::vector<Figure>> manyObjects(const Agency& agency,
                                        const std::string& folder,
                                        unsigned rounds) {
    LIUHEN_TRY(const LogVault vault, LogVault::make(agency, folder));
    LIUHEN_TRY(const vault::Offer last, fillWithObjects(vault, kObjects));
    Figure receipt = against("log.receipt", Sense::AtMost, kReceiptBarBytes, "bytes");
    receipt.what = fmt::format("the receipt that the vault gives for object {} of them", kObjects);
    Figure restart = against("log.restart", Sense::AtMost, kRestartBarSeconds, "s");
    restart.what = fmt::format(
        "from the start of liuhen-vault to its first answer, {} objects, after kill -9", kObjects);
    LIUHEN_TRY(Background program, startVault(vault));
    {
        LIUHEN_TRY(vault::Client client, vault::Client::connect(vault.config.socket));
        LIUHEN_TRY(const auto answer, client.offer(last));
        if (answer.state != vault::State::Receipted) {
            return core::fail(core::ErrorKind::Internal, "ask for a receipt: " + answer.reason);
        }
        add(receipt, static_cast<double>(answer.receipt.size()), kReceiptBarBytes);
        LIUHEN_TRY(const auto status, client.status());
        receipt.note = fmt::format("in a log of {} leaves", status.logSize);
    }
    for (unsigned i = 0; i < rounds; ++i) {
        {
            LIUHEN_TRY(const Awaited load, awaitLeaves(vault.config.socket, 500ms));
            static_cast<void>(load);
        }
        program.kill();
        LIUHEN_TRY(const double seconds, secondsOf([&]() -> Result<void> {
                       LIUHEN_TRY(program, startVault(vault));
                       return {};
                   }));
        add(restart, seconds, kRestartBarSeconds);
    }
    restart.ourCpuSeconds = program.stop().cpuSeconds;
    return std::vector<Figure>{receipt, restart};
}

}  // namespace

Result<std::vector<Figure>> logBench(const BenchOptions& options) {
    const std::string without = missingDock();
    if (!without.empty()) {
        Figure leaves = against("log.leaves", Sense::AtLeast, kLeavesBar, "leaves/s");
        leaves.notRun = without;
        return std::vector<Figure>{leaves};
    }
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(const Agency agency, Agency::make(scratch.path()));
    const unsigned rounds = options.rounds.value_or(kLogRounds);
    std::vector<Figure> all;
    using Part = Result<std::vector<Figure>> (*)(const Agency&, const std::string&, unsigned);
    const std::pair<const char*, Part> parts[] = {
        {"waiting", waiting}, {"long", longLog}, {"objects", manyObjects}};
    for (const auto& [name, part] : parts) {
        LIUHEN_TRY(const std::vector<Figure> figures, part(agency, scratch.path(name), rounds));
        all.insert(all.end(), figures.begin(), figures.end());
    }
    return all;
}

}  // namespace liuhen::bench
