// SPDX-License-Identifier: Apache-2.0
// Steps 1, 2 and 6 of the check: files, entries, order, signatures, tails.
#include "tests/common/evidence/rows.hpp"

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

namespace {

Cbor mark() {
    return Cbor::map({{"what", "note"}});
}

/// A private value with this counter.
Cbor secret(std::uint64_t counter) {
    return Cbor::map({{"commitment", Digest{}}, {"counter", counter}, {"locked", Buffer(20, 1)}});
}

Cbor handover(std::uint64_t from, std::uint64_t to) {
    return Cbor::map({{"from", secret(from)}, {"to", secret(to)}});
}

std::string onlyStray(SampleLedger& ledger, const std::string& name) {
    begin(ledger);
    ledger.shutdown();
    ledger.files[name] = {1};
    return "altered -:- card/" + name;
}

const std::vector<Row> kFiles = {
    {"an ordinary ledger is intact",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.record();
         ledger.shutdown();
         ledger.boot(false);
         ledger.record();
         ledger.dock();
         ledger.record();
         return std::string("intact");
     }},
    {"the card alone is intact",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.record();
         return std::string("intact");
     },
     false},
    {"a name that is no chapter's",
     [](SampleLedger& ledger) { return onlyStray(ledger, "ledger/0/7.cbor"); }},
    {"a generation with a leading zero",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files["ledger/00/0000000000.cbor"] = {1};
         return std::string("altered -:- card/ledger/00");
     }},
    {"a file where a generation belongs",
     [](SampleLedger& ledger) { return onlyStray(ledger, "ledger/1"); }},
    {"an anchor beside a ledger that begins at 0",
     [](SampleLedger& ledger) { return onlyStray(ledger, "ledger/0/anchor.cbor"); }},
    {"footage without a number",
     [](SampleLedger& ledger) { return onlyStray(ledger, "footage/0-2/x.mp4"); }},
    {"a file where the folder of torn files belongs",
     [](SampleLedger& ledger) { return onlyStray(ledger, "torn"); }},
    {"a torn file with a name that no entry may give",
     [](SampleLedger& ledger) { return onlyStray(ledger, "torn/a b.torn"); }},
    {"a torn file with too long a name",
     [](SampleLedger& ledger) {
         return onlyStray(ledger, "torn/" + std::string(61, 'a') + ".torn");
     }},
    {"what lies beside is no part of the evidence",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files["readme.txt"] = {1};
         return std::string("intact");
     }},
    {"a file that ends within its last entry",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files["ledger/0/0000000000.cbor"].pop_back();
         return ledger.at("incomplete", 2);
     }},
    {"the same in a file that is not the last",
     [](SampleLedger& ledger) {
         begin(ledger);
         const Entry docking = ledger.dock();
         ledger.shutdown();
         ledger.files["ledger/0/0000000000.cbor"].pop_back();
         return ledger.at("altered", docking.seq);
     }},
    {"an empty file behind one that no docking ends",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files["ledger/0/0000000003.cbor"] = {};
         return std::string("altered 0:3 card/ledger/0/0000000003.cbor@0");
     }},
};

const std::vector<Row> kSignatures = {
    {"a signature amid an epoch does not count where the chain is whole",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark(), ledger.identity);
         ledger.name("epoch");
         ledger.shutdown();
         return std::string("intact");
     }},
    {"the last one under a key counts",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark());
         ledger.add("shutdown", mark(), ledger.identity);
         return ledger.at("altered", 3);
     }},
    {"the last one before a boot counts",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("shutdown", mark(), ledger.identity);
         ledger.boot(false);
         ledger.shutdown();
         return ledger.at("altered", 2);
     }},
    {"every 4096th counts",
     [](SampleLedger& ledger) {
         begin(ledger);
         while (ledger.nextSeq() < 4096) {
             ledger.add("mark", mark());
         }
         ledger.add("mark", mark(), ledger.identity);
         ledger.name("epoch");
         ledger.shutdown();
         return ledger.at("altered", 4096);
     }},
    {"a naming entry counts",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.epoch = ledger.identity;
         ledger.name("epoch");
         ledger.shutdown();
         return ledger.at("altered", 2);
     }},
    {"all count in a file that has another problem",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark(), ledger.identity);
         ledger.name("epoch");
         ledger.shutdown();
         ledger.files["ledger/0/0000000000.cbor"].push_back(0);
         return ledger.at("altered", 2);
     }},
    {"but not those of the chapters before",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark(), ledger.identity);
         ledger.dock();
         ledger.shutdown();
         auto& file = ledger.files["ledger/0/0000000004.cbor"];
         file.push_back(0);
         return std::string("altered 0:5 card/ledger/0/0000000004.cbor@") +
                std::to_string(file.size() - 1);
     }},
};

