// SPDX-License-Identifier: Apache-2.0
// Entries made while the card is away: on internal storage at once, in the chain after any start.
#include "tests/firmware/recorder/card_slot.hpp"
#include "tests/firmware/recorder/second_opinion.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

std::size_t keptFiles(Bench& bench) {
    const auto items = bench.files.list("recorder/internal/ledger");
    return items ? items->size() : 0;
}

void cutPower(Bench& bench, Slot& slot, std::uint64_t seed = 3) {
    bench.files.crash(seed);
    bench.options.bootId = fmt::format("boot-{}", seed + 100);
    bench.stop();
    slot.insert(UINT64_MAX);
}

}  // namespace

TEST_SUITE("recorder/internal") {
    TEST_CASE("a card pulled while recording, then a power cut: no entry is lost") {
        for (const bool encrypted : {false, true}) {
            CAPTURE(encrypted);
            Bench bench({.encrypted = encrypted});
            Slot slot(bench, UINT64_MAX);
            bench.mustStart();
            bench.press();
            bench.film(2100);
            slot.card->pull();
            bench->takeCardPulled();
            REQUIRE(bench->mark("focus", bench.clock.boottime()).has_value());
            bench.film(700);
            bench->takeLoss({Track::Picture, "unplugged", std::nullopt, bench.clock.boottime()});
            const evidence::Head last = bench->ledger().head();
            CHECK(keptFiles(bench) == 1);
            cutPower(bench, slot);
            bench.mustStart();
            CHECK(keptFiles(bench) == 0);
            CHECK(bench->recording());
            bool found = false;
            std::vector<std::string> faults;
            for (const auto& entry : bench.entries()) {
                found = found || entry.head() == last;
                if (entry.kind == "fault") {
                    faults.push_back(*entry.body.find("what")->text());
                }
            }
            CHECK(found);
            CHECK(bench.kinds()["mark"] == 1);
            CHECK(faults == std::vector<std::string>{"card", "entry_waits"});
            CHECK(*bench.last("fault").body.find("measurements")->find("kind")->text() ==
                  "interruption");
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(bench.verdict() == "intact");
            CHECK(secondOpinion(bench).find("intact") == 0);
        }
    }

    TEST_CASE("a press without a card, then a kill: the recording goes on") {
        Bench bench;
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        slot.card->pull();
        bench->takeCardPulled();
        bench.press();
        bench.film(1000);
        bench.stop();
        slot.insert(UINT64_MAX);
        bench.mustStart();
        CHECK(bench->recording());
        bench.beginFilming();
        bench.film(1000);
        CHECK(bench.kinds()["start"] == 1);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("back in time, the card gets all and internal storage is emptied") {
        Bench bench;
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        slot.card->pull();
        bench->takeCardPulled();
        CHECK(keptFiles(bench) == 1);
        for (int i = 0; i < 100; ++i) {
            bench.clock.advance(10s);
            bench->tick(80, 0);
        }
        slot.card->putBack();
        bench.clock.advance(2s);
        bench->tick(80, 0);
        CHECK_FALSE(bench->ledger().hasUnsynced());
        CHECK(keptFiles(bench) == 0);
        CHECK(bench.kinds()["heartbeat"] > 10);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdictAfterRestart() == "intact");
    }

    TEST_CASE("a chapter that ended without the card is on it after a kill") {
        Bench bench;
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        slot.card->pull();
        CHECK_FALSE(bench->dock(core::Buffer(32, 1)).has_value());
        bench.clock.advance(61s);
        bench->tick(80, 0);
        bench.stop();
        slot.insert(UINT64_MAX);
        bench.mustStart();
        CHECK(bench.chapters().size() == 2);
        CHECK(bench.kinds()["docking"] == 1);
        CHECK(bench.kinds()["heartbeat"] == 1);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("internal storage that fails costs nothing but the safety of these entries") {
        Bench bench;
        Slot slot(bench, UINT64_MAX);
        bench.mustStart();
        int failures = 0;
        bench.files.setFault([&](FileOperation asked, const std::string& path, std::uint64_t) {
            const bool fails =
                asked == FileOperation::Sync && failures < 2 && path.find("recorder/internal") == 0;
            failures += fails ? 1 : 0;
            return fails ? EIO : 0;
        });
        slot.card->pull();
        bench->takeCardPulled();
        for (int i = 0; i < 30; ++i) {
            bench.clock.advance(10s);
            bench->tick(80, 0);
        }
        CHECK(failures == 2);
        const evidence::Head last = bench->ledger().head();
        bench.files.setFault(nullptr);
        cutPower(bench, slot);
        bench.mustStart();
        CHECK(bench.entries().size() > last.seq);
        CHECK(bench.entries()[last.seq].hash == last.hash);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("a cut at any operation while the card is away, and of the start after it") {
        bool whole = false;
        for (std::uint64_t cut = 0; !whole; ++cut) {
            CAPTURE(cut);
            Bench bench;
            Slot slot(bench, UINT64_MAX);
            bench.mustStart();
            bench.press();
            bench.film(1300);
            slot.card->pull();
            bench.files.cutAfterOperations(cut);
            bench->takeCardPulled();
            (void)bench->mark("focus", bench.clock.boottime());
            bench.film(300);
            (void)bench->ledger().changeEpoch();
            bench.film(1000);
            cutPower(bench, slot, cut + 1);
            bench.files.cutAfterOperations(cut);
            whole = bench.start().has_value();
            cutPower(bench, slot, cut + 1000);
            bench.mustStart();
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(bench.verdict() == "intact");
            if (cut % 8 == 0) {
                CHECK(secondOpinion(bench).find("intact") == 0);
            }
            REQUIRE(cut < 500);
        }
    }
}

}  // namespace liuhen::recorder::test
