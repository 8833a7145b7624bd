// SPDX-License-Identifier: Apache-2.0
// Tests of the way from an offer to a receipt, and of what is not given one.
#include "common/evidence/fields.hpp"
#include "common/evidence/vault_check.hpp"
#include "tests/dock/vault/bench.hpp"

#include <algorithm>
#include <thread>

TEST_SUITE_BEGIN("vault/intake");

namespace liuhen::vault::test {

namespace {

CommitAnswer takeChapter(Bench& bench, const SampleRecorder& recorder, std::size_t index = 0) {
    const auto& chapter = recorder.chapters().at(index);
    return must(takeIn(bench.vault(), chapterPlace(recorder, chapter.first), chapter.bytes));
}

CommitAnswer takeSegment(Bench& bench, const SampleRecorder& recorder, std::uint64_t number) {
    return must(takeIn(bench.vault(),
                       segmentPlace(recorder, bench.recording, number),
                       recorder.segment(bench.recording, number)));
}

evidence::Report checkWhole(Bench& bench) {
    must(bench.vault().publish());
    writeFile(*bench.files,
              bench.folder / "agency/root.pem",
              core::viewOf(bench.agency.root.certificate().toPem()));
    const auto trust = must(evidence::Trust::open(*bench.files, bench.folder / "agency/root.pem"));
    return must(evidence::checkVault(*bench.files, bench.path(), trust, std::nullopt));
}

Buffer flipped(const Buffer& bytes, std::size_t at) {
    Buffer copy = bytes;
    copy.at(at) = static_cast<std::uint8_t>(copy.at(at) ^ 1U);
    return copy;
}

}  // namespace

TEST_CASE("a chapter and its segments get receipts that verify") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    Held held = must(bench.vault().held("CAM-1", 0));
    CHECK(held.next == 0);
    CHECK_FALSE(held.last);

    const CommitAnswer chapter = takeChapter(bench, recorder);
    REQUIRE(chapter.state == State::Receipted);
    CHECK(chapter.verdict == "intact");
    const auto receipt = bench.check(chapter.receipt);
    CHECK(receipt.entry == recorder.chapters()[0].docking);
    CHECK(receipt.type == "chapter");
    CHECK(receipt.copies == 1);
    held = must(bench.vault().held("CAM-1", 0));
    CHECK(held.next == receipt.seq + 1);
    CHECK(held.last == recorder.chapters()[0].docking);
    CHECK(held.missing == std::vector<SegmentName>{{bench.recording, 0}, {bench.recording, 1}});

    for (std::uint64_t number = 0; number < 2; ++number) {
        const CommitAnswer segment = takeSegment(bench, recorder, number);
        REQUIRE(segment.state == State::Receipted);
        CHECK(bench.check(segment.receipt).segment == number);
    }
    CHECK(must(bench.vault().held("CAM-1", 0)).missing.empty());
    CHECK(bench.leafKinds() ==
          std::vector<std::string>{
              "log.opened", "object", "receipt", "object", "receipt", "object", "receipt"});
    const auto report = checkWhole(bench);
    CHECK(report.verdict() == evidence::Verdict::Intact);
    CHECK(report.parts == 6);
}

TEST_CASE("objects are read-only files named by their hash") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const auto receipt = bench.check(takeChapter(bench, recorder).receipt);
    const std::string hex = core::toHex(receipt.object);
    const auto status =
        std::filesystem::status(bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex);
    CHECK(status.permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::group_read));
    CHECK(must(bench.files->list(bench.path() + "/incoming")).empty());
}

TEST_CASE("the same offer twice gives the same receipt, also after a restart") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer first = takeChapter(bench, recorder).receipt;
    CHECK(takeChapter(bench, recorder).receipt == first);
    bench.reopen();
    CHECK(takeChapter(bench, recorder).receipt == first);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "object", "receipt"});
}

