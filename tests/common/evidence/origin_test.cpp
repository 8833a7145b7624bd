// SPDX-License-Identifier: Apache-2.0
// Steps 3, 4 and 7 of the check: where generations come from, the keystore, pruned stretches.
#include "tests/common/evidence/rows.hpp"

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

namespace {

core::Microseconds now() {
    return core::SystemClock().utc();
}

/// Drops all files of generation 0.
void dropFirst(SampleLedger& ledger) {
    std::erase_if(ledger.files, [](const auto& file) {
        return file.first.starts_with("ledger/0/") || file.first.starts_with("footage/0-");
    });
}

/// A docked generation 0 and one that follows and names its docking.
Head docked(SampleLedger& ledger, bool names) {
    begin(ledger);
    ledger.record();
    const Head docking = ledger.dock().head();
    ledger.succeed(1, names ? std::optional(docking) : std::nullopt);
    ledger.boot();
    return docking;
}

/// A ledger whose first chapter was docked and whose footage there was released.
Head toBePruned(SampleLedger& ledger) {
    begin(ledger);
    const std::uint64_t recording = ledger.record();
    const Head last = ledger.headOf(ledger.nextSeq() - 2);  // segment.end
    const Head docking = ledger.dock().head();
    ReceiptOptions segment;
    segment.recording = recording;
    segment.segment = 0;
    segment.entry = last;
    ReleaseBody release;
    release.recording = recording;
    release.segment = 0;
    release.receipt = ledger.receipt(segment);
    ledger.release(release);
    return docking;
}

ReceiptOptions ofChapter(const Head& docking) {
    ReceiptOptions options;
    options.type = "chapter";
    options.generation = docking.generation;
    options.entry = docking;
    return options;
}

const std::vector<Row> kOrigins = {
    {"a certificate of another role: its key is read all the same",
     [](SampleLedger& ledger) {
         ledger.certificate =
             ledger.agency
                 .certify(ledger.identity.publicKey(), crypto::Role::Dock, kDevice, 5, now())
                 ->der();
         begin(ledger);
         ledger.shutdown();
         return ledger.at("unproven", 0);
     }},
    {"a certificate for another device",
     [](SampleLedger& ledger) {
         ledger.certificate =
             ledger.agency
                 .certify(ledger.identity.publicKey(), crypto::Role::Recorder, "CAM-2", 5, now())
                 ->der();
         begin(ledger);
         ledger.shutdown();
         return ledger.at("unproven", 0);
     }},
    {"a certificate that is none",
     [](SampleLedger& ledger) {
         ledger.certificate = Buffer(40, 1);
         begin(ledger);
         return ledger.at("altered", 0);
     }},
    {"no registration",
     [](SampleLedger& ledger) {
         ledger.registers = false;
         begin(ledger);
         ledger.shutdown();
         return ledger.at("incomplete", 0);
     }},
    {"a registration with a key more",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         const Cbor payload = Cbor::map({{"version", 1},
                                         {"device", kDevice},
                                         {"generation", 0},
                                         {"genesis", ledger.entry(0).hash},
                                         {"more", 1}});
         ledger.registrations.begin()->second =
             crypto::sign1(ledger.agency.key(), "liuhen/registration", payload.encode());
         return ledger.at("altered", 0);
     }},
    {"a generation that follows",
     [](SampleLedger& ledger) {
         docked(ledger, true);
         return std::string("intact");
     }},
    {"the generation before it is gone",
     [](SampleLedger& ledger) {
         docked(ledger, false);
         dropFirst(ledger);
         return ledger.at("incomplete", 0);
     }},
    {"the same, and its docking is named but not confirmed",
     [](SampleLedger& ledger) {
         docked(ledger, true);
         dropFirst(ledger);
         return ledger.at("incomplete", 0);
     }},
    {"the same, named and confirmed",
     [](SampleLedger& ledger) {
         const Head docking = docked(ledger, true);
         ledger.receipt(ofChapter(docking));
         ledger.shutdown();
         dropFirst(ledger);
         return std::string("intact");
     }},
    {"the same, confirmed for another entry",
     [](SampleLedger& ledger) {
         Head docking = docked(ledger, true);
         docking.hash[0] ^= 1;
         ledger.receipt(ofChapter(docking));
         ledger.shutdown();
         dropFirst(ledger);
         return ledger.at("incomplete", 0);
     }},
    {"the entry that it names is cut off",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.add("mark", Cbor::map({{"what", "note"}}));
         const std::size_t end = ledger.where(3).second;
         ledger.succeed(1);
         ledger.boot();
         ledger.files["ledger/0/0000000000.cbor"].resize(end);
         return ledger.at("incomplete", 0);
     }},
    {"a boot counter lower than that of the entry it names",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.bootCounter = 0;
         ledger.succeed(1);
         ledger.boot();
         return ledger.at("altered", 0);
     }},
    {"another resume key signed its beginning",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.resume = ledger.identity;
         ledger.succeed(1);
         ledger.boot();
         return ledger.at("altered", 0);
     }},
};

