// SPDX-License-Identifier: Apache-2.0
// Freeing of the card: only with a receipt for exactly these bytes, and safe at each operation.
#include "hal/sim/sim_card.hpp"
#include "tests/firmware/recorder/second_opinion.hpp"
#include "tests/firmware/recorder/vault_receipts.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

constexpr std::uint64_t kTinyCard = UINT64_MAX / 1000;  // what is free lasts for 1000 s
/// Room is never enough, and never so little that it is told.
const storage::RoomLimits kWanting{kTinyCard, 1s, 10'000s};

/// A bench that wants room, with two recordings in an ended chapter.
struct Stage {
    explicit Stage(BenchOptions chosen = {}) : bench(with(std::move(chosen))), vault(bench) {
        bench.mustStart();
        for (std::uint64_t& recording : recordings) {
            bench.beginFilming();
            recording = *bench->start("button", bench.clock.boottime());
            bench.film(1200);
            REQUIRE(bench->end("button").has_value());
        }
        REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
    }

    static BenchOptions with(BenchOptions chosen) {
        chosen.room = kWanting;
        return chosen;
    }

    void rest(int ms) {
        for (int done = 0; done < ms; done += 50) {
            bench.clock.advance(50ms);
            bench->tick(80, 1);
        }
    }

    [[nodiscard]] bool holds(int which) {
        return bench.files.exists(Vault::segmentPath(0, recordings.at(which), 0));
    }

    Bench bench;
    Vault vault;
    std::array<std::uint64_t, 2> recordings{};
};

}  // namespace

