// SPDX-License-Identifier: Apache-2.0
// A docking of one recorder beside what people use instead, from footage to verified copy.
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/intake.hpp"
#include "tools/bench/workload.hpp"

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr unsigned kRecordings = 5;
constexpr double kMega = 1e6;

struct Peer {
    const char* name;
    double bar;
    const char* what;
    const char* leavesOut;
    Result<Cost> (*copy)(const PeerJob& job);
    std::string (*missing)();
};
const Peer kPeers[] = {
    {"ingest.cp",
     1.2,
     "cp -r, sync of all copies, direct re-read through openssl dgst",
     "network, TLS, the check of chain and signatures, a log, a receipt, resume",
     copyWithCp,
     nothingMissing},
    {"ingest.rsync",
     1.0,
     "rsync -a --fsync on one machine, then the same re-read",
     "TLS, the check of chain and signatures, a log, a receipt",
     copyWithRsync,
     missingRsync},
    {"ingest.tus",
     2.0,
     "@tus/server 1.x over plain HTTP, sync of all copies, then the same re-read",
     "TLS, any sync of its own, any check of bytes, a log, a receipt",
     copyWithTus,
     missingTus},
};

Figure describe(const Peer& peer) {
    Figure figure;
    figure.name = peer.name;
    figure.sense = Sense::AtLeast;
    figure.bar = peer.bar;
    figure.asserted = false;
    figure.what = "durable intake over TLS: verified, logged, read back, receipted";
    figure.peer = peer.what;
    figure.leavesOut = peer.leavesOut;
    figure.unit = "MB/s elapsed";
    return figure;
}

/// The recorder that every round takes in a copy of.
Result<std::string> makeTemplate(const BenchOptions& options,
                                 const Agency& agency,
                                 const std::string& folder) {
    LIUHEN_TRY(const std::string file, material());
    std::string recorder = folder + "/filled";
    LIUHEN_CHECK(agency.freshRecorder(recorder));
    LIUHEN_CHECK(run({options.self,
                      "child",
                      "record",
                      "--material",
                      file,
                      "--recorder",
                      recorder,
                      "--encrypt",
                      "--times",
                      std::to_string(kRecordings)},
                     RunOptions{}));
    LIUHEN_CHECK(agency.registerGenesis(recorder));
    return recorder;
}

Result<Figure> measure(const Peer& peer, const IntakeJob& job, unsigned rounds) {
    Figure figure = describe(peer);
    LIUHEN_TRY(const FileList footage, filesBelow(job.recorder + "/card/footage"));
    const double megabytes = static_cast<double>(footage.bytes) / kMega;
    const PeerJob peerJob{job.recorder + "/card/footage", job.scratch + "/copy"};
    std::vector<double> ourCpu;
    std::vector<double> peerCpu;
    for (unsigned i = 0; i < rounds; ++i) {
        LIUHEN_TRY(const Cost ours, takeIn(job));
        LIUHEN_TRY(const Cost other, peer.copy(peerJob));
        figure.ours.push_back(megabytes / ours.wallSeconds);
        figure.peers.push_back(megabytes / other.wallSeconds);
        ourCpu.push_back(ours.cpuSeconds);
        peerCpu.push_back(other.cpuSeconds);
        fmt::print(stderr,
                   "{} {}/{}: liuhen {:.0f} MB/s, peer {:.0f} MB/s\n",
                   figure.name,
                   i + 1,
                   rounds,
                   figure.ours.back(),
                   figure.peers.back());
    }
    figure.ourCpuSeconds = median(ourCpu);
    figure.peerCpuSeconds = median(peerCpu);
    figure.note = fmt::format("{:.0f} MB; CPU of liuhen: dock, vault and recorder", megabytes);
    return figure;
}

}  // namespace

Result<std::vector<Figure>> ingestBench(const BenchOptions& options) {
    std::vector<Figure> figures;
    const std::string without = missingDock();
    if (!without.empty()) {
        for (const Peer& peer : kPeers) {
            figures.push_back(describe(peer));
            figures.back().notRun = without;
        }
        return figures;
    }
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(const Agency agency, Agency::make(scratch.path()));
    LIUHEN_TRY(const std::string recorder, makeTemplate(options, agency, scratch.path()));
    const IntakeJob job{options.self, agency.liuhen(), agency.folder(), recorder, scratch.path()};
    for (const Peer& peer : kPeers) {
        const std::string missing = peer.missing();
        if (!missing.empty()) {
            figures.push_back(describe(peer));
            figures.back().notRun = missing;
            continue;
        }
        LIUHEN_TRY(Figure figure, measure(peer, job, options.rounds.value_or(kIngestRounds)));
        figures.push_back(std::move(figure));
    }
    return figures;
}

}  // namespace liuhen::bench
