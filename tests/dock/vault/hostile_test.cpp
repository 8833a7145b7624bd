// SPDX-License-Identifier: Apache-2.0
// Tests that others' bytes, mistakes and mischief do not shut genuine evidence out.
#include "common/evidence/vault_check.hpp"
#include "tests/dock/vault/bench.hpp"

TEST_SUITE_BEGIN("vault/hostile");

namespace liuhen::vault::test {

namespace {

CommitAnswer takeChapter(Bench& bench, const SampleRecorder& recorder, std::size_t index = 0) {
    const auto& chapter = recorder.chapters().at(index);
    return must(takeIn(bench.vault(), chapterPlace(recorder, chapter.first), chapter.bytes));
}

Offer segmentOffer(const SampleRecorder& recorder, std::uint64_t recording, std::uint64_t number) {
    return Offer{segmentPlace(recorder, recording, number),
                 recorder.segment(recording, number).size(),
                 Digest{7}};
}

void checkIntact(Bench& bench) {
    must(bench.vault().publish());
    writeFile(*bench.files,
              bench.folder / "agency/root.pem",
              core::viewOf(bench.agency.root.certificate().toPem()));
    const auto trust = must(evidence::Trust::open(*bench.files, bench.folder / "agency/root.pem"));
    const auto report = must(evidence::checkVault(*bench.files, bench.path(), trust, std::nullopt));
    INFO((report.firstBad() != nullptr ? report.firstBad()->text : std::string()));
    CHECK(report.verdict() == evidence::Verdict::Intact);
}

}  // namespace

TEST_CASE("evidence is stored though another recorder offered the same bytes before") {
    Bench bench;
    const SampleRecorder one = bench.recorder("CAM-1");
    const std::uint64_t recording = bench.recording;
    const SampleRecorder two = bench.recorder("CAM-2");
    const Buffer& bytes = one.segment(recording, 0);
    REQUIRE(takeChapter(bench, one).state == State::Receipted);
    REQUIRE(takeChapter(bench, two).state == State::Receipted);
    REQUIRE(must(takeIn(bench.vault(), segmentPlace(two, bench.recording, 0), bytes)).state ==
            State::Quarantined);
    SUBCASE("in the same run") {}
    SUBCASE("after a restart") {
        bench.reopen();
    }
    const auto answer = must(takeIn(bench.vault(), segmentPlace(one, recording, 0), bytes));
    REQUIRE(answer.state == State::Receipted);
    CHECK(bench.check(answer.receipt).device == "CAM-1");
    CHECK(must(takeIn(bench.vault(), segmentPlace(one, recording, 0), bytes)).receipt ==
          answer.receipt);
    // Still no evidence where it does not belong, and not logged again.
    CHECK(must(takeIn(bench.vault(), segmentPlace(two, bench.recording, 0), bytes)).state ==
          State::Quarantined);
    CHECK(must(bench.vault().status()).quarantined == 1);
    REQUIRE(must(takeIn(bench.vault(),
                        segmentPlace(two, bench.recording, 0),
                        two.segment(bench.recording, 0)))
                .state == State::Receipted);
    for (const SampleRecorder* recorder : {&one, &two}) {
        REQUIRE(must(takeIn(bench.vault(),
                            segmentPlace(*recorder, recording, 1),
                            recorder->segment(recording, 1)))
                    .state == State::Receipted);
    }
    checkIntact(bench);
    bench.reopen();
    CHECK(must(bench.vault().status()).absent == 0);
}

TEST_CASE("a chapter is stored once its registration is mended") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-1", bench.agency.now);
    recorder.dock();
    const SampleRecorder other(bench.agency.root, "CAM-1", bench.agency.now);
    bench.enroll(other);
    REQUIRE(takeChapter(bench, recorder).state == State::Quarantined);
    REQUIRE(takeChapter(bench, recorder).state == State::Quarantined);
    bench.enroll(recorder);
    const auto answer = takeChapter(bench, recorder);
    REQUIRE(answer.state == State::Receipted);
    bench.check(answer.receipt);
    CHECK(bench.leafKinds() ==
          std::vector<std::string>{"log.opened", "quarantine", "object", "receipt"});
    checkIntact(bench);
}