TEST_CASE("an upload goes on at any byte, in the same run and in the next") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const Buffer& bytes = recorder.segment(bench.recording, 0);
    const Offer offer{segmentPlace(recorder, bench.recording, 0), bytes.size(), std::nullopt};
    std::uint64_t stands = 0;
    for (const std::size_t stop :
         {std::size_t{1}, std::size_t{2}, std::size_t{777}, bytes.size() - 1}) {
        CAPTURE(stop);
        const auto offered = must(bench.vault().offer(offer));
        REQUIRE(offered.offset == stands);
        auto appender = must(bench.vault().append(offered.upload, stands, stop - stands));
        must(appender.append(ByteView(bytes).subspan(stands, stop - stands)));
        stands = must(appender.finish(true));
        CHECK(stands == stop);
    }
    bench.reopen();
    const auto answer = must(takeIn(bench.vault(), offer, bytes));
    REQUIRE(answer.state == State::Receipted);
    bench.check(answer.receipt);
}

TEST_CASE("an upload of every split is taken up by the next run") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    for (std::uint64_t at = 0; at < bytes.size(); at += bytes.size() / 7) {
        const auto offered = must(bench.vault().offer(offer));
        CHECK(offered.offset == (at == 0 ? 0 : at - bytes.size() / 7));
        must(must(bench.vault().append(offered.upload, offered.offset, at - offered.offset))
                 .append(ByteView(bytes).subspan(offered.offset, at - offered.offset)));
        bench.reopen();
    }
    CHECK(must(takeIn(bench.vault(), offer, bytes)).state == State::Receipted);
}

TEST_CASE("a tampered segment is kept in quarantine with a sentence that says why") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const Buffer& good = recorder.segment(bench.recording, 0);
    const Buffer bad = flipped(good, good.size() / 2);
    const Place place = segmentPlace(recorder, bench.recording, 0);
    const auto answer = must(takeIn(bench.vault(), place, bad));
    CHECK(answer.state == State::Quarantined);
    CHECK(answer.verdict == "altered");
    CHECK(answer.reason.find(
              "The footage cannot be accepted: the part is not the one that was signed") == 0);
    const std::string hex = core::toHex(crypto::sha256(bad));
    CHECK(must(core::readFile(*bench.files,
                              bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex,
                              UINT64_MAX)) == bad);
    // The same bytes once more: the same answer, no second leaf; the good ones still fit.
    CHECK(must(takeIn(bench.vault(), place, bad)).reason == answer.reason);
    CHECK(must(takeIn(bench.vault(), place, good)).state == State::Receipted);
    CHECK(bench.leafKinds() ==
          std::vector<std::string>{
              "log.opened", "object", "receipt", "quarantine", "object", "receipt"});
    CHECK(must(bench.vault().status()).quarantined == 1);
}

TEST_CASE("a tampered chapter is kept in quarantine, whichever byte differs") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& good = recorder.chapters()[0].bytes;
    for (std::size_t at = 5; at < good.size(); at += good.size() / 9) {
        CAPTURE(at);
        const auto answer =
            must(takeIn(bench.vault(), chapterPlace(recorder, 0), flipped(good, at)));
        CHECK(answer.state == State::Quarantined);
        CHECK(answer.reason.find("The chapter cannot be accepted: ") == 0);
    }
    const auto cut = ByteView(good).first(good.size() - 1);
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), cut)).state == State::Quarantined);
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), {})).state == State::Quarantined);
    CHECK(takeChapter(bench, recorder).state == State::Receipted);
}

TEST_CASE("a cut segment is incomplete and kept") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const Buffer& good = recorder.segment(bench.recording, 0);
    const auto answer = must(takeIn(bench.vault(),
                                    segmentPlace(recorder, bench.recording, 0),
                                    ByteView(good).first(good.size() - 100)));
    CHECK(answer.state == State::Quarantined);
    CHECK(answer.verdict == "incomplete");
}

TEST_CASE("footage that no entry tells of is kept in quarantine") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const auto answer = must(takeIn(bench.vault(),
                                    segmentPlace(recorder, bench.recording, 9),
                                    recorder.segment(bench.recording, 0)));
    CHECK(answer.state == State::Quarantined);
}

