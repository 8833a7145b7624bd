// SPDX-License-Identifier: Apache-2.0
// The judges on ledgers that a recorder signed and should not have.
#include "common/evidence/boxes.hpp"
#include "dock/vault/segment_judge.hpp"
#include "tests/common/evidence/sample_ledger.hpp"

#include <doctest/doctest.h>

namespace liuhen::vault {

namespace {

using evidence::test::kDevice;
using evidence::test::SampleLedger;

Place chapterAt(std::uint64_t generation, std::uint64_t first) {
    return Place{kDevice, generation, ObjectType::Chapter, first, 0, 0};
}

Buffer chapter(SampleLedger& ledger, std::uint64_t generation, std::uint64_t first) {
    return ledger.files["ledger/" + evidence::chapterPath(generation, first)];
}

StoredChapter stored(SampleLedger& ledger, std::uint64_t generation) {
    auto read = readChapter(chapterAt(generation, 0), chapter(ledger, generation, 0), std::nullopt);
    REQUIRE(read.has_value());
    REQUIRE(!read->chapter.problem.has_value());
    return *std::move(read);
}

/// A docked generation 0 and a docked one that follows it.
void succeed(SampleLedger& ledger) {
    ledger.genesis();
    ledger.boot(false);
    ledger.record();
    const evidence::Head docking = ledger.dock().head();
    ledger.succeed(1, docking);
    ledger.boot();
    ledger.dock();
}

Judgement judgeSuccessor(SampleLedger& ledger, const std::optional<evidence::NamedHead>& named) {
    ChapterContext context;
    context.registration = ledger.registrations.at(evidence::registrationName(kDevice, 1));
    context.namedHead = named;
    auto judgement =
        judgeChapter(chapterAt(1, 0), chapter(ledger, 1, 0), context, ledger.agency.certificate());
    REQUIRE(judgement.has_value());
    return *std::move(judgement);
}

}  // namespace

TEST_SUITE("dock/vault/judge") {
    TEST_CASE("a generation follows from the entry that its genesis names") {
        SampleLedger ledger;
        succeed(ledger);
        const StoredChapter before = stored(ledger, 0);
        const auto head = namedBeforeOf(chapter(ledger, 1, 0)).head;
        REQUIRE(head.has_value());
        const auto named = entryIn(before, std::nullopt, head->seq);
        REQUIRE(named.has_value());
        const Judgement good = judgeSuccessor(ledger, named);
        CHECK(good.outcome == Outcome::Store);
        CHECK(good.verdict == evidence::Verdict::Intact);

        auto other = *named;
        other.hash[0] ^= 1;
        CHECK(judgeSuccessor(ledger, other).outcome == Outcome::Quarantine);
        other = *named;
        other.boot = 99;
        CHECK(judgeSuccessor(ledger, other).outcome == Outcome::Quarantine);
        other = *named;
        other.resume = ledger.identity.publicKey();
        CHECK(judgeSuccessor(ledger, other).outcome == Outcome::Quarantine);

        const Judgement unknown = judgeSuccessor(ledger, std::nullopt);
        CHECK(unknown.outcome == Outcome::Store);
        CHECK(unknown.verdict == evidence::Verdict::Incomplete);
        for (const std::string& finding : unknown.findings) {
            CHECK(finding.size() <= evidence::kMaxLeafFindingBytes);
        }
    }

    TEST_CASE("findings fit a leaf however many there are") {
        SampleLedger ledger;
        ledger.genesis();
        ledger.boot(false);
        for (int i = 0; i < 40; ++i) {
            ledger.add("fault", core::Cbor::map({{"what", "test"}}));
        }
        ledger.start();
        ledger.add("interruption",
                   core::Cbor::map({{"recording", ledger.nextSeq() - 1},
                                    {"tracks", core::Cbor::Array()},
                                    {"cause", std::string(200, 'x')}}));
        ledger.dock();
        ChapterContext context;
        context.registration = ledger.registrations.at(evidence::registrationName(kDevice, 0));
        const auto judgement = judgeChapter(
            chapterAt(0, 0), chapter(ledger, 0, 0), context, ledger.agency.certificate());
        REQUIRE(judgement.has_value());
        CHECK(judgement->outcome == Outcome::Store);
        CHECK(judgement->findings.size() == evidence::kMaxLeafFindings);
        for (const std::string& finding : judgement->findings) {
            CHECK(finding.size() <= evidence::kMaxLeafFindingBytes);
        }
    }

    TEST_CASE("a search for a second history ends after a few forgeries") {
        SampleLedger ledger;
        ledger.genesis();
        ledger.boot(false);
        const std::uint64_t recording = ledger.start();
        ledger.openSegment(0);
        const evidence::Entry part = ledger.part(0);
        const crypto::PrivateKey epoch = ledger.epoch;
        const std::string name = ledger.segmentFile(0);
        ledger.end();
        ledger.dock();
        const StoredChapter chapter = stored(ledger, 0);
        // What the recorder would sign in another history, behind any number of forged boxes.
        evidence::EntryFields fields = static_cast<const evidence::EntryFields&>(part);
        fields.time.utcUs += 1;
        const auto place = Place{kDevice, 0, ObjectType::Segment, 0, recording, 0};
        const evidence::Entry real = evidence::signEntry(fields, epoch);
        const evidence::Entry forged = evidence::signEntry(fields, crypto::PrivateKey::generate());
        for (const std::size_t forgeries : {15U, 16U, 5000U}) {
            CAPTURE(forgeries);
            Buffer bytes = ledger.files[name];
            for (std::size_t i = 0; i < forgeries; ++i) {
                REQUIRE(media::appendUuidBox(bytes, evidence::kProofBox, forged.bytes).has_value());
            }
            REQUIRE(media::appendUuidBox(bytes, evidence::kProofBox, real.bytes).has_value());
            const auto judgement = judgeSegment(
                place, std::make_unique<evidence::MemoryFile>(bytes), chapter, std::nullopt);
            REQUIRE(judgement.has_value());
            CHECK(judgement->outcome == (forgeries < 16 ? Outcome::Fork : Outcome::Quarantine));
        }
    }
}

}  // namespace liuhen::vault