TEST_SUITE("recorder/release") {
    TEST_CASE("footage with a receipt is freed, the rest stays, and the card is intact") {
        for (const bool encrypted : {false, true}) {
            CAPTURE(encrypted);
            Stage stage({.encrypted = encrypted});
            stage.rest(20'000);
            CHECK(stage.holds(0));
            REQUIRE(stage.bench->enterReceipt(stage.vault.forSegment(0, stage.recordings[1], 0))
                        .has_value());
            stage.rest(20'000);
            CHECK(stage.holds(0));
            CHECK_FALSE(stage.holds(1));
            CHECK(stage.bench.count("footage") == 1);
            const auto release = stage.bench.last("release");
            CHECK(*release.body.find("policy")->find("copies")->unsignedInteger() == 2);
            stage.bench.press();
            stage.bench.film(1000);
            REQUIRE(stage.bench->shutdown("button").has_value());
            CHECK(stage.bench.verdict() == "intact");
            CHECK(secondOpinion(stage.bench).find("intact") == 0);
            CHECK(stage.bench.verdictAfterRestart() == "intact");
            CHECK(stage.bench.kinds()["release"] == 1);
        }
    }

    TEST_CASE("the oldest is freed first, and no more than is wanted") {
        Bench bench({.room = {100, 1s, 600s}});
        Vault vault(bench);
        bench.mustStart();
        std::vector<std::uint64_t> recordings;
        for (int i = 0; i < 3; ++i) {
            bench.beginFilming();
            recordings.push_back(*bench->start("button", bench.clock.boottime()));
            bench.film(1200);
            REQUIRE(bench->end("button").has_value());
        }
        REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
        vault.receiptAll();
        // A card on which one recording more makes enough room.
        auto slot = hal::sim::SimCard::open(bench.files, kCard, UINT64_MAX);
        REQUIRE(slot.has_value());
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        hal::sim::SimFiles files(bench.files, (*slot)->state());
        bench.throughCard = &files;
        (*slot)->state()->quotaBytes = (*slot)->state()->usedBytes + 45'000;
        bench.mustStart();
        for (int i = 0; i < 600; ++i) {
            bench.clock.advance(50ms);
            bench->tick(80, 1);
        }
        CHECK_FALSE(bench.files.exists(Vault::segmentPath(0, recordings[0], 0)));
        CHECK(bench.files.exists(Vault::segmentPath(0, recordings[1], 0)));
        CHECK(bench.files.exists(Vault::segmentPath(0, recordings[2], 0)));
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        bench.throughCard = nullptr;
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("without a receipt that holds nothing is freed") {
        struct Row {
            const char* name;
            std::uint64_t copies;
            const char* verdict;
            bool otherBytes;
            bool otherAgency;
        };
        for (const Row& row :
             {Row{"one copy", 1, "intact", false, false},
              Row{"a vault that found it incomplete", 2, "incomplete", false, false},
              Row{"bytes that are not the vault's", 2, "intact", true, false},
              Row{"another agency's vault", 2, "intact", false, true}}) {
            SUBCASE(row.name) {
                Stage stage;
                Bench other;
                Vault foreign(other);
                stage.vault.copies = row.copies;
                stage.vault.verdict = row.verdict;
                const std::string path = Vault::segmentPath(0, stage.recordings[0], 0);
                core::Buffer receipt = stage.vault.forSegment(0, stage.recordings[0], 0);
                if (row.otherAgency) {
                    const auto held = evidence::Receipt::parse(receipt);
                    const auto leaf = evidence::ObjectLeaf::decode(held->leaf);
                    evidence::Entry last;
                    last.generation = held->generation;
                    last.seq = held->seq;
                    last.hash = held->entry;
                    receipt = foreign.sign(*leaf, last);
                }
                REQUIRE(stage.bench->enterReceipt(receipt).has_value());
                const auto own = core::readFile(stage.bench.files, path, 1U << 30U);
                if (row.otherBytes) {
                    core::Buffer changed = *own;
                    changed[changed.size() / 2] ^= 1U;
                    REQUIRE(core::replaceFile(stage.bench.files, path, changed).has_value());
                }
                stage.rest(40'000);
                CHECK(stage.holds(0));
                CHECK(stage.bench.kinds()["release"] == 0);
                CHECK(stage.bench.kinds()["fault"] == (row.otherBytes ? 1 : 0));
                REQUIRE(core::replaceFile(stage.bench.files, path, *own).has_value());
                REQUIRE(stage.bench->shutdown("button").has_value());
                CHECK(stage.bench.verdict() == "intact");
            }
        }
    }

    TEST_CASE("a single copy frees after the policy's time, and the ledger says which") {
        Stage stage({.singleCopyAfter = 3600s});
        stage.vault.copies = 1;
        stage.vault.receiptAll();
        stage.rest(20'000);
        CHECK(stage.holds(0));
        stage.bench.clock.advance(3600s);
        stage.rest(20'000);
        CHECK_FALSE(stage.holds(0));
        CHECK_FALSE(stage.holds(1));
        for (const auto& entry : {stage.bench.last("release"), stage.bench.last("boot")}) {
            const auto* policy = entry.body.find(entry.kind == "boot" ? "release" : "policy");
            CHECK(*policy->find("single_copy_after_s")->integer() == 3600);
        }
        REQUIRE(stage.bench->shutdown("button").has_value());
        CHECK(stage.bench.verdict() == "intact");
    }

    TEST_CASE("a single copy's age is the time that the recorder ran, whatever its clock says") {
        struct Row {
            const char* name;
            std::chrono::hours shift;
        };
        for (const Row& row : {Row{"a clock that is right", std::chrono::hours(0)},
                               Row{"a clock that was set back", std::chrono::hours(-240)},
                               Row{"a clock that was set forward", std::chrono::hours(90'000)}}) {
            SUBCASE(row.name) {
                Stage stage({.singleCopyAfter = 3600s});
                stage.vault.copies = 1;
                stage.vault.receiptAll();
                stage.bench.clock.setUtc(stage.bench.clock.utc() + row.shift);
                stage.bench.clock.advance(3500s);
                stage.rest(60'000);
                CHECK(stage.holds(0));
                CHECK(stage.holds(1));
                stage.bench.clock.advance(100s);
                stage.rest(90'000);
                CHECK_FALSE(stage.holds(0));
                CHECK_FALSE(stage.holds(1));
                REQUIRE(stage.bench->shutdown("button").has_value());
                CHECK(stage.bench.verdict() == "intact");
            }
        }
    }

    TEST_CASE("while it is off a single copy grows no older") {
        Stage stage({.singleCopyAfter = 3600s});
        stage.vault.copies = 1;
        stage.vault.receiptAll();
        stage.bench.clock.advance(2000s);
        stage.rest(10'000);
        REQUIRE(stage.bench->shutdown("button").has_value());
        stage.bench.stop();
        stage.bench.options.bootId = "boot-2";
        stage.bench.reboot(5s, stage.bench.clock.utc() + std::chrono::hours(1000));
        stage.bench.mustStart();
        stage.rest(20'000);
        CHECK(stage.holds(0));
        stage.bench.clock.advance(1500s);
        stage.rest(20'000);
        CHECK(stage.holds(0));
        stage.bench.clock.advance(120s);
        stage.rest(60'000);
        CHECK_FALSE(stage.holds(0));
        CHECK_FALSE(stage.holds(1));
        REQUIRE(stage.bench->shutdown("button").has_value());
        CHECK(stage.bench.verdict() == "intact");
    }

    TEST_CASE("without the policy a single copy frees nothing, however old it is") {
        Stage stage;
        stage.vault.copies = 1;
        stage.vault.receiptAll();
        stage.bench.clock.advance(std::chrono::hours(10'000));
        stage.rest(60'000);
        CHECK(stage.holds(0));
        CHECK(stage.holds(1));
        CHECK(stage.bench.kinds()["release"] == 0);
        CHECK(stage.bench.last("boot").body.find("release")->find("single_copy_after_s")->isNull());
        // A receipt of two copies that comes later frees them.
        stage.vault.copies = 2;
        stage.vault.receiptAll();
        stage.rest(20'000);
        CHECK_FALSE(stage.holds(0));
        CHECK_FALSE(stage.holds(1));
        REQUIRE(stage.bench->shutdown("button").has_value());
        CHECK(stage.bench.verdict() == "intact");
    }

    TEST_CASE("a segment that a power cut ended is freed by its last part, and stays so") {
        Bench bench({.room = kWanting});
        Vault vault(bench);
        bench.mustStart();
        bench.press();
        bench.film(2000);
        bench.files.crash(5);
        bench.options.bootId = "boot-2";
        bench.stop();
        bench.mustStart();
        bench.beginFilming();
        bench.film(1000);
        REQUIRE(bench->end("button").has_value());
        REQUIRE(bench->dock(core::Buffer(32, 1)).has_value());
        vault.receiptAll();
        for (int i = 0; i < 400; ++i) {
            bench.clock.advance(50ms);
            bench->tick(80, 1);
        }
        CHECK(bench.kinds()["release"] == 2);
        CHECK(bench.count("footage") == 0);
        bench.stop();
        for (int i = 0; i < 2; ++i) {
            bench.mustStart();
            bench.stop();
            // What was freed is not missing.
            CHECK(bench.last("recovery").body.find("missing")->items()->empty());
        }
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a cut or a kill at any operation of a release leaves an intact card") {
        for (const bool powerCut : {true, false}) {
            CAPTURE(powerCut);
            bool done = false;
            for (std::uint64_t cut = 0; !done; ++cut) {
                CAPTURE(cut);
                Stage stage;
                stage.vault.receiptAll();
                REQUIRE(stage.bench->ledger().sync().has_value());
                stage.bench.files.cutAfterOperations(cut);
                stage.rest(3000);
                done = !stage.holds(0) && !stage.holds(1);
                if (powerCut) {
                    stage.bench.files.crash(cut + 1);
                } else {
                    stage.bench.files.cutAfterOperations(UINT64_MAX);
                }
                stage.bench.stop();
                stage.bench.mustStart();
                REQUIRE(stage.bench->shutdown("button").has_value());
                CHECK(stage.bench.verdict() == "intact");
                CHECK(secondOpinion(stage.bench).find("intact") == 0);
                stage.bench.stop();
                stage.bench.mustStart();
                stage.rest(30'000);
                CHECK_FALSE(stage.holds(0));
                CHECK_FALSE(stage.holds(1));
                CHECK(stage.bench.kinds()["release"] == 2);
                REQUIRE(stage.bench->shutdown("button").has_value());
                CHECK(stage.bench.verdict() == "intact");
                REQUIRE(cut < 500);
            }
        }
    }

    TEST_CASE("an error at any operation of a release is tried again") {
        bool hit = true;
        for (int only = 0; hit; ++only) {
            CAPTURE(only);
            Stage stage;
            stage.vault.receiptAll();
            hit = false;
            int seen = 0;
            stage.bench.files.setFault([&](FileOperation, const std::string& path, std::uint64_t) {
                const bool fails = path.find(kCard) == 0 && seen++ == only;
                hit = hit || fails;
                return fails ? EIO : 0;
            });
            stage.rest(60'000);
            stage.bench.files.setFault(nullptr);
            CHECK_FALSE(stage.holds(0));
            CHECK_FALSE(stage.holds(1));
            REQUIRE(stage.bench->shutdown("button").has_value());
            CHECK(stage.bench.verdict() == "intact");
            REQUIRE(only < 3000);
            if (only == 60) {
                only += 1000;  // what follows is the same, in standby
            }
        }
    }

    TEST_CASE("while recording, footage is freed and none is late") {
        Stage stage;
        stage.vault.receiptAll();
        stage.bench.press();
        stage.bench.film(15'000);
        CHECK_FALSE(stage.holds(0));
        CHECK_FALSE(stage.holds(1));
        CHECK(stage.bench.kinds()["late"] == 0);
        REQUIRE(stage.bench->shutdown("button").has_value());
        CHECK(stage.bench.verdict() == "intact");
    }
}

}  // namespace liuhen::recorder::test
