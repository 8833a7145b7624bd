// SPDX-License-Identifier: Apache-2.0
// Files in card/torn against the entries that name them (segment.md, end of section 4).
#include "tests/common/evidence/rows.hpp"

#include <doctest/doctest.h>

namespace liuhen::evidence::test {

namespace {

constexpr const char* kFile = "0-2-0.mp4.torn";
const std::string kPath = std::string("torn/").append(kFile);
const Buffer kBytes = {1, 2, 3, 4};

TornFile torn() {
    return TornFile{kFile, kBytes.size(), crypto::sha256(kBytes)};
}

/// A recovery that names the file; its head.
Head recover(SampleLedger& ledger, const TornFile& file) {
    begin(ledger);
    RecoveryBody body;
    body.torn.push_back(file);
    return ledger.add("recovery", body.toCbor()).head();
}

std::string told(const char* verdict) {
    return std::string(verdict) + " -:- card/torn/" + kFile;
}

const std::vector<Row> kRows = {
    {"a file that a recovery names",
     [](SampleLedger& ledger) {
         recover(ledger, torn());
         ledger.files[kPath] = kBytes;
         return std::string("intact");
     }},
    {"a file that a part.lost names",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0, {.written = false});
         ledger.add("part.lost", PartLostBody{part.seq, "sync", torn()}.toCbor());
         ledger.end();
         ledger.files[kPath] = kBytes;
         return std::string("intact");
     }},
    {"a file of another length",
     [](SampleLedger& ledger) {
         recover(ledger, torn());
         ledger.files[kPath] = {1, 2, 3};
         return told("altered");
     }},
    {"a file of the length with other bytes",
     [](SampleLedger& ledger) {
         recover(ledger, torn());
         ledger.files[kPath] = {1, 2, 3, 5};
         return told("altered");
     }},
    {"a file that nothing names",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.shutdown();
         ledger.files[kPath] = kBytes;
         return told("incomplete");
     }},
    {"a file that is named and gone",
     [](SampleLedger& ledger) {
         recover(ledger, torn());
         return told("incomplete");
     }},
    {"a file that was released",
     [](SampleLedger& ledger) {
         ReceiptOptions options;
         options.type = "torn";
         options.entry = recover(ledger, torn());
         options.file = kFile;
         ReleaseBody body;
         body.torn = kFile;
         body.receipt = ledger.receipt(options);
         ledger.release(body);
         ledger.shutdown();
         return std::string("intact");
     }},
    {"a file that was released by the receipt of another of the same entry",
     [](SampleLedger& ledger) {
         ReceiptOptions options;
         options.type = "torn";
         options.entry = recover(ledger, torn());
         options.file = "other.torn";
         ReleaseBody body;
         body.torn = kFile;
         body.receipt = ledger.receipt(options);
         ledger.release(body);
         ledger.shutdown();
         return told("incomplete");
     }},
    {"a file that was released by a receipt for another entry",
     [](SampleLedger& ledger) {
         recover(ledger, torn());
         ReceiptOptions options;
         options.type = "torn";
         options.entry = ledger.headOf(1);
         options.file = kFile;
         ReleaseBody body;
         body.torn = kFile;
         body.receipt = ledger.receipt(options);
         ledger.release(body);
         ledger.shutdown();
         return told("incomplete");
     }},
};

}  // namespace

TEST_SUITE("common/evidence/torn") {
    TEST_CASE("bytes that were cut off are where an entry says") {
        checkRows(kRows);
    }

    TEST_CASE("what is named as torn has a name, and no path") {
        for (const char* good : {"a.torn", "0-2-0.mp4.torn", "A_b-9.torn"}) {
            CHECK(isTornName(good));
        }
        for (const char* bad : {".torn", "a", "../a.torn", "a b.torn", "a.torn ", ""}) {
            CHECK(!isTornName(bad));
        }
        CHECK(isTornName(std::string(60, 'a').append(".torn")));
        CHECK(!isTornName(std::string(61, 'a').append(".torn")));
    }
}

}  // namespace liuhen::evidence::test
