// SPDX-License-Identifier: Apache-2.0
// The recorder's writer beside splitmuxsink, in turn.
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/workload.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kBar = 0.85;
constexpr double kBarEncrypted = 1.0;

Figure describe(const std::string& name, double bar, const std::string& what) {
    Figure figure;
    figure.name = name;
    figure.bar = bar;
    figure.what = what;
    figure.peer = "qtdemux, h264parse and aacparse into splitmuxsink, plain MP4 (re-mux only)";
    figure.leavesOut = "hash, signature, any sync, encryption; a kill loses the file under way";
    figure.unit = "ms CPU per recorded second";
    return figure;
}

class Rounds {
public:
    Rounds(const BenchOptions& options, std::string file, Agency agency, std::string scratch)
        : options_(options),
          file_(std::move(file)),
          agency_(std::move(agency)),
          scratch_(std::move(scratch)) {}

    Result<Cost> ours(bool encrypt) {
        const std::string folder = scratch_ + "/recorder";
        LIUHEN_CHECK(agency_.freshRecorder(folder));
        std::vector<std::string> argv{
            options_.self, "child", "record", "--material", file_, "--recorder", folder};
        if (encrypt) {
            argv.emplace_back("--encrypt");
        }
        return run(argv, RunOptions{});
    }

    Result<Cost> peer() {
        const std::string folder = scratch_ + "/split";
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        std::filesystem::create_directories(folder, ignored);
        return run({options_.self, "child", "splitmux", "--material", file_, "--out", folder},
                   RunOptions{});
    }

    /// What of `ours` no writer of this format can save.
    Result<Cost> floor(bool encrypt) {
        const std::string folder = scratch_ + "/floor";
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        std::vector<std::string> argv{
            options_.self, "child", "floor", "--material", file_, "--out", folder};
        if (encrypt) {
            argv.emplace_back("--encrypt");
        }
        return run(argv, RunOptions{});
    }

private:
    const BenchOptions& options_;
    std::string file_;
    Agency agency_;
    std::string scratch_;
};

double perSecond(const Cost& cost) {
    return cost.cpuSeconds * 1000 / kMaterialSeconds;
}

/// Tells a processor that cannot hold the bar from a writer that does not.
std::string floorNote(const std::vector<double>& floors,
                      const std::vector<double>& peers,
                      const std::string& work) {
    Figure floor;
    floor.ours = floors;
    floor.peers = peers;
    return fmt::format(
        "floor on this processor, parts {}, signed, written and synced in one loop, "
        "without boxes or ledger: {:.3f} ms, {:.3f} of the peer",
        work,
        median(floors),
        floor.ratio());
}

}  // namespace

Result<std::vector<Figure>> recorderBench(const BenchOptions& options) {
    LIUHEN_TRY(const std::string file, material());
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(Agency agency, Agency::make(scratch.path()));
    Rounds rounds(options, file, std::move(agency), scratch.path());
    Figure clear = describe(
        "recorder", kBar, "CPU of the writer: parts hashed, signed, one fdatasync each (500 ms)");
    Figure locked = describe("recorder.encrypted", kBarEncrypted, "the same, parts encrypted");
    LIUHEN_CHECK(rounds.peer());  // once unmeasured: GStreamer's registry, the file in memory
    const unsigned count = options.rounds.value_or(kRecorderRounds);
    std::vector<double> clearFloors;
    std::vector<double> lockedFloors;
    for (unsigned i = 0; i < count; ++i) {
        LIUHEN_TRY(const Cost ours, rounds.ours(false));
        LIUHEN_TRY(const Cost peer, rounds.peer());
        LIUHEN_TRY(const Cost encrypted, rounds.ours(true));
        LIUHEN_TRY(const Cost clearFloor, rounds.floor(false));
        LIUHEN_TRY(const Cost lockedFloor, rounds.floor(true));
        clearFloors.push_back(perSecond(clearFloor));
        lockedFloors.push_back(perSecond(lockedFloor));
        clear.ours.push_back(perSecond(ours));
        clear.peers.push_back(perSecond(peer));
        locked.ours.push_back(perSecond(encrypted));
        locked.peers.push_back(perSecond(peer));
        fmt::print(stderr,
                   "recorder {}/{}: liuhen {:.2f}, encrypted {:.2f}, splitmuxsink {:.2f} ms/s\n",
                   i + 1,
                   count,
                   perSecond(ours),
                   perSecond(encrypted),
                   perSecond(peer));
    }
    for (Figure* figure : {&clear, &locked}) {
        figure->ourCpuSeconds = median(figure->ours) * kMaterialSeconds / 1000;
        figure->peerCpuSeconds = median(figure->peers) * kMaterialSeconds / 1000;
    }
    clear.note = floorNote(clearFloors, clear.peers, "hashed once");
    locked.note = floorNote(lockedFloors, locked.peers, "encrypted, hashed twice");
    return std::vector<Figure>{std::move(clear), std::move(locked)};
}

}  // namespace liuhen::bench
