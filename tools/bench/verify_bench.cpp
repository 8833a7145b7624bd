// SPDX-License-Identifier: Apache-2.0
// The check of a card beside one pass of openssl dgst over the same files, on one core.
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/workload.hpp"

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kBar = 0.9;
constexpr unsigned kRecordings = 5;
constexpr double kMega = 1e6;
constexpr RunOptions kOneCore{true, false};

Result<Figure> measure(const BenchOptions& options, const std::string& folder, bool encrypted) {
    LIUHEN_TRY(const std::string file, material());
    LIUHEN_TRY(const Agency agency, Agency::make(folder));
    const std::string recorder = folder + "/recorder";
    LIUHEN_CHECK(agency.freshRecorder(recorder));
    std::vector<std::string> record{options.self,
                                    "child",
                                    "record",
                                    "--material",
                                    file,
                                    "--recorder",
                                    recorder,
                                    "--times",
                                    std::to_string(kRecordings)};
    if (encrypted) {
        record.emplace_back("--encrypt");
    }
    LIUHEN_CHECK(run(record, RunOptions{}));
    LIUHEN_CHECK(agency.registerGenesis(recorder));
    LIUHEN_TRY(const FileList files, filesBelow(recorder + "/card"));
    const std::vector<std::string> ours{options.self,
                                        "child",
                                        "verify",
                                        "--recorder",
                                        recorder,
                                        "--root",
                                        agency.folder() + "/root.pem"};
    std::vector<std::string> peer{"openssl", "dgst", "-sha256"};
    peer.insert(peer.end(), files.paths.begin(), files.paths.end());

    Figure figure;
    figure.name = encrypted ? "verify.encrypted" : "verify";
    figure.sense = Sense::AtLeast;
    figure.bar = kBar;
    figure.what =
        fmt::format("check of {:.0f} MB of {} footage and its ledger, one core, files in memory",
                    static_cast<double>(files.bytes) / kMega,
                    encrypted ? "encrypted" : "clear");
    figure.peer = "openssl dgst -sha256 over the same files, one pass";
    figure.leavesOut = "signatures, the chain, completeness, media times: it compares nothing";
    figure.unit = "MB per CPU-second";
    LIUHEN_CHECK(run(ours, kOneCore));  // once unmeasured: brings the files into memory
    std::vector<double> ourCpu;
    std::vector<double> peerCpu;
    std::vector<double> wall;
    const unsigned count = options.rounds.value_or(kVerifyRounds);
    for (unsigned i = 0; i < count; ++i) {
        LIUHEN_TRY(const Cost own, run(ours, kOneCore));
        LIUHEN_TRY(const Cost other, run(peer, kOneCore));
        const double megabytes = static_cast<double>(files.bytes) / kMega;
        figure.ours.push_back(megabytes / own.cpuSeconds);
        figure.peers.push_back(megabytes / other.cpuSeconds);
        ourCpu.push_back(own.cpuSeconds);
        peerCpu.push_back(other.cpuSeconds);
        wall.push_back(other.wallSeconds / own.wallSeconds);
        fmt::print(stderr,
                   "{} {}/{}: liuhen {:.0f}, openssl {:.0f} MB per CPU-second\n",
                   figure.name,
                   i + 1,
                   count,
                   figure.ours.back(),
                   figure.peers.back());
    }
    figure.ourCpuSeconds = median(ourCpu);
    figure.peerCpuSeconds = median(peerCpu);
    figure.note = fmt::format("by elapsed time the ratio is {:.3f}", median(wall));
    return figure;
}

}  // namespace

Result<std::vector<Figure>> verifyBench(const BenchOptions& options) {
    std::vector<Figure> figures;
    for (const bool encrypted : {false, true}) {
        LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
        LIUHEN_TRY(Figure figure, measure(options, scratch.path(), encrypted));
        figures.push_back(std::move(figure));
    }
    return figures;
}

}  // namespace liuhen::bench
