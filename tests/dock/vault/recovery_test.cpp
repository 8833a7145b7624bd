// SPDX-License-Identifier: Apache-2.0
// Tests of what a start finds, what it mends and what it refuses.
#include "common/core/fault_files.hpp"
#include "tests/dock/vault/bench.hpp"

#include <errno.h>

#include <filesystem>

TEST_SUITE_BEGIN("vault/recovery");

namespace liuhen::vault::test {

TEST_CASE("a second process is refused") {
    Bench bench;
    const auto second = bench.tryOpen();
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == core::ErrorKind::Unavailable);
}

TEST_CASE("keys and certificates that do not belong together are refused") {
    Bench bench;
    bench.close();
    const Agency good = bench.agency;
    SUBCASE("another receipt key") {
        bench.agency.receiptKey = crypto::PrivateKey::generate();
    }
    SUBCASE("another checkpoint key") {
        bench.agency.checkpointKey = crypto::NoteKey::generate();
    }
    SUBCASE("another agency") {
        bench.agency.root = Agency().root;
    }
    SUBCASE("a certificate of another role") {
        bench.agency.receipt = *bench.agency.root.certify(
            bench.agency.receiptKey.publicKey(), crypto::Role::Dock, kOrigin, 5, bench.agency.now);
    }
    const auto opened = bench.tryOpen();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::InvalidArgument);
    bench.agency = good;
    bench.open();
}

TEST_CASE("another checkpoint key than the log was opened with is refused") {
    Bench bench;
    bench.close();
    bench.agency.checkpointKey = crypto::NoteKey::generate();
    bench.agency.checkpoint = *bench.agency.root.certifyNoteKey(
        bench.agency.checkpointKey.publicBytes(), kOrigin, 5, bench.agency.now);
    const auto opened = bench.tryOpen();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::FailedPrecondition);
}

TEST_CASE("a database that was set back is refused, and nothing is changed") {
    Bench bench;
    bench.close();
    const std::string old = bench.folder / "old-db";
    std::filesystem::copy(bench.path() + "/db", old, std::filesystem::copy_options::recursive);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes))
                .state == State::Receipted);
    bench.close();
    const auto note = must(core::readFile(*bench.files, bench.path() + "/log/checkpoint", 9999));
    std::filesystem::rename(bench.path() + "/db", bench.folder / "new-db");
    std::filesystem::rename(old, bench.path() + "/db");
    const auto opened = bench.tryOpen();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::FailedPrecondition);
    CHECK(opened.error().message.find("set back") != std::string::npos);
    CHECK(must(core::readFile(*bench.files, bench.path() + "/log/checkpoint", 9999)) == note);
    std::filesystem::remove_all(bench.path() + "/db");
    std::filesystem::rename(bench.folder / "new-db", bench.path() + "/db");
    bench.open();
}

TEST_CASE("a log folder that was set back is refused") {
    Bench bench;
    bench.close();
    const std::string old = bench.folder / "old-log";
    std::filesystem::copy(bench.path() + "/log", old, std::filesystem::copy_options::recursive);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes))
                .state == State::Receipted);
    bench.close();
    std::filesystem::remove_all(bench.path() + "/log");
    SUBCASE("to an older one") {
        std::filesystem::rename(old, bench.path() + "/log");
    }
    SUBCASE("to none") {}
    const auto opened = bench.tryOpen();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == core::ErrorKind::FailedPrecondition);
}

TEST_CASE("a vault that holds a fork starts again") {
    Bench bench;
    SampleRecorder recorder = bench.recorder();
    SampleRecorder clone = recorder;
    const auto take = [&bench](const SampleRecorder& from) {
        const auto& chapter = from.chapters().back();
        return must(takeIn(bench.vault(), chapterPlace(from, chapter.first), chapter.bytes)).state;
    };
    REQUIRE(take(recorder) == State::Receipted);
    recorder.record(1, 1);
    recorder.dock();
    clone.record(1, 2);
    clone.dock();
    REQUIRE(take(recorder) == State::Receipted);
    REQUIRE(take(clone) == State::Forked);
    bench.reopen();
    CHECK(must(bench.vault().status()).forks == 1);
}

TEST_CASE("an object that was never logged is checked anew without being sent again") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& chapter = recorder.chapters()[0].bytes;
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 0), chapter)).state ==
            State::Receipted);
    bench.close();
    const Buffer& bytes = recorder.segment(bench.recording, 0);
    const Place place = segmentPlace(recorder, bench.recording, 0);
    const std::string hex = core::toHex(crypto::sha256(bytes));
    const std::string path = bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex;
    Buffer content = bytes;
    SUBCASE("as it was sent") {}
    SUBCASE("spoilt by the crash") {
        content.at(content.size() / 2) = static_cast<std::uint8_t>(~content.at(content.size() / 2));
    }
    writeFile(*bench.files, path, content);
    bench.open();
    CHECK_FALSE(bench.files->exists(path));
    const auto offered = must(bench.vault().offer({place, bytes.size(), std::nullopt}));
    CHECK(offered.offset == bytes.size());
    auto answer = must(bench.vault().commit(offered.upload));
    if (content != bytes) {
        CHECK(answer.state == State::Again);
        answer = must(takeIn(bench.vault(), place, bytes));
    }
    REQUIRE(answer.state == State::Receipted);
    bench.check(answer.receipt);
    CHECK(must(bench.vault().status()).quarantined == 0);
}

TEST_CASE("absent objects are counted when the vault starts") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes)).state ==
            State::Receipted);
    bench.close();
    const std::string hex = core::toHex(crypto::sha256(bytes));
    std::filesystem::remove(bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex);
    bench.open();
    CHECK(must(bench.vault().status()).absent == 1);
}

TEST_CASE("uploads that nobody went on with for a month are removed at a start, objects never") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    must(bench.vault().offer({chapterPlace(recorder, 0), 100, std::nullopt}));
    must(bench.vault().offer({chapterPlace(recorder, 0), 200, std::nullopt}));
    bench.close();
    const std::string incoming = bench.path() + "/incoming/";
    writeFile(*bench.files, incoming + "found-" + std::string(64, 'a'), Buffer(5, 1));
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 31);
    bool first = true;
    for (const auto& item : must(bench.files->list(incoming))) {
        if (first || item.name.starts_with("found-")) {
            std::filesystem::last_write_time(incoming + item.name, old);
        }
        first = false;
    }
    bench.open();
    const auto left = must(bench.files->list(incoming));
    REQUIRE(left.size() == 2);
    CHECK(left[0].name.ends_with(".part"));
    CHECK(left[1].name.starts_with("found-"));
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