TEST_CASE("a chapter is stored in its place though it was offered in another before") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-1", bench.agency.now);
    recorder.dock();
    recorder.nextEpoch();
    recorder.dock();
    bench.enroll(recorder);
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 1), recorder.chapters()[1].bytes))
                .state == State::Quarantined);
    CHECK(takeChapter(bench, recorder, 1).state == State::Receipted);
}

TEST_CASE("a spoilt chapter of the length and place of a stored one is not taken for it") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    Buffer bad = recorder.chapters()[0].bytes;
    bad[bad.size() / 2] = static_cast<std::uint8_t>(~bad[bad.size() / 2]);
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), bad)).state == State::Quarantined);
}

TEST_CASE("a signed chapter that contradicts what is stored is kept in quarantine") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-1", bench.agency.now);
    const std::uint64_t recording = recorder.record(1, 1);
    recorder.dock();
    bench.enroll(recorder);
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    // It tells of a segment that the chapter before told of.
    evidence::SegmentBody segment;
    segment.recording = recording;
    segment.segment = 0;
    segment.initSize = 100;
    segment.tracks = {{evidence::kPictureTrack, "picture", "avc1.42c028", 90000}};
    recorder.add("segment", segment.toCbor());
    evidence::PartBody part;
    part.recording = recording;
    part.offset = 100;
    part.size = 1000;
    part.init = segment.init;
    part.tracks = {{evidence::kPictureTrack, 0, 90000, 30}};
    recorder.add("part", part.toCbor());
    recorder.dock();
    const auto answer = takeChapter(bench, recorder, 1);
    CHECK(answer.state == State::Quarantined);
    CHECK(answer.verdict == "altered");
    CHECK(takeChapter(bench, recorder, 1).state == State::Quarantined);
    CHECK(must(bench.vault().status()).quarantined == 1);
    bench.reopen();
    CHECK(must(bench.vault().status()).absent == 0);
}

TEST_CASE("footage that stays what it is in quarantine is not fetched for ever") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const Buffer& good = recorder.segment(bench.recording, 0);
    Buffer bad = good;
    bad[bad.size() / 2] = static_cast<std::uint8_t>(~bad[bad.size() / 2]);
    const Offer offer = segmentOffer(recorder, bench.recording, 0);
    for (int i = 0; i < 2; ++i) {
        CHECK(must(bench.vault().offer(offer)).state == State::Receiving);
        CHECK(must(takeIn(bench.vault(), offer, bad)).state == State::Quarantined);
    }
    const auto answer = must(bench.vault().offer(offer));
    CHECK(answer.state == State::Quarantined);
    CHECK(answer.verdict == "altered");
    CHECK(answer.reason.find("The footage cannot be accepted") == 0);
    SUBCASE("another last entry is another matter") {
        Offer other = offer;
        other.entry = Digest{8};
        CHECK(must(takeIn(bench.vault(), other, good)).state == State::Receipted);
    }
    SUBCASE("a new start tries again") {
        bench.reopen();
        CHECK(must(takeIn(bench.vault(), offer, good)).state == State::Receipted);
    }
}

TEST_CASE("no more is taken than the entries tell of, and nothing of which none tells") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    Offer offer = segmentOffer(recorder, bench.recording, 0);
    const auto early = must(bench.vault().offer(offer));
    CHECK(early.state == State::Again);
    CHECK(early.reason.find("is not stored yet") != std::string::npos);
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const std::uint64_t told = offer.sizeBytes;
    offer.sizeBytes = told + (std::uint64_t{65} << 20U);
    CHECK(must(bench.vault().offer(offer)).state == State::Receiving);
    ++offer.sizeBytes;
    const auto long1 = bench.vault().offer(offer);
    REQUIRE_FALSE(long1);
    CHECK(long1.error().kind == core::ErrorKind::InvalidArgument);
}

TEST_CASE("all that is missing can be asked for, however much it is") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-1", bench.agency.now);
    recorder.record(kMissingLimit + 5, 1);
    recorder.dock();
    bench.enroll(recorder);
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const Held first = must(bench.vault().held("CAM-1", 0));
    CHECK(first.missing.size() == kMissingLimit);
    REQUIRE(first.more);
    CHECK_FALSE(first.receipt.empty());
    const Held rest = must(bench.vault().held("CAM-1", 0, first.more));
    REQUIRE(rest.missing.size() == 5);
    CHECK(rest.missing.back().segment == kMissingLimit + 4);
    CHECK_FALSE(rest.more);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
