// SPDX-License-Identifier: Apache-2.0
// Another card in the slot while the recorder runs.
#include "tests/firmware/recorder/card_slot.hpp"
#include "tests/firmware/recorder/second_opinion.hpp"

#include <cerrno>

namespace liuhen::recorder::test {

namespace {

/// A slot whose card can be exchanged under the running recorder.
struct Exchange {
    explicit Exchange(Bench& used) : bench(used), slot(used, UINT64_MAX) {}

    void pull() {
        slot.card->pull();
        bench->takeCardPulled();
    }
    /// Puts the card away under a name and another one in, "" for an empty one.
    void swap(const std::string& away, const std::string& in) {
        (void)bench.files.rename(kCard, away);
        if (in.empty()) {
            (void)bench.files.makeFolders(kCard);
        } else {
            (void)bench.files.rename(in, kCard);
        }
        (void)bench.files.syncFolder("recorder");
        (void)bench.files.syncFolder(".");
        // Only a quota would look at it, and there is none.
        slot.card->state()->usedBytes = std::uint64_t{1} << 40U;
        slot.card->putBack();
        bench->takeCardReturned();
    }
    void rest(int ms) {
        for (int done = 0; done < ms; done += 50) {
            bench.clock.advance(50ms);
            bench->tick(80, 1);
        }
    }