const std::vector<Row> kOrder = {
    {"a boot without recovery",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark());
         ledger.boot(false);
         ledger.shutdown();
         return ledger.at("altered", 4);
     }},
    {"a recovery that names a recording while none is open",
     [](SampleLedger& ledger) {
         begin(ledger);
         const std::uint64_t recording = ledger.record();
         RecoveryBody body;
         body.recording = recording;
         const Entry recovery = ledger.add("recovery", body.toCbor());
         return ledger.at("altered", recovery.seq);
     }},
    {"an interruption when no recording is open",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.interrupt({1});
         return ledger.at("altered", 2);
     }},
    {"an end of a recording that the next start has closed",
     [](SampleLedger& ledger) {
         begin(ledger);
         const std::uint64_t first = ledger.start();
         ledger.start();
         const Entry end =
             ledger.add("end", Cbor::map({{"recording", first}, {"reason", "button"}}));
         return ledger.at("altered", end.seq);
     }},
    {"a part behind a docking",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0);
         ledger.dock();
         PartBody body = *PartBody::fromCbor(part.body);
         body.part = 1;
         const Entry later = ledger.add("part", body.toCbor());
         return ledger.at("altered", later.seq);
     }},
    {"a part of a segment from before the boot",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         ledger.boot();
         const Entry part = ledger.part(0, {.written = false});
         return ledger.at("altered", part.seq);
     }},
    {"a part.lost of a part from before the boot",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0);
         ledger.boot();
         ledger.lose(part.seq);
         return ledger.at("altered", ledger.nextSeq() - 1);
     }},
    {"a counter that does not rise under one key, over two segments",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0, false, true);
         ledger.part(0, {.counter = 5});
         ledger.endSegment(0);
         ledger.openSegment(1, false, true);
         const Entry part = ledger.part(1, {.counter = 5});
         return ledger.at("altered", part.seq);
     }},
    {"the same behind a docking",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0, false, true);
         ledger.part(0, {.counter = 5});
         ledger.dock();
         ledger.start();
         ledger.openSegment(0, false, true);
         const Entry part = ledger.part(0, {.counter = 4});
         return ledger.at("altered", part.seq);
     }},
    {"counters that rise",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0, false, true);
         ledger.part(0, {.counter = 5});
         ledger.part(0, {.counter = 9});
         ledger.endSegment(0);
         ledger.end();
         return std::string("intact");
     }},
    {"two private values with one counter",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("handover", handover(3, 3));
         return ledger.at("altered", 2);
     }},
    {"a private counter that was used before",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("handover", handover(4, 3));
         ledger.add("start",
                    Cbor::map({{"manner", "video"},
                               {"trigger", "button"},
                               {"press", 1},
                               {"wearer", secret(4)}}));
         return ledger.at("altered", 3);
     }},
    {"private counters begin anew with the boot",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("handover", handover(3, 4));
         ledger.shutdown();
         ledger.boot(false);
         ledger.add("handover", handover(0, 1));
         ledger.shutdown();
         return std::string("intact");
     }},
    {"the genesis of generation 0 with a docking",
     [](SampleLedger& ledger) {
         ledger.genesis(Cbor::map({{"docking", Head{0, 3, {}}.toCbor()}}));
         return ledger.at("altered", 0);
     }},
    {"a release that names nothing",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.release({});
         return ledger.at("altered", 2);
     }},
    {"a recovery with 257 torn files",
     [](SampleLedger& ledger) {
         begin(ledger);
         RecoveryBody body;
         body.torn.assign(257, TornFile{"a.torn", 1, {}});
         ledger.add("recovery", body.toCbor());
         return ledger.at("altered", 2);
     }},
};

const std::vector<Row> kTails = {
    {"an open end",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark());
         const auto [file, offset] = ledger.where(2);
         return "incomplete 0:3 card/" + file + "@" +
                std::to_string(offset + ledger.entry(2).bytes.size());
     }},
    {"a recovery closes if no recording is open",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.record();
         ledger.boot();
         return std::string("intact");
     }},
    {"and does not if one is",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.boot();
         const std::uint64_t last = ledger.nextSeq() - 1;
         const auto [file, offset] = ledger.where(last);
         return "incomplete 0:" + std::to_string(last + 1) + " card/" + file + "@" +
                std::to_string(offset + ledger.entry(last).bytes.size());
     }},
    {"the tail of an older generation",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.add("mark", mark());
         ledger.succeed(1);
         ledger.boot();
         ledger.shutdown();
         return std::string("incomplete 0:3 card/ledger/0/0000000000.cbor@") +
                std::to_string(ledger.files["ledger/0/0000000000.cbor"].size());
     }},
    {"a generation of one empty file",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files["ledger/1/0000000000.cbor"] = {};
         return std::string("incomplete 1:0 card/ledger/1/0000000000.cbor@0");
     }},
};

}  // namespace

TEST_SUITE("common/evidence/chain") {
    TEST_CASE("files of a card are told by their names") {
        checkRows(kFiles);
    }
    TEST_CASE("the signatures that count are checked, and no others") {
        checkRows(kSignatures);
    }
    TEST_CASE("entries follow each other by the rules") {
        checkRows(kOrder);
    }
    TEST_CASE("every generation has its tail") {
        checkRows(kTails);
    }
}

}  // namespace liuhen::evidence::test
