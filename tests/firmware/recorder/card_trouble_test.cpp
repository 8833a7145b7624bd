// SPDX-License-Identifier: Apache-2.0
// Cards that fail, fill up or go away: what was signed stays, one entry of each seq, and all that
// could be written is intact.
#include "tests/firmware/recorder/card_slot.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

void filmThroughIt(Bench& bench) {
    bench.film(1500);
    (void)bench->mark("focus", bench.clock.boottime());
    (void)bench->ledger().changeEpoch();
    bench.film(2500);
    (void)bench->end("button");
    (void)bench->shutdown("button");
}

}  // namespace

TEST_SUITE("recorder/card_trouble") {
    TEST_CASE("one error at any write or sync leaves an intact card and no footage missing") {
        struct Row {
            const char* name;
            FileOperation operation;
            const char* path;
        };
        for (const Row& row : {Row{"append to the ledger", FileOperation::Append, ".cbor"},
                               Row{"sync of the ledger", FileOperation::Sync, ".cbor"},
                               Row{"append to footage", FileOperation::Append, ".mp4"},
                               Row{"sync of footage", FileOperation::Sync, ".mp4"},
                               Row{"sync of a folder", FileOperation::SyncFolder, "card"},
                               Row{"opening", FileOperation::Open, "card"},
                               Row{"making folders", FileOperation::MakeFolders, "card"}}) {
            SUBCASE(row.name) {
                bool hit = true;
                for (int only = 0; hit; ++only) {
                    CAPTURE(only);
                    Bench bench;
                    bench.mustStart();
                    hit = false;
                    int seen = 0;
                    bench.files.setFault(
                        [&](FileOperation asked, const std::string& path, std::uint64_t) {
                            const bool fits = asked == row.operation && path.find(kCard) == 0 &&
                                              path.find(row.path) != std::string::npos;
                            const bool fails = fits && seen++ == only;
                            hit = hit || fails;
                            return fails ? EIO : 0;
                        });
                    bench.press();
                    filmThroughIt(bench);
                    bench.files.setFault(nullptr);
                    bench.files.crash();
                    CHECK(bench.verdictAfterRestart() == "intact");
                    // What a lost part held is in the next one.
                    std::uint64_t pictures = 0;
                    std::set<std::uint64_t> lost;
                    for (const auto& entry : bench.entries()) {
                        if (entry.kind == "part.lost") {
                            lost.insert(*entry.body.find("entry")->unsignedInteger());
                        }
                    }
                    for (const auto& entry : bench.entries()) {
                        if (entry.kind == "part" && !lost.contains(entry.seq)) {
                            const auto body = evidence::PartBody::fromCbor(entry.body);
                            for (const auto& span : body->tracks) {
                                pictures += span.track == 1 ? span.samples : 0;
                            }
                        }
                    }
                    CHECK(pictures == 101);
                }
            }
        }
    }

    TEST_CASE("three errors in a row at any write or sync leave an intact card") {
        for (const FileOperation operation : {FileOperation::Append,
                                              FileOperation::Sync,
                                              FileOperation::Truncate,
                                              FileOperation::Open,
                                              FileOperation::SyncFolder}) {
            bool hit = true;
            for (int first = 0; hit; ++first) {
                CAPTURE(static_cast<int>(operation));
                CAPTURE(first);
                Bench bench;
                bench.mustStart();
                bench.press();
                hit = false;
                int seen = 0;
                bench.files.setFault(
                    [&](FileOperation asked, const std::string& path, std::uint64_t) {
                        const bool fits = asked == operation && path.find(kCard) == 0;
                        const bool fails = fits && seen >= first && seen < first + 3;
                        seen += fits ? 1 : 0;
                        hit = hit || fails;
                        return fails ? EIO : 0;
                    });
                filmThroughIt(bench);
                bench.files.setFault(nullptr);
                bench.files.crash(static_cast<std::uint64_t>(first) * 77'777 + 1);
                CHECK(bench.verdictAfterRestart() == "intact");
            }
        }
        for (int first = 0; first < 12; ++first) {
            CAPTURE(first);
            Bench bench;
            bench.mustStart();
            bench.press();
            int seen = 0;
            bench.files.setFault([&](FileOperation asked, const std::string& path, std::uint64_t) {
                const bool fits = asked == FileOperation::Sync && path.ends_with(".mp4");
                seen += fits ? 1 : 0;
                return fits && seen > first && seen <= first + 3 ? EIO : 0;
            });
            filmThroughIt(bench);
            bench.files.setFault(nullptr);
            bench.files.crash(static_cast<std::uint64_t>(first) * 77'777 + 1);
            CHECK(bench.verdictAfterRestart() == "intact");
        }
    }

    TEST_CASE("a ledger that cannot be synced is not believed, and is told to nobody") {
        Bench bench;
        bench.mustStart();
        const auto synced = bench->ledger().syncedHead();
        bench.failOn(FileOperation::Sync, ".cbor", EIO);
        CHECK_FALSE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        CHECK_FALSE(bench->ledger().read(0, 0, 1).has_value());
        CHECK(bench->ledger().syncedHead() == synced);
        CHECK(bench->ledger().hasUnsynced());
        bench.files.setFault(nullptr);
        CHECK(bench->ledger().sync().has_value());
        CHECK(bench->ledger().syncedHead() == bench->ledger().head());
        bench.files.crash();
        CHECK(bench.last("selfcheck").hash == bench->ledger().head().hash);
    }

    TEST_CASE("a docking that could not be written is the same docking later") {
        Bench bench;
        bench.mustStart();
        const core::Buffer nonce(32, 1);
        bench.failOn(FileOperation::Append, ".cbor", EIO);
        CHECK_FALSE(bench->dock(nonce).has_value());
        CHECK_FALSE(bench->dock(core::Buffer(32, 2)).has_value());
        bench.files.setFault(nullptr);
        const auto docked = bench->dock(nonce);
        REQUIRE(docked.has_value());
        CHECK(bench.last("docking").hash == docked->hash);
        CHECK(bench.kinds()["docking"] == 1);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a card that fails for long is asked about once a second") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(3000);
        struct Row {
            const char* name;
            const char* path;
        };
        for (const Row& row : {Row{"the whole card", "card"}, Row{"footage only", ".mp4"}}) {
            SUBCASE(row.name) {
                bench.failOn(FileOperation::Append, row.path, EIO);
                const std::uint64_t before = bench->ledger().nextSeq();
                const std::uint64_t operations = bench.files.operations();
                bench.film(20'000);
                CHECK(bench->ledger().nextSeq() - before < 90);
                CHECK(bench.files.operations() - operations < 900);
                bench.files.setFault(nullptr);
                bench.film(3000);
                REQUIRE(bench->shutdown("button").has_value());
                CHECK(bench.verdictAfterRestart() == "intact");
                CHECK(bench.kinds()["late"] > 30);
                CHECK(bench.kinds()["interruption"] == 0);  // nothing was given up
            }
        }
    }

    TEST_CASE("what is held for a card that fails is bounded, and what is given up is told") {
        Bench bench;
        bench.mustStart();
        bench.press();
        bench.film(3000);
        bench.failOn(FileOperation::Append, "card", EIO);
        bench.film(100'000);
        bench.files.setFault(nullptr);
        bench.film(3000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
        CHECK(bench.kinds()["interruption"] == 1);
        const auto told = bench.last("interruption");
        const auto ms = told.body.find("measurements")->find("given_up_ms")->integer();
        CHECK(*ms > 70'000);
        CHECK(*ms < 77'000);
    }

    TEST_CASE("after a pull and a return all goes on, in standby and while recording") {
        for (const bool recording : {false, true}) {
            CAPTURE(recording);
            Bench bench;
            Slot slot(bench, UINT64_MAX);
            bench.mustStart();
            bench.beginFilming();
            if (recording) {
                bench.press();
                bench.film(3000);
            } else {
                bench.clock.advance(61s);
                bench->tick(80, 1);
            }
            slot.card->pull();
            bench.film(2000);
            if (!recording) {
                bench.press();  // what is signed meanwhile goes out later
                bench.film(2000);
            }
            slot.card->putBack();
            bench.film(5000);
            if (recording) {
                REQUIRE(bench->end("button").has_value());
                bench.press();
                bench.film(1000);
            }
            CHECK_FALSE(bench->ledger().trouble());
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(bench.verdict() == "intact");
            CHECK(bench.verdictAfterRestart() == "intact");
            CHECK(bench.kinds()["interruption"] == 0);
        }
    }

    TEST_CASE("another card in place of the one that was pulled is left alone") {
        Bench bench;
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        bench.press();
        bench.film(2000);
        const std::string ledger = bench.chapters().front();
        const auto own = core::readFile(bench.files, ledger, 1U << 30U);
        REQUIRE(own.has_value());
        slot.card->pull();
        bench.film(500);
        const core::Buffer other(own->size() + 1000, 9);
        REQUIRE(core::replaceFile(bench.files, ledger, other).has_value());
        slot.card->putBack();
        bench.film(5000);
        CHECK(bench->ledger().trouble()->kind == core::ErrorKind::FailedPrecondition);
        CHECK(*core::readFile(bench.files, ledger, 1U << 30U) == other);
        REQUIRE(core::replaceFile(bench.files, ledger, *own).has_value());
        bench.film(3000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("no folder is made where no card is") {
        Bench bench;
        bench.mustStart();
        REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
        for (const char* below : {"ledger", "torn"}) {
            (void)bench.files.rename(std::string(kCard) + "/" + below,
                                     std::string("away-") + below);
        }
        bench.press();
        bench.film(3000);
        CHECK(bench.count("ledger") == 0);
        CHECK(bench.count("footage") == 0);
        REQUIRE(bench.files.rename("away-ledger", std::string(kCard) + "/ledger").has_value());
        bench.film(3000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a full card ends the recording in its reserve and starts again once there is room") {
        for (const bool orderly : {true, false}) {
            CAPTURE(orderly);
            Bench bench({.reserveBytes = 60'000});
            Slot slot(bench, 300'000);
            bench.mustStart();
            CHECK(bench.files.exists("recorder/card/reserve"));
            bench.press();
            bench.film(60'000);
            CHECK_FALSE(bench->recording());
            CHECK_FALSE(bench.files.exists("recorder/card/reserve"));
            CHECK(*bench.last("end").body.find("reason")->text() == "storage");
            CHECK(*bench.last("interruption").body.find("cause")->text() == "storage_full");
            const auto pressed = bench->start("button", bench.clock.boottime());
            REQUIRE_FALSE(pressed.has_value());
            CHECK(pressed.error().kind == core::ErrorKind::ResourceExhausted);
            CHECK(*bench.last("fault").body.find("what")->text() == "storage_full");
            if (orderly) {
                REQUIRE(bench->shutdown("button").has_value());
                CHECK(bench.verdict() == "intact");
            }
            for (int i = 0; i < 3; ++i) {
                bench.stop();
                slot.insert(300'000);
                bench.mustStart();
            }
            bench.stop();
            slot.insert(3'000'000);
            bench.mustStart();
            CHECK(bench.files.exists("recorder/card/reserve"));
            bench.press();
            bench.film(2000);
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(bench.verdictAfterRestart() == "intact");
        }
    }

    TEST_CASE("a full card with a torn end is recovered in the reserve") {
        Bench bench({.reserveBytes = 60'000});
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        bench.press();
        bench.film(3000);
        bench.files.cutAfterOperations(3);
        bench.film(2000);
        bench.files.crash(17);
        {
            const auto file =
                bench.files.open("recorder/card/footage/0-4/0.mp4", core::OpenMode::AppendExisting);
            REQUIRE(file.has_value());
            const core::Buffer torn(20'000, 3);
            const core::ByteView piece(torn);
            REQUIRE((*file)->append(std::span<const core::ByteView>(&piece, 1)).has_value());
        }
        bench.stop();
        auto full = hal::sim::SimCard::open(bench.files, kCard, UINT64_MAX);
        REQUIRE(full.has_value());
        slot.insert((*full)->state()->usedBytes + 100);
        bench.mustStart();
        CHECK(bench.count("torn") >= 1);
        CHECK_FALSE(bench.files.exists("recorder/card/reserve"));
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a press while the keystore refuses records all the same, and says so") {
        Bench bench;
        bench.mustStart();
        bench.failOn(FileOperation::Open, "keystore", EIO);
        bench.press();
        bench.film(2000);
        CHECK_FALSE(bench->ledger().changeEpoch().has_value());
        bench.files.setFault(nullptr);
        bench.film(3000);
        CHECK(bench->ledger().changeEpoch().has_value());
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
        CHECK(bench.kinds()["fault"] == 1);
        CHECK(*bench.last("fault").body.find("what")->text() == "keystore");
    }
}

}  // namespace liuhen::recorder::test
