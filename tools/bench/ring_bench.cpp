// SPDX-License-Identifier: Apache-2.0
// What a full ring costs: the press, live footage beside its flush, memory.
#include "tools/bench/agency.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/process.hpp"
#include "tools/bench/workload.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr double kStartMs = 200;
constexpr double kAgeMs = 1200;

struct Sample {
    double startMs = 0;
    double ageMs = 0;
    double flushMs = 0;
    double ringParts = 0;
    double beforeKib = 0;
    double filledKib = 0;
    double peakKib = 0;
};

Result<Sample> measure(const BenchOptions& options,
                       const std::string& file,
                       Agency& agency,
                       const std::string& scratch,
                       const std::string& seconds) {
    const std::string folder = scratch + "/recorder";
    const std::string out = scratch + "/ring.txt";
    LIUHEN_CHECK(agency.freshRecorder(folder));
    LIUHEN_CHECK(run({options.self,
                      "child",
                      "ring",
                      "--material",
                      file,
                      "--recorder",
                      folder,
                      "--seconds",
                      seconds,
                      "--out",
                      out},
                     RunOptions{}));
    Sample sample;
    std::ifstream read(out);
    read >> sample.startMs >> sample.ageMs >> sample.flushMs >> sample.ringParts >>
        sample.beforeKib >> sample.filledKib >> sample.peakKib;
    if (!read) {
        return core::fail(core::ErrorKind::DataLoss, "read " + out);
    }
    return sample;
}

Figure describe(const std::string& name, const std::string& what, const std::string& limit) {
    Figure figure;
    figure.name = name;
    figure.bar = 1;
    figure.what = what;
    figure.peer = "the limit itself, " + limit;
    figure.unit = "ms";
    return figure;
}

}  // namespace

Result<std::vector<Figure>> ringBench(const BenchOptions& options) {
    LIUHEN_TRY(const std::string file, material());
    LIUHEN_TRY(const Scratch scratch, Scratch::make(options.scratch));
    LIUHEN_TRY(Agency agency, Agency::make(scratch.path()));
    Figure press =
        describe("ring.press", "press to `start` durable, a ring of 120 s in memory", "200 ms");
    Figure age = describe("ring.live",
                          "largest age of live footage until it is safe, while a ring of 120 s at "
                          "8 Mbit/s goes to a card of 20 MB/s",
                          "1.2 s");
    const unsigned count = options.rounds.value_or(kRingRounds);
    for (unsigned i = 0; i < count; ++i) {
        LIUHEN_TRY(const Sample with, measure(options, file, agency, scratch.path(), "120"));
        LIUHEN_TRY(const Sample none, measure(options, file, agency, scratch.path(), "0"));
        press.ours.push_back(with.startMs);
        press.peers.push_back(kStartMs);
        age.ours.push_back(with.ageMs);
        age.peers.push_back(kAgeMs);
        const std::string note = fmt::format(
            "the ring's {:.0f} parts are safe {:.1f} s after the press; memory {:.0f} MiB with "
            "it full, {:.0f} MiB without, peaks {:.0f} and {:.0f} MiB; live without a ring {:.0f} "
            "ms",
            with.ringParts,
            with.flushMs / 1000,
            with.filledKib / 1024,
            none.filledKib / 1024,
            with.peakKib / 1024,
            none.peakKib / 1024,
            none.ageMs);
        age.note = note;
        fmt::print(stderr,
                   "ring {}/{}: start {:.1f} ms, live {:.0f} ms; {}\n",
                   i + 1,
                   count,
                   with.startMs,
                   with.ageMs,
                   note);
    }
    return std::vector<Figure>{std::move(press), std::move(age)};
}

}  // namespace liuhen::bench