TEST_CASE("what must come first is waited for, and nothing is lost meanwhile") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-2", bench.agency.now);
    const std::uint64_t recording = recorder.record(1, 2);
    recorder.dock();
    recorder.nextEpoch();
    recorder.record(1, 1);
    recorder.dock();
    const auto& chapters = recorder.chapters();
    const auto offer = [&](std::size_t i) {
        return must(
            takeIn(bench.vault(), chapterPlace(recorder, chapters[i].first), chapters[i].bytes));
    };
    CHECK(offer(1).state == State::Again);
    CHECK(offer(0).state == State::Again);
    CHECK(offer(0).reason.find("has not registered generation 0 of recorder CAM-2") !=
          std::string::npos);
    CHECK(must(takeIn(bench.vault(),
                      segmentPlace(recorder, recording, 0),
                      recorder.segment(recording, 0)))
              .state == State::Again);
    // All bytes are there: nothing is sent again.
    CHECK(must(bench.vault().offer({chapterPlace(recorder, 0), chapters[0].bytes.size(), {}}))
              .offset == chapters[0].bytes.size());
    bench.enroll(recorder);
    CHECK(offer(0).state == State::Receipted);
    CHECK(offer(1).state == State::Receipted);
    CHECK(must(takeIn(bench.vault(),
                      segmentPlace(recorder, recording, 0),
                      recorder.segment(recording, 0)))
              .state == State::Receipted);
    CHECK(must(bench.vault().held("CAM-2", 0)).last == chapters[1].docking);
}

TEST_CASE("a second history of a recorder is told as a fork, and both are kept") {
    Bench bench;
    SampleRecorder recorder(bench.agency.root, "CAM-3", bench.agency.now);
    bench.enroll(recorder);
    SampleRecorder clone = recorder;
    bench.recording = recorder.record(2, 3);
    recorder.dock();
    REQUIRE(clone.record(1, 2) == bench.recording);
    clone.dock();
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const auto& other = clone.chapters()[0];
    const auto answer =
        must(takeIn(bench.vault(),
                    Offer{chapterPlace(clone, 0), other.bytes.size(), other.docking},
                    other.bytes));
    CHECK(answer.state == State::Forked);
    CHECK(answer.reason.find("The recorder has signed two histories") == 0);
    CHECK(bench.leafKinds() ==
          std::vector<std::string>{"log.opened", "object", "receipt", "quarantine", "fork"});
    auto tiles = must(
        tlog::TileStore::open(*bench.files, bench.path() + "/log", bench.path() + "/test-scratch"));
    const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(4))));
    CHECK(must(evidence::unsignedAt(leaf.body, "seq")) == bench.recording);
    CHECK(must(evidence::digestAt(leaf.body, "object")) == crypto::sha256(other.bytes));

    SUBCASE("footage of the other history too") {
        const auto footage = must(takeIn(bench.vault(),
                                         segmentPlace(clone, bench.recording, 0),
                                         clone.segment(bench.recording, 0)));
        CHECK(footage.state == State::Forked);
        CHECK(must(bench.vault().status()).forks == 2);
    }
    SUBCASE("the check of the whole vault names it") {
        CHECK(checkWhole(bench).verdict() == evidence::Verdict::Altered);
    }
    SUBCASE("what was stored before keeps its receipt") {
        CHECK(takeChapter(bench, recorder).state == State::Receipted);
    }
}

TEST_CASE("a recorder of another agency stays outside") {
    Bench bench;
    const Agency stranger;
    SampleRecorder recorder(stranger.root, "CAM-4", stranger.now);
    recorder.record(1, 1);
    recorder.dock();
    bench.enroll(recorder);
    const auto answer = takeChapter(bench, recorder);
    CHECK(answer.state == State::Quarantined);
    CHECK(answer.reason.find("not of this agency") != std::string::npos);
}

TEST_CASE("a chapter of another recorder, generation or place does not fit") {
    Bench bench;
    const SampleRecorder one = bench.recorder("CAM-5");
    const SampleRecorder two = bench.recorder("CAM-6");
    const Buffer& bytes = one.chapters()[0].bytes;
    CHECK(must(takeIn(bench.vault(), chapterPlace(two, 0), bytes)).state == State::Quarantined);
    Place place = chapterPlace(one, 0);
    place.generation = 7;
    CHECK(must(takeIn(bench.vault(), place, two.chapters()[0].bytes)).state == State::Quarantined);
    // That its bytes are in quarantine for another place does not shut them out of their own.
    REQUIRE(takeChapter(bench, two).state == State::Receipted);
}