const std::vector<Row> kKeystores = {
    {"no state",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.writeState = false;
         return std::string("incomplete -:- keystore/state.cbor");
     }},
    {"the state of another recorder",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.state()->device = "CAM-2";
         return std::string("altered -:- keystore/state.cbor");
     }},
    {"a state that knows of no entry",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.state()->head.reset();
         return std::string("incomplete -:- keystore/state.cbor");
     }},
    {"a head that is cut off",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.name("epoch");
         ledger.shutdown();
         ledger.files["ledger/0/0000000000.cbor"].resize(ledger.where(3).second);
         return std::string("incomplete 0:3 -");
     }},
    {"a head that is another entry",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.state()->head->hash[0] ^= 1;
         return std::string("altered 0:1 -");
     }},
    {"a head in a generation that is gone, which the genesis names too",
     [](SampleLedger& ledger) {
         const Head docking = docked(ledger, true);
         ledger.receipt(ofChapter(docking));
         ledger.shutdown();
         dropFirst(ledger);
         ledger.state()->head = docking;
         return std::string("intact");
     }},
};

const std::vector<Row> kStretches = {
    {"a stretch that was released",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ReleaseBody release;
         release.chapter = docking.seq;
         release.receipt = ledger.receipt(ofChapter(docking));
         ledger.release(release);
         ledger.shutdown();
         ledger.prune(docking.seq + 1);
         return std::string("intact");
     }},
    {"a receipt without a release",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ledger.receipt(ofChapter(docking));
         ledger.shutdown();
         ledger.prune(docking.seq + 1);
         return std::string("incomplete 0:0 -");
     }},
    {"a release of another generation",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ReleaseBody release;
         release.generation = 1;
         release.chapter = docking.seq;
         release.receipt = ledger.receipt(ofChapter(docking));
         ledger.release(release);
         ledger.shutdown();
         ledger.prune(docking.seq + 1);
         return std::string("incomplete 0:0 -");
     }},
    {"a receipt of a vault that its certificate does not name",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ReceiptOptions options = ofChapter(docking);
         options.vault = "vault-02.test.example";
         ReleaseBody release;
         release.chapter = docking.seq;
         release.receipt = ledger.receipt(options);
         ledger.release(release);
         ledger.shutdown();
         ledger.prune(docking.seq + 1);
         return std::string("incomplete 0:0 -");
     }},
    {"a stretch that was released, without its anchor",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ReleaseBody release;
         release.chapter = docking.seq;
         release.receipt = ledger.receipt(ofChapter(docking));
         ledger.release(release);
         ledger.shutdown();
         ledger.prune(docking.seq + 1, false);
         return ledger.at("unproven", docking.seq + 1);
     }},
    {"an anchor with a byte behind",
     [](SampleLedger& ledger) {
         const Head docking = toBePruned(ledger);
         ledger.shutdown();
         ledger.prune(docking.seq + 1);
         Buffer& anchor = ledger.files["ledger/0/anchor.cbor"];
         anchor.push_back(0);
         return "altered 0:" + std::to_string(docking.seq) + " card/ledger/0/anchor.cbor@" +
                std::to_string(anchor.size() - 1);
     }},
    {"a stretch of one entry",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         Buffer bytes = ledger.files["ledger/0/0000000000.cbor"];
         bytes.erase(bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(ledger.where(1).second));
         ledger.files.clear();
         ledger.files["ledger/0/0000000001.cbor"] = bytes;
         return std::string("altered 0:1 card/ledger/0/0000000001.cbor@0");
     }},
};

}  // namespace

TEST_SUITE("common/evidence/origin") {
    TEST_CASE("each generation comes from the agency and from the one before") {
        checkRows(kOrigins);
    }
    TEST_CASE("the keystore's head must be there") {
        checkRows(kKeystores);
    }
    TEST_CASE("what is absent must have been released") {
        checkRows(kStretches);
    }
}

}  // namespace liuhen::evidence::test
