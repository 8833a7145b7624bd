// SPDX-License-Identifier: Apache-2.0
// Tests of what a start finds, what it mends and what it refuses.
#include "common/core/fault_files.hpp"
#include "tests/dock/vault/bench.hpp"

#include <errno.h>

#include <filesystem>

TEST_SUITE_BEGIN("vault/recovery");

namespace liuhen::vault::test {

namespace {

/// Gives back other bytes than were stored, as long as it is told to.
class LyingMedium final : public Medium {
public:
    explicit LyingMedium(core::Files& files) : honest_(files) {}
    bool lies = true;
    [[nodiscard]] Result<void> freeze(const std::string& path) override {
        return honest_.freeze(path);
    }
    [[nodiscard]] Result<Digest> readBack(const std::string& path) override {
        return lies ? Result<Digest>(Digest{}) : honest_.readBack(path);
    }

private:
    SeamMedium honest_;
};

}  // namespace

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

TEST_CASE("without the same bytes from the medium there is no receipt, and an incident tells") {
    Bench bench(false);
    auto lying = std::make_unique<LyingMedium>(*bench.files);
    LyingMedium& medium = *lying;
    bench.medium = std::move(lying);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const auto answer = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
    CHECK(answer.state == State::Again);
    CHECK(answer.reason.find("The medium does not give back what was stored") == 0);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "object", "incident"});
    medium.lies = false;
    const auto later = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
    REQUIRE(later.state == State::Receipted);
    bench.check(later.receipt);
}

TEST_CASE("a failed sync gives the upload up, and the bytes are asked for again") {
    Bench bench(false);
    auto faulty = std::make_unique<core::FaultFiles>();
    core::FaultFiles& disk = *faulty;
    bench.files = std::move(faulty);
    bench.medium = std::make_unique<SeamMedium>(*bench.files);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    int failures = 1;
    disk.setFault(
        [&failures](core::FileOperation operation, const std::string& path, std::uint64_t) {
            const bool part = path.ends_with(".part");
            return part && operation == core::FileOperation::Sync && failures-- > 0 ? EIO : 0;
        });
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    REQUIRE_FALSE(bench.vault().offer(offer));  // the sync before the first answer fails
    failures = 0;
    const auto offered = must(bench.vault().offer(offer));
    must(must(bench.vault().append(offered.upload, 0, bytes.size())).append(bytes));
    failures = 1;
    CHECK(must(bench.vault().commit(offered.upload)).state == State::Again);
    CHECK_FALSE(bench.vault().commit(offered.upload));
    CHECK(must(bench.vault().offer(offer)).offset == 0);
    CHECK(must(takeIn(bench.vault(), offer, bytes)).state == State::Receipted);
}

TEST_CASE("a full disk stops an upload, which goes on when there is room") {
    Bench bench(false);
    auto faulty = std::make_unique<core::FaultFiles>();
    core::FaultFiles& disk = *faulty;
    bench.files = std::move(faulty);
    bench.medium = std::make_unique<SeamMedium>(*bench.files);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    const auto offered = must(bench.vault().offer(offer));
    must(must(bench.vault().append(offered.upload, 0, 100)).append(ByteView(bytes).first(100)));
    disk.setFault([](core::FileOperation operation, const std::string&, std::uint64_t) {
        return operation == core::FileOperation::Append ? ENOSPC : 0;
    });
    const auto full =
        must(bench.vault().append(offered.upload, 100, 100)).append(ByteView(bytes).first(100));
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == core::ErrorKind::ResourceExhausted);
    disk.setFault(nullptr);
    CHECK(must(bench.vault().offer(offer)).offset == 100);
    CHECK(must(takeIn(bench.vault(), offer, bytes)).state == State::Receipted);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