TEST_CASE("requests that make no sense are refused and change nothing") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const auto kindOf = [](const auto& result) {
        return result ? core::ErrorKind::Internal : result.error().kind;
    };
    CHECK(kindOf(bench.vault().commit(std::string(32, 'a'))) == core::ErrorKind::NotFound);
    CHECK(kindOf(bench.vault().append(std::string(32, 'a'), 0, 1)) == core::ErrorKind::NotFound);
    const auto offered = must(bench.vault().offer({chapterPlace(recorder, 0), 100, {}}));
    CHECK(kindOf(bench.vault().append(offered.upload, 5, 1)) ==
          core::ErrorKind::FailedPrecondition);
    CHECK(kindOf(bench.vault().append(offered.upload, 0, 101)) == core::ErrorKind::InvalidArgument);
    CHECK(kindOf(bench.vault().append(offered.upload, 0, UINT64_MAX)) ==
          core::ErrorKind::InvalidArgument);
    CHECK(kindOf(bench.vault().commit(offered.upload)) == core::ErrorKind::FailedPrecondition);
    {
        const auto appender = must(bench.vault().append(offered.upload, 0, 1));
        CHECK(kindOf(bench.vault().append(offered.upload, 0, 1)) == core::ErrorKind::Unavailable);
    }
    CHECK(kindOf(bench.vault().offer({chapterPlace(recorder, 1), UINT64_MAX / 4, {}})) ==
          core::ErrorKind::ResourceExhausted);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened"});
}

TEST_CASE("checkpoints prove that the log only grew, and take a recorder's cosignature") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const auto before =
        must(tlog::parseCheckpoint(must(bench.vault().checkpoint(0)).note)).checkpoint;
    REQUIRE(takeChapter(bench, recorder).state == State::Receipted);
    const CheckpointAnswer answer = must(bench.vault().checkpoint(before.size));
    const auto now = must(tlog::parseCheckpoint(answer.note));
    CHECK(tlog::verifyConsistency(
        before.size, before.root, now.checkpoint.size, now.checkpoint.root, answer.path));
    CHECK_FALSE(bench.vault().checkpoint(now.checkpoint.size + 1));

    const std::string line =
        must(tlog::cosign(now.note.text, "CAM-1", recorder.witness(), 1'800'000'000));
    CHECK(must(bench.vault().cosigned(line)).added);
    CHECK(must(bench.vault().cosigned(line)).added);
    const auto note = must(tlog::parseNote(must(bench.vault().checkpoint(0)).note));
    CHECK(note.signatures.size() == 2);
    CHECK(tlog::verifyCosignature(note, "CAM-1", recorder.witness().publicBytes()) ==
          1'800'000'000);

    const auto key = crypto::NoteKey::generate();
    CHECK_FALSE(
        must(bench.vault().cosigned(must(tlog::cosign(now.note.text, "CAM-9", key, 1)))).added);
    CHECK_FALSE(must(bench.vault().cosigned("nonsense")).added);
    must(bench.vault().incident({"peer_refused", "CAM-9", "wrong agency"}));
    must(bench.vault().publish());
    CHECK_FALSE(must(bench.vault().cosigned(line)).added);  // of the checkpoint before
}

TEST_CASE("many bays at once lose nothing and mix nothing up") {
    Bench bench;
    constexpr int kBays = 6;
    std::vector<SampleRecorder> recorders;
    for (int i = 0; i < kBays; ++i) {
        recorders.push_back(bench.recorder(fmt::format("CAM-{}", 10 + i)));
    }
    std::vector<std::vector<Buffer>> receipts(kBays);
    std::vector<std::thread> bays;
    for (std::size_t i = 0; i < kBays; ++i) {
        bays.emplace_back([&bench, &recorder = recorders[i], &got = receipts[i]] {
            const auto keep = [&got](const Result<CommitAnswer>& answer) {
                got.push_back(answer && answer->state == State::Receipted ? answer->receipt
                                                                          : Buffer());
            };
            keep(takeIn(
                bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes, 512));
            for (std::uint64_t n = 0; n < 2; ++n) {
                keep(takeIn(bench.vault(),
                            segmentPlace(recorder, bench.recording, n),
                            recorder.segment(bench.recording, n),
                            999));
            }
        });
    }
    for (std::thread& bay : bays) {
        bay.join();
    }
    for (std::size_t i = 0; i < kBays; ++i) {
        REQUIRE(receipts[i].size() == 3);
        for (const Buffer& receipt : receipts[i]) {
            REQUIRE_FALSE(receipt.empty());
            CHECK(bench.check(receipt).device == recorders[i].device());
        }
    }
    CHECK(checkWhole(bench).verdict() == evidence::Verdict::Intact);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
