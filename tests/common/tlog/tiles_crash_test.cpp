// SPDX-License-Identifier: Apache-2.0
// The log over power losses and failing storage: at every sync point and every operation of a
// publish.
#include "common/core/fault_files.hpp"
#include "tests/common/tlog/log_folder.hpp"

#include <errno.h>

using namespace liuhen;
using namespace liuhen::test;

namespace {

struct Step {
    const char* name;
    std::uint64_t before;
    std::uint64_t after;
};

/// From nothing; within a tile; filling one; past two; replacing what a partial tile had.
constexpr Step kSteps[] = {{"first leaves", 0, 3},
                           {"within a tile", 20, 30},
                           {"to the end of a tile", 250, 256},
                           {"over two tiles", 250, 530}};

/// A log of `step.before` leaves on the medium.
void prepare(core::Files& files, const Step& step) {
    if (step.before > 0) {
        tlog::TileStore log = openLog(files);
        must(growTo(log, step.before));
    }
}

std::uint64_t syncsOf(const Step& step) {
    core::FaultFiles files;
    prepare(files, step);
    tlog::TileStore log = openLog(files);
    const std::uint64_t before = files.syncs();
    must(growTo(log, step.after));
    return files.syncs() - before;
}

}  // namespace

TEST_SUITE("tlog/tiles_crash") {
    TEST_CASE("a power loss at any sync point leaves the old log or the new one, whole") {
        for (const Step& step : kSteps) {
            const std::uint64_t syncs = syncsOf(step);
            REQUIRE(syncs >= 6);
            bool sawOld = false;
            bool sawNew = false;
            for (std::uint64_t cut = 0; cut <= syncs; ++cut) {
                for (std::uint64_t torn = 0; torn < 3; ++torn) {
                    CAPTURE(step.name);
                    CAPTURE(cut);
                    CAPTURE(torn);
                    core::FaultFiles files;
                    prepare(files, step);
                    {
                        tlog::TileStore log = openLog(files);
                        files.cutAfterSyncs(cut);
                        const auto published = growTo(log, step.after);
                        CHECK(published.has_value() == (cut >= syncs));
                        files.crash(torn);
                    }
                    tlog::TileStore log = openLog(files);
                    REQUIRE((log.size() == step.before || log.size() == step.after));
                    // What publish has answered for is never lost.
                    CHECK((cut < syncs || log.size() == step.after));
                    sawOld = sawOld || log.size() == step.before;
                    sawNew = sawNew || log.size() == step.after;
                    const tlog::Checkpoint found =
                        log.checkpoint().value_or(tlog::Checkpoint{kOrigin, 0, tlog::emptyRoot()});
                    CHECK(found.root == wholeLog(log.size()).root);
                    for (std::uint64_t i = 0; i < log.size(); i += 7) {
                        const auto leaf = log.leaf(i);
                        REQUIRE(leaf);
                        REQUIRE((*leaf == leafOf(i)));
                    }
                    // The leaves are handed over again: the same files, and no others.
                    must(growTo(log, step.after));
                    checkWhole(files, step.after);
                }
            }
            CHECK(sawOld);
            CHECK(sawNew);
        }
    }

    TEST_CASE("a power loss while a witnessed note is kept leaves the one before or this one") {
        bool sawOld = false;
        bool done = false;
        for (std::uint64_t cut = 0; !done; ++cut) {
            for (std::uint64_t torn = 0; torn < 3; ++torn) {
                CAPTURE(cut);
                CAPTURE(torn);
                core::FaultFiles files;
                std::string three;
                std::string nine;
                bool kept = false;
                {
                    tlog::TileStore log = openLog(files);
                    three = must(growTo(log, 3));
                    nine = must(growTo(log, 9));
                    must(log.keepWitnessed(three));
                    files.cutAfterSyncs(cut);
                    kept = log.keepWitnessed(nine).has_value();
                    files.crash(torn);
                }
                const tlog::TileStore log = openLog(files);
                CHECK((log.witnessed() == nine || (!kept && log.witnessed() == three)));
                CHECK(log.witnessedSize() == (log.witnessed() == nine ? 9 : 3));
                sawOld = sawOld || log.witnessed() == three;
                done = kept;
            }
            REQUIRE(cut < 10);
        }
        CHECK(sawOld);
    }

    TEST_CASE("any failing operation leaves the log as it was, and publish can be repeated") {
        for (const Step& step : kSteps) {
            for (std::uint64_t at = 0;; ++at) {
                const int error = at % 2 == 0 ? ENOSPC : EIO;
                CAPTURE(error);
                CAPTURE(step.name);
                CAPTURE(at);
                core::FaultFiles files;
                prepare(files, step);
                tlog::TileStore log = openLog(files);
                const std::uint64_t first = files.operations();
                bool hit = false;
                files.setFault([&hit, first, at, error](
                                   core::FileOperation, const std::string&, std::uint64_t number) {
                    hit = hit || number == first + at;
                    return number == first + at ? error : 0;
                });
                const auto published = growTo(log, step.after);
                files.setFault({});
                if (!hit) {
                    REQUIRE(published);
                    break;
                }
                if (!published) {
                    CHECK(log.size() == step.before);
                    CHECK(log.nextIndex() == step.after);
                    must(log.publish(kOrigin, exampleKey()));
                }
                CHECK(log.size() == step.after);
                checkWhole(files, step.after);
            }
        }
    }
}
