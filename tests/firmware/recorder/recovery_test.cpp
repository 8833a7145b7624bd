// SPDX-License-Identifier: Apache-2.0
// What a start makes of the card that it finds.
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

/// Three recordings with a heartbeat after each, and a shutdown.
void liveADay(Bench& bench) {
    bench.mustStart();
    for (int i = 0; i < 3; ++i) {
        bench.press();
        bench.film(2000);
        REQUIRE(bench->end("button").has_value());
        bench.clock.advance(61s);
        bench->tick(80, 1);
    }
    REQUIRE(bench->shutdown("button").has_value());
    bench.stop();
}

/// Flips a bit in the body of the first entry of a kind; answers the chapter's bytes before.
core::Buffer flip(Bench& bench, std::string_view kind) {
    const std::string path = bench.chapters().front();
    const auto before = core::readFile(bench.files, path, 1U << 30U);
    REQUIRE(before.has_value());
    core::Buffer bytes = *before;
    std::size_t at = 0;
    for (const evidence::Entry& entry : bench.entries()) {
        at += entry.bytes.size();
        if (entry.kind == kind) {
            break;
        }
    }
    bytes[at - 70] ^= 1U;  // the last bytes of the body stand before the signature
    REQUIRE(core::replaceFile(bench.files, path, bytes).has_value());
    return *before;
}

void removeLedger(Bench& bench) {
    const auto generations = bench.files.list("recorder/card/ledger");
    REQUIRE(generations.has_value());
    for (const auto& generation : *generations) {
        for (const std::string& path : bench.chapters(std::stoul(generation.name))) {
            REQUIRE(bench.files.remove(path).has_value());
        }
        REQUIRE(bench.files.remove("recorder/card/ledger/" + generation.name).has_value());
    }
    REQUIRE(bench.files.remove("recorder/card/ledger").has_value());
    REQUIRE(bench.files.syncFolder("recorder/card").has_value());
}

/// Starts, is cut off after `ms` of a recording, and starts again `away` later.
void cutOff(Bench& bench, int ms, core::Nanoseconds away, const std::string& nextBoot) {
    bench.mustStart();
    bench.press();
    bench.film(ms);
    bench.stop();
    bench.files.crash();
    bench.clock.advance(away - 3s);
    bench.options.bootId = nextBoot;
    bench.mustStart();
}

}  // namespace

