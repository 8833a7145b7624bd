// SPDX-License-Identifier: Apache-2.0
// Tests of the second copy: what a receipt may say, what waits, and what is caught up.
#include "tests/dock/vault/two_copies.hpp"

#include <algorithm>

TEST_SUITE_BEGIN("vault/copies");

namespace liuhen::vault::test {

namespace {

void hide(const TwoCopies& bench) {
    std::filesystem::rename(bench.second(), bench.second() + "-away");
}

void bringBack(const TwoCopies& bench) {
    std::filesystem::remove_all(bench.second());
    std::filesystem::rename(bench.second() + "-away", bench.second());
}

}  // namespace

TEST_CASE("a receipt says two copies when both media gave the object back") {
    TwoCopies bench;
    const CommitAnswer answer = bench.takeChapter();
    CHECK(bench.copiesOf(answer) == 2);
    bench.check(answer.receipt);
    checkReceipt(*bench.files, bench.second(), bench.agency, answer.receipt);
    bench.takeAll();
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
    CHECK(bench.verify(bench.second()).parts == 6);
    const Status status = must(bench.vault().status());
    CHECK(status.second == "");
    CHECK(status.uncopied == 0);
    CHECK_FALSE(status.singleCopy);
    CHECK(bench.copiesOf(bench.takeChapter()) == 2);
    CHECK(status.receipts == must(bench.vault().status()).receipts);
}

TEST_CASE("while the second copy is away receipts wait, and come when it is back") {
    TwoCopies bench;
    REQUIRE(bench.takeChapter().state == State::Receipted);
    const std::uint64_t receipts = must(bench.vault().status()).receipts;
    hide(bench);
    SUBCASE("its place is gone") {}
    SUBCASE("the empty folder below it shows") {
        std::filesystem::create_directory(bench.second());
    }
    SUBCASE("somebody else's files are there") {
        writeFile(*bench.files, bench.second() + "/holiday.jpg", Buffer(5, 1));
    }
    SUBCASE("another vault's copy is there") {
        SecondCopy other(*bench.files, *bench.medium, bench.second(), "vault-02.test.example");
        must(other.begin());
    }
    SUBCASE("the vault was started without it") {
        bench.reopen();
    }
    const CommitAnswer answer = bench.takeSegment(0);
    CHECK(answer.state == State::Again);
    CHECK_FALSE(answer.resend);
    CHECK(answer.reason.find("wait for the second copy") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(bench.segmentFile(bench.second(), 0)));
    Status status = must(bench.vault().status());
    CHECK(status.second.value_or("").find("second") != std::string::npos);
    CHECK(status.stored == 2);
    CHECK(status.receipts == receipts);
    bringBack(bench);
    CHECK(bench.copiesOf(bench.takeSegment(0)) == 2);
    CHECK(must(bench.vault().status()).second == "");
    bench.takeAll();
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
}

TEST_CASE("what came while the second copy was away is caught up without being asked for") {
    TwoCopies bench;
    REQUIRE(bench.takeChapter().state == State::Receipted);
    hide(bench);
    REQUIRE(bench.takeSegment(0).state == State::Again);
    REQUIRE(bench.takeSegment(1).state == State::Again);
    bringBack(bench);
    CHECK(bench.catchUp() >= 2);
    CHECK(must(bench.vault().status()).uncopied == 0);
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
    CHECK(bench.copiesOf(bench.takeSegment(0)) == 2);
}

TEST_CASE("under the single-copy policy a receipt says one copy until there are two") {
    TwoCopies bench;
    bench.close();
    bench.copies.singleCopyAfterHours = 72;
    bench.open();
    hide(bench);
    const CommitAnswer first = bench.takeChapter();
    CHECK(bench.copiesOf(first) == 1);
    CHECK(bench.takeChapter().receipt == first.receipt);
    CHECK(must(bench.vault().status()).singleCopy);
    CHECK(must(bench.vault().status()).minimumAgeHours == 72);
    bringBack(bench);
    CHECK(bench.takeChapter().receipt == first.receipt);  // nobody waits for the copying
    CHECK_FALSE(std::filesystem::exists(bench.chapterFile(bench.second())));
    CHECK(bench.catchUp() >= 1);
    CHECK(bench.vault().hello().twoCopies);
    const CommitAnswer second = bench.takeChapter();
    CHECK(bench.copiesOf(second) == 2);
    checkReceipt(*bench.files, bench.second(), bench.agency, second.receipt);
    bench.check(first.receipt);
    bench.check(second.receipt);
    CHECK(bench.takeChapter().receipt == second.receipt);
}

TEST_CASE("a receipt of one copy stays what it is while either copy is damaged") {
    TwoCopies bench;
    bench.close();
    bench.copies.singleCopyAfterHours = 72;
    bench.open();
    hide(bench);
    const CommitAnswer first = bench.takeChapter();
    REQUIRE(bench.copiesOf(first) == 1);
    bringBack(bench);
    bench.catchUp();
    std::string copy;
    SUBCASE("the first, found when it is read back") {
        copy = bench.path();
        bench.damage(bench.chapterFile(copy));
        CHECK(bench.takeChapter().state == State::Again);
        REQUIRE(bench.incidents().size() == 1);
        CHECK(bench.incidents().front().find("read_back") == 0);
    }
    SUBCASE("the second, found by the reading of all") {
        copy = bench.second();
        bench.damage(bench.chapterFile(copy));
        while (must(bench.vault().scrub({}))) {
        }
        REQUIRE(must(bench.vault().status()).scrub.damagedCount == 1);
        CHECK(bench.takeChapter().receipt == first.receipt);
    }
    bench.damage(bench.chapterFile(copy));  // the same bit turned back
    while (must(bench.vault().scrub({}))) {
    }
    CHECK(bench.copiesOf(bench.takeChapter()) == 2);
}

TEST_CASE("the policy is a leaf whenever it is another than before") {
    Bench bench;
    const auto policies = [&bench] {
        bench.reopen();
        const auto kinds = bench.leafKinds();
        return std::count(kinds.begin(), kinds.end(), "policy");
    };
    CHECK(policies() == 0);  // one copy, nothing freed by it: what a log says that says nothing
    bench.copies.singleCopyAfterHours = 24;
    CHECK(policies() == 1);
    CHECK(policies() == 1);
    bench.copies.singleCopyAfterHours = 48;
    CHECK(policies() == 2);
    bench.copies.second = bench.second();
    CHECK(policies() == 2);
    bench.copies.singleCopyAfterHours.reset();
    CHECK(policies() == 3);
    bench.copies.second.clear();
    CHECK(policies() == 4);
}

TEST_CASE("what was stored before there was a second copy is caught up") {
    TwoCopies bench;
    bench.close();
    bench.copies.second.clear();
    bench.open();
    bench.takeAll();
    bench.copies.second = bench.second();
    bench.reopen();
    CHECK(must(bench.vault().status()).uncopied == 3);
    SUBCASE("in one go") {
        CHECK(bench.catchUp() >= 3);
    }
    SUBCASE("stopped amid an object") {
        const auto stopped = bench.vault().catchUp([](std::uint64_t) { return false; });
        REQUIRE_FALSE(stopped);
        CHECK(stopped.error().kind == core::ErrorKind::DeadlineExceeded);
        CHECK(must(bench.vault().status()).second == "");
        CHECK(bench.catchUp() >= 3);
    }
    SUBCASE("one was spoilt meanwhile: the others do not wait for it") {
        bench.damage(bench.segmentFile(bench.path(), 0));
        bench.catchUp();
        CHECK(must(bench.vault().status()).uncopied == 1);
        CHECK(bench.incidents().size() == 1);
        return;
    }
    CHECK(must(bench.vault().status()).uncopied == 0);
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
    CHECK(bench.copiesOf(bench.takeChapter()) == 2);
}

TEST_CASE("a new disk for the second copy must be begun, and gets everything") {
    TwoCopies bench;
    bench.takeAll();
    hide(bench);
    CHECK_FALSE(bench.vault().catchUp({}));
    SecondCopy fresh(*bench.files, *bench.medium, bench.second(), kOrigin);
    must(fresh.begin());
    CHECK_FALSE(fresh.begin());
    CHECK(bench.catchUp() >= 3);
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
    std::filesystem::remove_all(bench.second());
    std::filesystem::rename(bench.second() + "-away", bench.second());
    bench.catchUp();  // the old one is known too
    CHECK(must(bench.vault().status()).uncopied == 0);
}

TEST_CASE("a vault that was set back is found by its second copy") {
    TwoCopies bench;
    REQUIRE(bench.takeChapter().state == State::Receipted);
    bench.close();
    std::filesystem::copy(
        bench.path(), bench.folder / "old", std::filesystem::copy_options::recursive);
    bench.open();
    REQUIRE(bench.takeSegment(0).state == State::Receipted);
    bench.close();
    std::filesystem::rename(bench.path(), bench.folder / "new");
    std::filesystem::rename(bench.folder / "old", bench.path());
    const auto opened = bench.tryOpen();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::FailedPrecondition);
    CHECK(opened.error().message.find("set back") != std::string::npos);
    std::filesystem::remove_all(bench.path());
    std::filesystem::rename(bench.folder / "new", bench.path());
    bench.open();
}

TEST_CASE("a damaged second copy of an object gets no receipt, and is not written over") {
    TwoCopies bench;
    bench.close();
    bench.copies.second.clear();
    bench.open();
    REQUIRE(bench.takeChapter().state == State::Receipted);
    bench.copies.second = bench.second();
    bench.copies.singleCopyAfterHours = 1;
    bench.reopen();
    const std::string path = bench.chapterFile(bench.second());
    writeFile(*bench.files, path, Buffer(100, 7));
    bench.catchUp();
    CHECK(bench.copiesOf(bench.takeChapter()) == 1);  // the one that it had
    CHECK(must(core::readFile(*bench.files, path, 999)) == Buffer(100, 7));
    REQUIRE(bench.incidents().size() == 1);
    CHECK(bench.incidents().front().find("second copy") != std::string::npos);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