    Bench& bench;
    Slot slot;
};

/// Verdict and place of each problem of the card that is in.
std::vector<std::string> problems(Bench& bench) {
    std::vector<std::string> found;
    for (const auto& problem : bench.check().problems) {
        found.push_back(fmt::format("{} {}-{}",
                                    evidence::name(problem.verdict),
                                    problem.place.generation.value_or(99),
                                    problem.place.seq.value_or(9999)));
    }
    return found;
}

std::vector<std::string> listOf(Bench& bench, std::uint64_t generation) {
    std::vector<std::string> kinds;
    for (const auto& entry : bench.entries(generation)) {
        kinds.push_back(entry.kind);
    }
    return kinds;
}

/// The generation before is on another card, and no receipt says that it is whole.
const std::vector<std::string> kCardAway{"incomplete 1-0"};

std::uint64_t picturesIn(Bench& bench, std::uint64_t generation) {
    std::uint64_t pictures = 0;
    for (const auto& entry : bench.entries(generation)) {
        if (entry.kind == "part") {
            const auto body = evidence::PartBody::fromCbor(entry.body);
            for (const auto& span : body->tracks) {
                pictures += span.track == 1 ? span.samples : 0;
            }
        }
    }
    return pictures;
}

}  // namespace

TEST_SUITE("recorder/card_change") {
    TEST_CASE("an empty card in standby begins a generation that names the keystore's head") {
        for (const bool encrypted : {false, true}) {
            CAPTURE(encrypted);
            Bench bench({.encrypted = encrypted});
            Exchange exchange(bench);
            bench.mustStart();
            const evidence::Head head = bench->ledger().head();
            exchange.pull();
            exchange.rest(2000);
            exchange.swap("card-a", "");
            exchange.rest(2000);
            const auto genesis = bench.last("genesis", 1);
            const auto body = evidence::GenesisBody::fromCbor(genesis.body, false);
            REQUIRE(body.has_value());
            CHECK(body->head->generation == 0);
            CHECK(body->head->seq <= head.seq + 1);
            CHECK(body->resume.has_value());
            CHECK((body->names == core::Cbor()) != encrypted);
            bench.press();
            bench.film(2000);
            REQUIRE(bench->end("button").has_value());
            REQUIRE(bench->shutdown("button").has_value());
            bench.registerGenesis(1);
            CHECK(problems(bench) == kCardAway);
            CHECK(secondOpinion(bench).substr(0, 10) == "incomplete");
            // A start with it goes on as ever, and keeps what was told without a card.
            bench.stop();
            bench.mustStart();
            CHECK(bench.count("torn") == 1);
            REQUIRE(bench->shutdown("button").has_value());
            CHECK(problems(bench) == kCardAway);
        }
    }

    TEST_CASE("a docked recorder gets a new card: whole with the receipt of the chapter before") {
        Bench bench;
        Exchange exchange(bench);
        bench.mustStart();
        const auto docking = bench->dock(core::Buffer(32, 1));
        REQUIRE(docking.has_value());
        exchange.pull();
        exchange.swap("card-a", "");
        exchange.rest(1000);
        const auto body = evidence::GenesisBody::fromCbor(bench.last("genesis", 1).body, false);
        CHECK(body->docking == docking->head());
        CHECK_FALSE(bench->ledger().dockingOver(core::Buffer(32, 1)));
        REQUIRE(bench->dock(core::Buffer(32, 2)).has_value());
        REQUIRE(bench->shutdown("button").has_value());
    }

    TEST_CASE("a recording goes on on an empty card with what was held in memory") {
        for (const bool encrypted : {false, true}) {
            CAPTURE(encrypted);
            Bench bench({.encrypted = encrypted});
            Exchange exchange(bench);
            bench.mustStart();
            bench.press();
            bench.film(2200);
            exchange.pull();
            bench.film(300);
            bench->takeLoss({Track::Sound, "unplugged", std::nullopt, bench.clock.boottime()});
            bench.sounds = false;
            bench.film(1500);
            bench->takeReturn(Track::Sound);
            bench.sounds = true;
            bench.film(500);
            exchange.swap("card-a", "");
            bench.film(3000);
            CHECK(bench->recording());
            REQUIRE(bench->end("button").has_value());
            REQUIRE(bench->shutdown("button").has_value());
            bench.registerGenesis(1);
            CHECK(problems(bench) == kCardAway);
            CHECK(secondOpinion(bench).substr(0, 10) == "incomplete");
            const auto start = bench.last("start", 1);
            CHECK(*start.body.find("trigger")->text() == "card");
            CHECK(*start.body.find("continues")->find("recording")->unsignedInteger() == 4);
            CHECK(listOf(bench, 1)[1] == "start");
            // 188 pictures in all; the card before has those of its synced parts, and up to a key
            // frame some are given up and told.
            const std::uint64_t here = picturesIn(bench, 1);
            REQUIRE(bench.files.rename(kCard, "card-b").has_value());
            REQUIRE(bench.files.rename("card-a", kCard).has_value());
            const std::uint64_t there = picturesIn(bench, 0);
            CHECK(here + there > 188 - 26);
            CHECK(here > 100);
        }
    }

    TEST_CASE("what was given up before the new card came is told on it") {
        Bench bench;
        Exchange exchange(bench);
        bench.mustStart();
        bench.press();
        bench.film(1000);
        exchange.pull();
        bench.film(50'000);
        exchange.swap("card-a", "");
        bench.film(2000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.registerGenesis(1);
        CHECK(problems(bench) == kCardAway);
        std::int64_t ms = 0;
        for (const auto& entry : bench.entries(1)) {
            if (entry.kind == "interruption") {
                ms += *entry.body.find("measurements")->find("given_up_ms")->integer();
            }
        }
        CHECK(ms > 18'000);
        CHECK(ms < 28'000);
    }

    TEST_CASE("the old card put back later does not go on silently") {
        Bench bench;
        Exchange exchange(bench);
        bench.mustStart();
        bench.press();
        bench.film(2000);
        exchange.pull();
        exchange.swap("card-a", "");
        bench.film(2000);
        REQUIRE(bench->end("button").has_value());
        exchange.pull();
        exchange.swap("card-b", "card-a");
        const auto before = bench.entries(0);
        exchange.rest(3000);
        const auto rollback = evidence::GenesisBody::fromCbor(bench.last("rollback", 2).body, true);
        REQUIRE(rollback.has_value());
        CHECK(rollback->head->generation == 1);
        CHECK(rollback->card->generation == 0);
        CHECK(bench.entries(0).size() == before.size());
        bench.press();
        bench.film(1000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.registerGenesis(2);
        for (const std::string& problem : problems(bench)) {
            CHECK(problem.find("incomplete") == 0);
        }
        CHECK(secondOpinion(bench).substr(0, 10) == "incomplete");
    }

    TEST_CASE("a copy of the card from before its last entries is not taken for it") {
        Bench bench;
        Exchange exchange(bench);
        bench.mustStart();
        const std::string ledger = bench.chapters().front();
        const auto old = core::readFile(bench.files, ledger, 1U << 30U);
        REQUIRE(bench->note("selfcheck", core::Cbor::map({})).has_value());
        exchange.pull();
        REQUIRE(core::replaceFile(bench.files, ledger, *old).has_value());
        exchange.slot.card->putBack();
        bench->takeCardReturned();
        exchange.rest(2000);
        CHECK(bench->ledger().head().generation == 1);
        CHECK(*core::readFile(bench.files, ledger, 1U << 30U) == *old);
        CHECK(bench.kinds(1)["rollback"] == 1);
    }

    TEST_CASE("another recorder's card is refused and told, and the own one goes on") {
        Bench bench;
        Bench other;
        Exchange exchange(bench);
        bench.mustStart();
        bench.press();
        bench.film(2000);
        exchange.pull();
        // The other one's ledger, under this bench's storage.
        const auto foreign = core::readFile(other.files, other.chapters().front(), 1U << 30U);
        REQUIRE(foreign.has_value());
        REQUIRE(bench.files.makeFolders("card-x/ledger/0").has_value());
        core::Buffer changed = *foreign;
        const std::string_view name(kDevice);
        for (auto at = std::search(changed.begin(), changed.end(), name.begin(), name.end());
             at != changed.end();
             at = std::search(at, changed.end(), name.begin(), name.end())) {
            at[static_cast<std::ptrdiff_t>(name.size()) - 1] = '2';
        }
        REQUIRE(
            core::replaceFile(bench.files, "card-x/ledger/0/0000000000.cbor", changed).has_value());
        exchange.swap("card-a", "card-x");
        bench.film(3000);
        CHECK(*core::readFile(bench.files, bench.chapters().front(), 1U << 30U) == changed);
        CHECK(bench.count("footage") == 0);
        exchange.pull();
        exchange.swap("card-x", "card-a");
        bench.film(3000);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.verdict() == "intact");
        int told = 0;
        for (const auto& entry : bench.entries()) {
            told +=
                entry.kind == "fault" && *entry.body.find("what")->text() == "foreign_card" ? 1 : 0;
        }
        CHECK(told == 1);
        CHECK(bench.kinds()["interruption"] == 0);
    }

    TEST_CASE("a cut at any operation of an exchange loses nothing that was told") {
        bool whole = false;
        for (std::uint64_t cut = 0; !whole; ++cut) {
            CAPTURE(cut);
            Bench bench;
            Exchange exchange(bench);
            bench.mustStart();
            bench.press();
            bench.film(1300);
            exchange.pull();
            bench.film(1000);
            exchange.swap("card-a", "");
            bench.files.cutAfterOperations(cut);
            bench.film(1500);
            whole = bench->recording() && !bench->ledger().trouble() && cut > 20;
            bench.files.crash(cut + 1);
            bench.options.bootId = "boot-2";
            bench.stop();
            bench.throughCard = nullptr;
            bench.mustStart();
            REQUIRE(bench->shutdown("button").has_value());
            bench.stop();
            const std::uint64_t generation = bench.chapters(1).empty() ? 2 : 1;
            bench.registerGenesis(generation);
            const auto found = problems(bench);
            CHECK(found == std::vector{fmt::format("incomplete {}-0", generation)});
            REQUIRE(cut < 500);
        }
    }
}

}  // namespace liuhen::recorder::test
