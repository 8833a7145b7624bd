// SPDX-License-Identifier: Apache-2.0
// Step 5 of the check: segment files, links, key frames, gaps, releases.
#include "tests/common/evidence/rows.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace liuhen::evidence::test {

namespace {

/// "VERDICT generation:seq file@offset" of a part in its segment's file.
std::string atPart(const SampleLedger& ledger,
                   const std::string& verdict,
                   const Entry& part,
                   const std::string& file) {
    return fmt::format("{} {}:{} card/{}@{}",
                       verdict,
                       ledger.generation,
                       part.seq,
                       file,
                       PartBody::fromCbor(part.body)->offset);
}

/// A recording of one segment whose second part is as told; the expected place is that part.
std::string secondPart(SampleLedger& ledger, PartOptions options, bool encrypted = false) {
    begin(ledger);
    ledger.start();
    ledger.openSegment(0, false, encrypted);
    ledger.part(0, {.counter = 1});
    options.counter = 2;
    const Entry part = ledger.part(0, options);
    const std::string file = ledger.segmentFile(0);
    ledger.endSegment(0);
    ledger.end();
    return atPart(ledger, "altered", part, file);
}

/// A released segment: its file is gone.
struct Released {
    std::uint64_t recording = 0;
    std::string gone;  // what is told if it does not count
};

Released removed(SampleLedger& ledger) {
    begin(ledger);
    Released released;
    released.recording = ledger.start();
    const std::string file = ledger.segmentFile(0);
    ledger.openSegment(0);
    const Entry part = ledger.part(0);
    ledger.endSegment(0);
    ledger.end();
    ledger.files.erase(file);
    released.gone = fmt::format("incomplete 0:{} card/{}", part.seq, file);
    return released;
}

void release(SampleLedger& ledger, const Released& released, ReceiptOptions options) {
    options.recording = released.recording;
    options.segment = 0;
    ReleaseBody body;
    body.generation = 0;
    body.recording = released.recording;
    body.segment = 0;
    body.receipt = ledger.receipt(options);
    ledger.release(body);
    ledger.shutdown();
}

/// A recording that a power cut ended, with so many parts that never reached the card.
std::string cutOff(SampleLedger& ledger, unsigned parts) {
    begin(ledger);
    ledger.start();
    ledger.openSegment(0);
    ledger.part(0);
    std::vector<std::uint64_t> missing;
    std::uint64_t offset = ledger.files[ledger.segmentFile(0)].size();
    for (unsigned i = 0; i < parts; ++i) {
        missing.push_back(ledger.part(0, {.written = false}).seq);
    }
    const std::string file = ledger.segmentFile(0);
    ledger.boot(true, missing);
    ledger.end();
    return fmt::format("incomplete 0:{} card/{}@{}", missing.front(), file, offset);
}

/// A ring that is written beside the live segment and cut off; `cut`: by the power.
std::string ring(SampleLedger& ledger, bool cut) {
    begin(ledger);
    ledger.start();
    ledger.openSegment(0, true);
    ledger.openSegment(1);
    ledger.part(0);
    const Entry live = ledger.part(1, {.start = 900000});
    const std::string file = ledger.segmentFile(1);
    if (cut) {
        ledger.boot();
        ledger.end();
    } else {
        ledger.end();
    }
    return atPart(ledger, "altered", live, file);
}

const std::vector<Row> kParts = {
    {"a link that holds more than the entries since the part before",
     [](SampleLedger& ledger) { return secondPart(ledger, {.link = Buffer(5, 1)}); }},
    {"a link that lacks an entry",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0, {.link = ledger.entry(2).bytes});
         const std::string file = ledger.segmentFile(0);
         ledger.end();
         return atPart(ledger, "altered", part, file);
     }},
    {"a key frame is not needed amid a segment",
     [](SampleLedger& ledger) {
         (void)secondPart(ledger, {.key = false});
         return std::string("intact");
     }},
    {"a track that the fragment does not have",
     [](SampleLedger& ledger) {
         return secondPart(ledger,
                           {.tracks = std::vector<TrackSpan>{{kPictureTrack, 9000, 9000, 4}}});
     }},
    {"an encrypted part with a track that the init does not have",
     [](SampleLedger& ledger) {
         return secondPart(ledger,
                           {.tracks = std::vector<TrackSpan>{{kPictureTrack, 9000, 9000, 3},
                                                             {kSoundTrack, 0, 1, 1}}},
                           true);
     }},
    {"a ciphertext shorter than its tag",
     [](SampleLedger& ledger) { return secondPart(ledger, {.lockedBytes = 15}, true); }},
    {"a ciphertext of a tag alone",
     [](SampleLedger& ledger) {
         (void)secondPart(ledger, {.lockedBytes = 16}, true);
         return std::string("intact");
     }},
    {"a segment that begins without a key frame",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0, {.key = false});
         const std::string file = ledger.segmentFile(0);
         ledger.end();
         return atPart(ledger, "altered", part, file);
     }},
    {"the same behind a lost part of the segment before",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         const Entry lost = ledger.part(0, {.start = 9000, .written = false});
         ledger.lose(lost.seq);
         ledger.endSegment(0);
         ledger.openSegment(1);
         ledger.interrupt({1});
         ledger.part(1, {.start = 18000, .key = false});
         ledger.end();
         return std::string("intact");
     }},
    {"the same, two segments later",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry lost = ledger.part(0, {.start = 0, .written = false});
         ledger.lose(lost.seq);
         ledger.openSegment(1);
         ledger.part(1, {.start = 9000});
         ledger.openSegment(2);
         const Entry part = ledger.part(2, {.key = false});
         const std::string file = ledger.segmentFile(2);
         ledger.end();
         return atPart(ledger, "altered", part, file);
     }},
    {"bytes behind the last part",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         const Entry part = ledger.part(0);
         Buffer& file = ledger.files[ledger.segmentFile(0)];
         const std::string told =
             fmt::format("altered 0:{} card/{}@{}", part.seq, ledger.segmentFile(0), file.size());
         file.push_back(0);
         ledger.end();
         return told;
     }},
};