TEST_SUITE("recorder/recovery") {
    TEST_CASE("one flipped bit in the ledger changes nothing of the footage") {
        Bench bench;
        liveADay(bench);
        const std::size_t segments = bench.count("footage");
        const core::Buffer before = flip(bench, "heartbeat");
        bench.startAndStop();
        CHECK(bench.count("footage") == segments);
        CHECK(bench.count("torn") == 0);
        // Nothing of the old generation was mended: with the bit put back it is whole again.
        REQUIRE(core::replaceFile(bench.files, bench.chapters(0).front(), before).has_value());
        CHECK(bench.kinds(1)["rollback"] == 1);
        CHECK(bench.last("rollback", 1).body.find("reason")->text()->compare("head_absent") == 0);
        const evidence::Report report = bench.check();
        for (const auto& problem : report.problems) {
            CHECK(problem.place.generation == 1);
        }
    }

    TEST_CASE("a flipped bit in an entry that boxes hold is healed from them") {
        Bench bench;
        liveADay(bench);
        const core::Buffer before = flip(bench, "segment");
        bench.startAndStop();
        CHECK(bench.verdict() == "intact");
        CHECK(bench.kinds(0)["segment"] == 3);
        CHECK(bench.count("torn") == 1);
    }

    TEST_CASE("whatever cuts off a first start, the next one begins with a genesis") {
        for (const bool newCard : {false, true}) {
            for (const int loss : {0, 1, 2}) {
                bool ended = false;
                for (std::uint64_t cut = 0; !ended; ++cut) {
                    CAPTURE(newCard);
                    CAPTURE(loss);
                    CAPTURE(cut);
                    Bench bench({.commissioned = newCard});
                    if (newCard) {
                        removeLedger(bench);
                    }
                    bench.files.cutAfterOperations(cut);
                    ended = bench.start().has_value();
                    bench.stop();
                    if (loss == 0) {
                        bench.files.cutAfterOperations(UINT64_MAX);
                    } else {
                        bench.files.crash(loss == 1 ? 0 : cut * 2654435761U + 1);
                    }
                    bench.startAndStop();
                    const auto generations = bench.files.list("recorder/card/ledger");
                    REQUIRE(generations.has_value());
                    for (const auto& item : *generations) {
                        const std::uint64_t generation = std::stoul(item.name);
                        CHECK(bench.kinds(generation)["rollback"] == 0);
                        if (!bench.chapters(generation).empty() && (newCard || generation == 0)) {
                            bench.registerGenesis(generation);
                        }
                    }
                    if (newCard) {
                        // The old card is not at hand; all else holds.
                        for (const auto& problem : bench.check().problems) {
                            CHECK(problem.place.seq == 0);
                        }
                    } else {
                        CHECK(bench.verdict() == "intact");
                    }
                }
            }
        }
    }

    TEST_CASE("what is foreign on the card does not prevent a start") {
        struct Row {
            const char* name;
            const char* folder;
            const char* file;
        };
        for (const Row& row :
             {Row{"a torn folder alone", "recorder/card/torn", nullptr},
              Row{"a folder in a generation", "recorder/card/ledger/0/lost", nullptr},
              Row{"a folder in ledger", "recorder/card/ledger/lost", nullptr},
              Row{"a file in ledger", nullptr, "recorder/card/ledger/.DS_Store"},
              Row{"a file in footage", "recorder/card/footage", "recorder/card/footage/x"},
              Row{"a folder as segment", "recorder/card/footage/0-9/0.mp4", nullptr},
              Row{"junk as segment",
                  "recorder/card/footage/0-9",
                  "recorder/card/footage/0-9/1.mp4"},
              Row{"a folder in torn", "recorder/card/torn/a.torn", nullptr},
              Row{"another file in torn", "recorder/card/torn", "recorder/card/torn/notes.txt"}}) {
            for (const bool commissioned : {true, false}) {
                CAPTURE(row.name);
                CAPTURE(commissioned);
                Bench bench({.commissioned = commissioned});
                if (!commissioned) {
                    REQUIRE(bench.files.makeFolders("recorder/card/ledger/0").has_value());
                }
                if (row.folder != nullptr) {
                    REQUIRE(bench.files.makeFolders(row.folder).has_value());
                }
                if (row.file != nullptr) {
                    bench.write(row.file, "junk");
                }
                bench.mustStart();
                bench.press();
                bench.film(1000);
                bench.stop();
                bench.mustStart();
                CHECK(bench->recording());
            }
        }
    }

    TEST_CASE("a crash and a power loss are told apart, and how much may be gone") {
        struct Row {
            const char* name;
            const char* nextBoot;
            const char* cause;
        };
        for (const Row& row : {Row{"the same boot of the machine", "boot-1", "crash"},
                               Row{"another boot", "boot-2", "power_loss"},
                               Row{"unknown", "", "power_loss"}}) {
            SUBCASE(row.name) {
                Bench bench;
                cutOff(bench, 2000, 40s, row.nextBoot);
                CHECK(bench->recording());
                bench.beginFilming();
                bench.film(1000);
                CHECK(*bench.last("interruption").body.find("cause")->text() == row.cause);
                const auto lost = bench.last("recovery").body.find("lost_ms")->integer();
                CHECK(*lost >= 40'000);
                CHECK(*lost < 60'000);  // the manual clock's BOOTTIME does not start anew
                CHECK(bench.verdictAfterRestart() == "intact");
            }
        }
    }

    TEST_CASE("within one boot of the machine a stepped clock moves no media time") {
        for (const std::int64_t hours : {-5, 5}) {
            Bench bench;
            bench.mustStart();
            bench.press();
            bench.film(2000);
            const auto zero = bench.last("segment").body.find("zero")->integer();
            bench.stop();
            bench.clock.setUtc(bench.clock.utc() + std::chrono::hours(hours));
            bench.mustStart();
            bench.beginFilming();
            bench.film(1000);
            CHECK(bench.last("segment").body.find("zero")->integer() == zero);
            CHECK(bench.verdictAfterRestart() == "intact");
        }
    }

    TEST_CASE("after a power loss time goes on though the clock was set back") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(2000);
        bench.stop();
        bench.clock.setUtc(bench.clock.utc() - 5h);
        bench.options.bootId = "boot-2";
        bench.mustStart();
        CHECK(bench->recording());
        const auto lost = bench.last("recovery").body.find("lost_ms")->integer();
        CHECK(*lost >= 32'000);  // no clock tells: all that may ever be held
        bench.beginFilming();
        bench.film(1000);
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a recording found after twelve hours does not go on") {
        Bench bench;
        cutOff(bench, 2000, 13h, "boot-2");
        CHECK_FALSE(bench->recording());
        CHECK(*bench.last("end").body.find("reason")->text() == "not_resumed");
        CHECK(bench.kinds()["resume"] == 0);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("in standby nothing can be lost") {
        Bench bench;
        bench.mustStart();
        bench.stop();
        bench.mustStart();
        CHECK(bench.last("recovery").body.find("lost_ms")->integer() == 0);
    }

    TEST_CASE("a start cut off by a kill loses nothing at a power cut later") {
        struct Row {
            const char* name;
            FileOperation operation;
            const char* path;
            bool dockFirst;
            std::vector<int> filmedMs;
        };
        for (const Row& row : {Row{"between append and sync of a part",
                                   FileOperation::Append,
                                   ".mp4",
                                   false,
                                   {0, 700, 1400}},
                               Row{"between making a segment and syncing its folder",
                                   FileOperation::SyncFolder,
                                   "0-4",
                                   false,
                                   {0}},
                               Row{"between making a chapter and syncing its folder",
                                   FileOperation::SyncFolder,
                                   "ledger/0",
                                   true,
                                   {0, 700}}}) {
            for (const int before : row.filmedMs) {
                CAPTURE(row.name);
                CAPTURE(before);
                Bench bench;
                bench.mustStart();
                bench.press();
                bench.film(before);
                if (row.dockFirst) {
                    REQUIRE(bench->end("button").has_value());
                    REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
                }
                bool hit = false;
                bench.files.setFault(
                    [&](FileOperation asked, const std::string& path, std::uint64_t) {
                        if (!hit && asked == row.operation && path.ends_with(row.path)) {
                            hit = true;
                            bench.files.cutAfterOperations(0);
                            return asked == FileOperation::SyncFolder ? EIO : 0;
                        }
                        return 0;
                    });
                if (row.dockFirst) {
                    (void)bench->start("button", bench.clock.boottime());
                } else {
                    bench.film(2000);
                }
                CHECK(hit);
                bench.files.setFault(nullptr);
                bench.stop();
                bench.files.cutAfterOperations(UINT64_MAX);
                bench.mustStart();
                bench.beginFilming();
                if (!bench->recording()) {
                    bench.press();
                }
                bench.film(2600);
                bench.files.cutAfterOperations(0);
                bench.stop();
                bench.files.crash();
                bench.startAndStop();
                CHECK(bench.verdict() == "intact");
            }
        }
    }

    TEST_CASE("more torn files than a recovery names are named by the next ones") {
        Bench bench;
        REQUIRE(bench.files.makeFolders("recorder/card/torn").has_value());
        for (int i = 0; i < 300; ++i) {
            bench.write(fmt::format("recorder/card/torn/{}.torn", i), "x");
        }
        bench.startAndStop();
        CHECK(bench.verdict() != "intact");
        bench.startAndStop();
        CHECK(bench.verdict() == "intact");
    }
}

}  // namespace liuhen::recorder::test
