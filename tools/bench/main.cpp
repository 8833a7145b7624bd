// SPDX-License-Identifier: Apache-2.0
// liuhen-bench, which `liuhen bench` runs: figures beside their peers, side by side in one run.
#include "tools/bench/benches.hpp"
#include "tools/bench/children.hpp"
#include "tools/bench/workload.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using core::Result;

constexpr int kHolds = 0;
constexpr int kMissed = 1;
constexpr int kCannotTell = 2;

struct Options {
    std::string name;
    bool json = false;
    unsigned rounds = 0;
    std::string scratch;
};

struct Bench {
    const char* name;
    Result<std::vector<Figure>> (*measure)(const BenchOptions&);
};
constexpr Bench kBenches[] = {{"recorder", recorderBench},
                              {"ring", ringBench},
                              {"whole", wholeBench},
                              {"osd", osdBench},
                              {"proof", proofBench},
                              {"verify", verifyBench},
                              {"ingest", ingestBench},
                              {"log", logBench},
                              {"search", searchBench}};

Result<BenchOptions> complete(const Options& options) {
    BenchOptions made;
    std::error_code error;
    made.self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    made.scratch = options.scratch;
    if (made.scratch.empty()) {
        LIUHEN_TRY(made.scratch, cacheFolder());
        made.scratch += "/bench";
    }
    if (options.rounds > 0) {
        made.rounds = options.rounds;
    }
    return made;
}

Result<int> measure(const Options& options) {
    LIUHEN_TRY(const BenchOptions made, complete(options));
    std::vector<Figure> all;
    for (const Bench& bench : kBenches) {
        if (!options.name.empty() && options.name != bench.name) {
            continue;
        }
        LIUHEN_TRY(const std::vector<Figure> figures, bench.measure(made));
        for (const Figure& figure : figures) {
            if (!options.json) {
                fmt::print("{}", toText(figure));
                std::fflush(stdout);
            }
            all.push_back(figure);
        }
    }
    if (options.json) {
        fmt::print("{}\n", toJson(all));
    }
    for (const Figure& figure : all) {
        if (figure.asserted && figure.ran() && !figure.holds()) {
            return kMissed;
        }
    }
    return kHolds;
}

/// The measured jobs; the benches start this program again for each of them.
struct Child {
    CLI::App* group = nullptr;
    RecordOptions record;
    RingOptions ring;
    std::string out;
    std::string root;
    std::string portFile;

    void describe(CLI::App& app) {
        group = app.add_subcommand("child", "one measured job")->group("");
        group->require_subcommand(1);
        CLI::App* recordApp = group->add_subcommand("record");
        CLI::App* floorApp = group->add_subcommand("floor");
        CLI::App* splitApp = group->add_subcommand("splitmux");
        CLI::App* verifyApp = group->add_subcommand("verify");
        CLI::App* serveApp = group->add_subcommand("serve");
        CLI::App* ringApp = group->add_subcommand("ring");
        ringApp->add_option("--material", ring.material)->required();
        ringApp->add_option("--recorder", ring.recorder)->required();
        ringApp->add_option("--out", ring.out)->required();
        ringApp->add_option("--seconds", ring.seconds);
        for (CLI::App* one : {recordApp, floorApp, splitApp}) {
            one->add_option("--material", record.material)->required();
        }
        for (CLI::App* one : {recordApp, verifyApp, serveApp}) {
            one->add_option("--recorder", record.recorder)->required();
        }
        for (CLI::App* one : {recordApp, floorApp}) {
            one->add_flag("--encrypt", record.encrypt);
        }
        recordApp->add_option("--times", record.times);
        recordApp->add_flag("--joined", record.joined);
        for (CLI::App* one : {floorApp, splitApp}) {
            one->add_option("--out", out)->required();
        }
        verifyApp->add_option("--root", root)->required();
        serveApp->add_option("--port-file", portFile)->required();
    }

    [[nodiscard]] Result<void> run() const {
        if (group->got_subcommand("record")) {
            return bench::record(record);
        }
        if (group->got_subcommand("floor")) {
            return floorOfWriters(record.material, out, record.encrypt);
        }
        if (group->got_subcommand("ring")) {
            return flushRing(ring);
        }
        if (group->got_subcommand("splitmux")) {
            return splitmux(record.material, out);
        }
        if (group->got_subcommand("verify")) {
            return verify(record.recorder, root);
        }
        return serve(record.recorder, portFile);
    }
};

int start(int argc, char** argv) {
    CLI::App app("liuhen bench: figures with peer, ratio, bar and whether it holds");
    Options options;
    app.add_option(
           "name",
           options.name,
           "recorder, ring, whole, osd, proof, verify, ingest, log or search (default: all)")
        ->check(CLI::IsMember(
            {"recorder", "ring", "whole", "osd", "proof", "verify", "ingest", "log", "search"}));
    app.add_flag("--json", options.json, "a list of name, ratio, bar, holds");
    app.add_option(
           "--rounds",
           options.rounds,
           "rounds per figure (default: 7; whole, osd and search 5, ring, ingest and log 3)")
        ->check(CLI::Range(1, 1000));
    app.add_option("--scratch", options.scratch, "folder on the medium to measure");
    Child child;
    child.describe(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kHolds : kCannotTell;
    }
    Result<int> code = kHolds;
    if (child.group->parsed()) {
        const auto done = child.run();
        if (!done) {
            code = core::fail(done.error().kind, done.error().message);
        }
    } else {
        code = measure(options);
    }
    if (!code) {
        fmt::print(stderr, "liuhen-bench: {}\n", code.error().message);
        return kCannotTell;
    }
    return *code;
}

}  // namespace

}  // namespace liuhen::bench

int main(int argc, char** argv) {
    try {
        return liuhen::bench::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen-bench: unexpected: %s\n", error.what());
        return 2;
    }
}