const std::vector<Row> kGaps = {
    {"a gap that nothing explains",
     [](SampleLedger& ledger) { return secondPart(ledger, {.start = 18000}); }},
    {"an overlap", [](SampleLedger& ledger) { return secondPart(ledger, {.start = 3000}); }},
    {"a gap behind an interruption of another track",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         ledger.interrupt({2});
         const Entry part = ledger.part(0, {.start = 18000});
         const std::string file = ledger.segmentFile(0);
         ledger.end();
         return atPart(ledger, "altered", part, file);
     }},
    {"a gap behind an interruption of the track",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         ledger.interrupt({1});
         ledger.part(0, {.start = 18000});
         ledger.end();
         return std::string("intact");
     }},
    {"a ring that the power cut off",
     [](SampleLedger& ledger) {
         (void)ring(ledger, true);
         return std::string("intact");
     }},
    {"a ring that ends too early otherwise",
     [](SampleLedger& ledger) { return ring(ledger, false); }},
};

const std::vector<Row> kAbsent = {
    {"two parts that a recovery lists",
     [](SampleLedger& ledger) {
         (void)cutOff(ledger, 2);
         return std::string("intact");
     }},
    {"three parts that a recovery lists", [](SampleLedger& ledger) { return cutOff(ledger, 3); }},
    {"a segment that is gone", [](SampleLedger& ledger) { return removed(ledger).gone; }},
    {"a segment that was released",
     [](SampleLedger& ledger) {
         const Released released = removed(ledger);
         ReceiptOptions options;
         options.entry = ledger.headOf(ledger.nextSeq() - 2);
         release(ledger, released, options);
         return std::string("intact");
     }},
    {"a segment that was released in a later generation",
     [](SampleLedger& ledger) {
         const Released released = removed(ledger);
         ReceiptOptions options;
         options.entry = ledger.headOf(ledger.nextSeq() - 2);
         ledger.succeed(1);
         ledger.boot();
         release(ledger, released, options);
         return std::string("intact");
     }},
    {"a vault that found it damaged",
     [](SampleLedger& ledger) {
         const Released released = removed(ledger);
         ReceiptOptions options;
         options.entry = ledger.headOf(ledger.nextSeq() - 2);
         options.verdict = "altered";
         release(ledger, released, options);
         return released.gone;
     }},
    {"a receipt for another entry",
     [](SampleLedger& ledger) {
         const Released released = removed(ledger);
         ReceiptOptions options;
         options.entry = ledger.headOf(ledger.nextSeq() - 3);
         release(ledger, released, options);
         return released.gone;
     }},
    {"a release that names another entry as its receipt",
     [](SampleLedger& ledger) {
         const Released released = removed(ledger);
         ReceiptOptions options;
         options.entry = ledger.headOf(ledger.nextSeq() - 2);
         options.recording = released.recording;
         options.segment = 0;
         ReleaseBody body;
         body.recording = released.recording;
         body.segment = 0;
         body.receipt = ledger.receipt(options);
         body.receipt.hash[0] ^= 1;
         ledger.release(body);
         ledger.shutdown();
         return released.gone;
     }},
};

const std::vector<Row> kUntold = {
    {"footage of the open recording that the ledger has not reached",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0, {.written = false});
         const std::string ahead = ledger.segmentFile(1);
         ledger.files[ahead] = {1, 2, 3};
         ledger.files["ledger/0/0000000000.cbor"].resize(ledger.where(4).second + 7);
         // The torn end is told first: it has a place in the ledger.
         return std::string("incomplete 0:4 card/ledger/0/0000000000.cbor@") +
                std::to_string(ledger.where(4).second);
     }},
    {"footage beyond that",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         const std::string beyond = ledger.segmentFile(2);
         ledger.files[beyond] = {1, 2, 3};
         return "altered -:- card/" + beyond;
     }},
    {"footage of a recording that has ended",
     [](SampleLedger& ledger) {
         begin(ledger);
         ledger.start();
         ledger.openSegment(0);
         ledger.part(0);
         const std::string ahead = ledger.segmentFile(1);
         ledger.end();
         ledger.files[ahead] = {1, 2, 3};
         return "altered -:- card/" + ahead;
     }},
};

}  // namespace

TEST_SUITE("common/evidence/footage") {
    TEST_CASE("parts hold what their entries say") {
        checkRows(kParts);
    }
    TEST_CASE("media time has no gap that nothing explains") {
        checkRows(kGaps);
    }
    TEST_CASE("what is absent was missing at once or released") {
        checkRows(kAbsent);
    }
    TEST_CASE("files that no entry names") {
        checkRows(kUntold);
    }
}

}  // namespace liuhen::evidence::test
