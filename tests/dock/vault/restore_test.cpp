// SPDX-License-Identifier: Apache-2.0
// Tests of the restore drill: what one copy lost comes back from the other, and nothing whole goes.
#include "dock/vault/restore.hpp"

#include "tests/dock/vault/two_copies.hpp"

TEST_SUITE_BEGIN("vault/restore");

namespace liuhen::vault::test {

namespace {

Result<Restored> tryRestore(TwoCopies& bench) {
    return restore(bench.parts(), bench.folders(), [](const std::string& /*line*/) {});
}

/// All files set aside in a copy.
std::vector<std::string> setAside(const std::string& copy) {
    std::vector<std::string> found;
    if (!std::filesystem::exists(copy + "/damaged")) {
        return found;
    }
    for (const auto& item : std::filesystem::recursive_directory_iterator(copy + "/damaged")) {
        if (item.is_regular_file()) {
            found.push_back(item.path());
        }
    }
    return found;
}

}  // namespace

TEST_CASE("with both copies whole a restore changes nothing") {
    TwoCopies bench;
    bench.takeAll();
    bench.close();
    const auto note = must(core::readFile(*bench.files, bench.path() + "/log/checkpoint", 9999));
    const Restored done = must(tryRestore(bench));
    CHECK(done.leaves + done.objects + done.copies + done.lost + done.setAside == 0);
    CHECK_FALSE(done.database);
    CHECK(must(core::readFile(*bench.files, bench.path() + "/log/checkpoint", 9999)) == note);
}

TEST_CASE("objects that one copy lost come back from the other") {
    TwoCopies bench;
    bench.takeAll();
    bench.close();
    const std::string good = bench.segmentFile(bench.path(), 1);
    const auto untouched = std::filesystem::last_write_time(good);
    bench.damage(bench.segmentFile(bench.path(), 0));
    std::filesystem::remove(bench.segmentFile(bench.second(), 1));
    const Restored done = must(tryRestore(bench));
    CHECK(done.objects == 1);
    CHECK(done.copies == 1);
    CHECK(done.setAside == 1);
    CHECK(done.lost == 0);
    CHECK(std::filesystem::last_write_time(good) == untouched);
    const auto kept = setAside(bench.path());
    REQUIRE(kept.size() == 1);
    CHECK(must(core::readFile(*bench.files, kept[0], UINT64_MAX)) !=
          bench.sample().segment(bench.recording, 0));
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
    bench.open();
    bench.catchUp();
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
    const auto told = bench.incidents();
    REQUIRE(told.size() == 2);
    CHECK(told[0].find("restored: objects put back into the first copy") == 0);
    CHECK(told[0].find(" changed;") != std::string::npos);
    CHECK(told[1].find("second copy") != std::string::npos);
    CHECK(must(bench.vault().status()).absent == 0);
}

TEST_CASE("what both copies lost is told, and the damaged bytes stay where they are") {
    TwoCopies bench;
    bench.takeAll();
    bench.close();
    bench.damage(bench.segmentFile(bench.path(), 0));
    std::filesystem::remove(bench.segmentFile(bench.second(), 0));
    std::filesystem::remove(bench.segmentFile(bench.path(), 1));
    const Restored done = must(tryRestore(bench));
    CHECK(done.lost == 1);
    CHECK(done.objects == 1);
    CHECK(done.setAside == 0);
    CHECK(bench.files->exists(bench.segmentFile(bench.path(), 0)));
}

TEST_CASE("a vault that is wholly lost is made anew and goes on") {
    TwoCopies bench;
    bench.takeAll();
    const auto receipt = bench.takeChapter().receipt;
    must(bench.vault().publish());
    bench.catchUp();
    const Status before = must(bench.vault().status());
    const Held held = must(bench.vault().held("CAM-1", 0));
    bench.close();
    SUBCASE("all of it") {
        std::filesystem::remove_all(bench.path());
    }
    SUBCASE("its database") {
        std::filesystem::remove_all(bench.path() + "/db");
    }
    SUBCASE("its log") {
        std::filesystem::remove_all(bench.path() + "/log");
    }
    SUBCASE("its log, in part") {
        std::filesystem::remove_all(bench.path() + "/log/tile");
    }
    must(tryRestore(bench));
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
    bench.open();
    bench.check(receipt);
    const Status after = must(bench.vault().status());
    CHECK(after.stored == before.stored);
    CHECK(after.receipts == before.receipts);
    CHECK(after.logSize > before.logSize);  // what was put back is told
    CHECK(after.absent == 0);
    const Held again = must(bench.vault().held("CAM-1", 0));
    CHECK(again.next == held.next);
    CHECK(again.last == held.last);
    CHECK(again.missing == held.missing);
    bench.catchUp();
    CHECK(bench.copiesOf(bench.takeChapter()) == 2);
    CHECK(must(bench.vault().status()).stored == before.stored);
    bench.reopen();  // what was made anew passes the checks of a start
    SampleRecorder goesOn = bench.sample();
    const std::uint64_t recording = goesOn.record(1, 2);
    goesOn.dock();
    const auto& chapter = goesOn.chapters().back();
    CHECK(must(takeIn(bench.vault(), chapterPlace(goesOn, chapter.first), chapter.bytes)).state ==
          State::Receipted);
    CHECK(must(takeIn(
                   bench.vault(), segmentPlace(goesOn, recording, 0), goesOn.segment(recording, 0)))
              .state == State::Receipted);
    must(bench.vault().publish());
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
}

TEST_CASE("quarantined objects and forks are rows again") {
    TwoCopies bench;
    SampleRecorder clone = bench.sample();
    bench.takeAll();
    clone.record(1, 2);
    clone.dock();
    Buffer spoilt = clone.chapters().back().bytes;
    const Place place = chapterPlace(clone, clone.chapters().back().first);
    spoilt.at(spoilt.size() / 2) = static_cast<std::uint8_t>(spoilt.at(spoilt.size() / 2) ^ 1U);
    REQUIRE(must(takeIn(bench.vault(), place, spoilt)).state == State::Quarantined);
    SampleRecorder other = bench.sample();
    other.record(1, 1);
    other.dock();
    REQUIRE(must(takeIn(bench.vault(),
                        chapterPlace(other, other.chapters().back().first),
                        other.chapters().back().bytes))
                .state == State::Receipted);
    REQUIRE(must(takeIn(bench.vault(), place, clone.chapters().back().bytes)).state ==
            State::Forked);
    must(bench.vault().publish());
    bench.catchUp();
    const Status before = must(bench.vault().status());
    REQUIRE(before.quarantined == 1);
    REQUIRE(before.forks == 1);
    bench.close();
    std::filesystem::remove_all(bench.path());
    must(tryRestore(bench));
    bench.open();
    CHECK(must(bench.vault().status()).quarantined == 1);
    CHECK(must(bench.vault().status()).forks == 1);
    CHECK(must(bench.vault().status()).absent == 0);
}

TEST_CASE("two histories, an absent second copy, a running vault: nothing is changed") {
    TwoCopies bench;
    bench.takeAll();
    SUBCASE("the vault runs") {
        const auto done = tryRestore(bench);
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == core::ErrorKind::Unavailable);
    }
    SUBCASE("the second copy is away") {
        bench.close();
        std::filesystem::rename(bench.second(), bench.second() + "-away");
        const auto done = tryRestore(bench);
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == core::ErrorKind::Unavailable);
    }
    SUBCASE("another history") {
        bench.close();
        std::filesystem::rename(bench.second(), bench.second() + "-away");
        std::filesystem::rename(bench.path(), bench.path() + "-old");
        bench.open();
        must(bench.vault().incident({"test", "", "another history"}));
        bench.close();
        std::filesystem::remove_all(bench.second());
        std::filesystem::rename(bench.second() + "-away", bench.second());
        const auto done = tryRestore(bench);
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == core::ErrorKind::FailedPrecondition);
    }
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
