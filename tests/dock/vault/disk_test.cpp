// SPDX-License-Identifier: Apache-2.0
// Tests of what the vault does when its disk is full, fails or lies.
#include "tests/dock/vault/faulty_bench.hpp"
#include "tests/dock/vault/full_database.hpp"

#include <errno.h>

#include <filesystem>

TEST_SUITE_BEGIN("vault/disk");

namespace liuhen::vault::test {

namespace {

/// Reads another last byte than is there.
class LyingFile final : public core::File {
public:
    explicit LyingFile(std::unique_ptr<core::File> file) : file_(std::move(file)) {}
    [[nodiscard]] Result<std::uint64_t> size() const override { return file_->size(); }
    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override {
        LIUHEN_TRY(const std::size_t got, file_->readAt(offset, into));
        LIUHEN_TRY(const std::uint64_t size, file_->size());
        if (got > 0 && offset + got == size) {
            into[got - 1] = static_cast<std::uint8_t>(~into[got - 1]);
        }
        return got;
    }
    [[nodiscard]] Result<void> append(std::span<const ByteView> pieces) override {
        return file_->append(pieces);
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        return file_->truncate(size);
    }
    [[nodiscard]] Result<void> sync() override { return file_->sync(); }

private:
    std::unique_ptr<core::File> file_;
};

/// Gives back other bytes than were stored, or none, as long as it is told to.
class LyingMedium final : public Medium {
public:
    explicit LyingMedium(core::Files& files) : honest_(files) {}
    enum class Mood { Honest, Lies, Fails };
    Mood mood = Mood::Lies;
    [[nodiscard]] Result<void> freeze(const std::string& path) override {
        return honest_.freeze(path);
    }
    [[nodiscard]] Result<std::unique_ptr<core::File>> open(const std::string& path) override {
        LIUHEN_TRY(auto file, honest_.open(path));
        if (mood == Mood::Honest) {
            return file;
        }
        if (mood == Mood::Fails) {
            LIUHEN_CHECK(file->size());
            return std::make_unique<FailingFile>(std::move(file));
        }
        return std::make_unique<LyingFile>(std::move(file));
    }

private:
    class FailingFile final : public core::File {
    public:
        explicit FailingFile(std::unique_ptr<core::File> file) : file_(std::move(file)) {}
        [[nodiscard]] Result<std::uint64_t> size() const override { return file_->size(); }
        [[nodiscard]] Result<std::size_t> readAt(std::uint64_t,
                                                 std::span<std::uint8_t>) const override {
            return core::failErrno(EIO, "read");
        }
        [[nodiscard]] Result<void> append(std::span<const ByteView>) override {
            return core::failErrno(EIO, "append");
        }
        [[nodiscard]] Result<void> truncate(std::uint64_t) override {
            return core::failErrno(EIO, "truncate");
        }
        [[nodiscard]] Result<void> sync() override { return core::failErrno(EIO, "sync"); }

    private:
        std::unique_ptr<core::File> file_;
    };
    SeamMedium honest_;
};

/// Fails operations of a kind on paths that end so, as often as told.
struct Fault {
    core::FileOperation operation;
    std::string ending;
    int error = 0;
    int times = 0;
    core::FaultFiles::Fault rule() {
        return [this](core::FileOperation asked, const std::string& path, std::uint64_t) {
            return asked == operation && path.ends_with(ending) && times-- > 0 ? error : 0;
        };
    }
};

std::size_t filesBelow(const std::string& folder) {
    std::size_t count = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        count += item.is_regular_file() ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE(
    "without the same bytes from the medium nothing is stored, one incident tells, and the "
    "next try heals") {
    Bench bench(false);
    auto lying = std::make_unique<LyingMedium>(*bench.files);
    LyingMedium& medium = *lying;
    bench.medium = std::move(lying);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    SUBCASE("it gives other bytes") {
        medium.mood = LyingMedium::Mood::Lies;
    }
    SUBCASE("it gives none") {
        medium.mood = LyingMedium::Mood::Fails;
    }
    for (int i = 0; i < 3; ++i) {
        const auto answer = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
        CHECK(answer.state == State::Again);
        CHECK_FALSE(answer.resend);
        CHECK(answer.reason.find("The medium does not give back what was written") == 0);
        CHECK(must(bench.files->list(bench.path() + "/incoming")).empty());
    }
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "incident"});
    medium.mood = LyingMedium::Mood::Honest;
    const auto later = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
    REQUIRE(later.state == State::Receipted);
    bench.check(later.receipt);
}

TEST_CASE("bytes that wait in quarantine are read back before they are receipted") {
    Bench bench(false);
    auto lying = std::make_unique<LyingMedium>(*bench.files);
    LyingMedium& medium = *lying;
    medium.mood = LyingMedium::Mood::Honest;
    bench.medium = std::move(lying);
    bench.open();
    const SampleRecorder recorder = bench.recorder();
    const SampleRecorder other = bench.recorder("CAM-2");
    const Buffer& bytes = recorder.chapters()[0].bytes;
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(other, 0), bytes)).state == State::Quarantined);
    // The kept copy rots.
    const std::string hex = core::toHex(crypto::sha256(bytes));
    const std::string path = bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex;
    Buffer rotten = bytes;
    rotten.back() = static_cast<std::uint8_t>(~rotten.back());
    must(bench.files->remove(path));
    writeFile(*bench.files, path, rotten);
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes)).state == State::Again);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "quarantine", "incident"});
}

TEST_CASE(
    "a failed sync gives the upload up, whatever the error, and the bytes are asked for anew") {
    FaultyBench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    Fault fault{core::FileOperation::Sync, ".part"};
    SUBCASE("the disk failed") {
        fault.error = EIO;
    }
    SUBCASE("the disk is full") {
        fault.error = ENOSPC;
    }
    bench.disk->setFault(fault.rule());
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    auto offered = must(bench.vault().offer(offer));
    const auto most = ByteView(bytes).first(bytes.size() - 1);
    must(must(bench.vault().append(offered.upload, 0, most.size())).append(most));
    fault.times = 1;
    REQUIRE_FALSE(bench.vault().offer(offer));  // the sync before the answer fails
    offered = must(bench.vault().offer(offer));
    CHECK(offered.offset == 0);
    must(must(bench.vault().append(offered.upload, 0, bytes.size())).append(bytes));
    fault.times = 1;
    const auto commit = bench.vault().commit(offered.upload);
    if (fault.error == EIO) {
        CHECK(must(commit).resend);
    } else {
        REQUIRE_FALSE(commit);
        CHECK(commit.error().kind == core::ErrorKind::ResourceExhausted);
    }
    CHECK_FALSE(bench.vault().commit(offered.upload));
    const auto answer = must(takeIn(bench.vault(), offer, bytes));
    REQUIRE(answer.state == State::Receipted);
    bench.close();
    bench.disk->crash();
    bench.open();
    bench.check(answer.receipt);
}

TEST_CASE("a folder that cannot be synced ends the vault, and a new start brings it in order") {
    FaultyBench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    Fault fault{core::FileOperation::SyncFolder, ""};
    const std::string hex = core::toHex(crypto::sha256(bytes));
    SUBCASE("of the object") {
        fault.ending = "objects/" + hex.substr(0, 2);
        bench.disk->setFault(fault.rule());
        must(bench.files->makeFolders(bench.path() + "/" + fault.ending));
    }
    SUBCASE("of the log") {
        fault.ending = "/log";
        bench.disk->setFault(fault.rule());
    }
    fault.error = EIO;
    fault.times = 1;
    const auto answer = takeIn(bench.vault(), chapterPlace(recorder, 0), bytes);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == core::ErrorKind::Unavailable);
    CHECK(bench.vault().broken());
    bench.close();
    bench.disk->crash();
    bench.open();
    const auto later = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
    REQUIRE(later.state == State::Receipted);
    bench.check(later.receipt);
}

TEST_CASE("a full disk stops an upload, which goes on when there is room") {
    FaultyBench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    const auto offered = must(bench.vault().offer(offer));
    must(must(bench.vault().append(offered.upload, 0, 100)).append(ByteView(bytes).first(100)));
    bench.disk->setFault([](core::FileOperation operation, const std::string&, std::uint64_t) {
        return operation == core::FileOperation::Append ? ENOSPC : 0;
    });
    const auto full =
        must(bench.vault().append(offered.upload, 100, 100)).append(ByteView(bytes).first(100));
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == core::ErrorKind::ResourceExhausted);
    bench.disk->setFault(nullptr);
    CHECK(must(bench.vault().offer(offer)).offset == 100);
    CHECK(must(takeIn(bench.vault(), offer, bytes)).state == State::Receipted);
}

TEST_CASE("a full disk at any step of a commit is told, changes nothing, and ends nothing") {
    const FullDatabase full;
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const Offer offer{chapterPlace(recorder, 0), bytes.size(), std::nullopt};
    int refused = 0;
    Result<CommitAnswer> answer = core::fail(core::ErrorKind::Internal, "");
    for (int writes = 0; writes < 60; ++writes) {
        CAPTURE(writes);
        full.allow(writes);
        answer = takeIn(bench.vault(), offer, bytes);
        CHECK_FALSE(bench.vault().broken());
        if (answer && answer->state == State::Receipted) {
            break;
        }
        ++refused;
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == core::ErrorKind::ResourceExhausted);
        full.allowAll();
        // Either the object is stored with its row and leaf, or it is back where it came from.
        const bool stored = must(bench.vault().status()).stored == 1;
        CHECK(filesBelow(bench.path() + "/objects") == (stored ? 1U : 0U));
        CHECK(filesBelow(bench.path() + "/incoming") == (stored ? 0U : 1U));
    }
    full.allowAll();
    CHECK(refused >= 2);
    CHECK(bench.check(must(answer).receipt).seq > 0);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "object", "receipt"});
    bench.reopen();
    CHECK(must(bench.vault().status()).stored == 1);
}

TEST_CASE("bytes that are promised to other uploads are not free") {
    constexpr std::uint64_t kMega = std::uint64_t{1} << 20U;
    FaultyBench bench(100 * kMega);
    const SampleRecorder recorder = bench.recorder();
    const auto chapter = [&](std::uint64_t size) {
        return Offer{chapterPlace(recorder, 0), size, std::nullopt};
    };
    const auto first = must(bench.vault().offer(chapter(40 * kMega)));
    const auto second = bench.vault().offer(chapter(41 * kMega));
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == core::ErrorKind::ResourceExhausted);
    bench.vault().rest(first.upload);  // its connection is gone
    must(bench.vault().offer(chapter(41 * kMega)));
}

TEST_CASE("below a reserve nothing is kept that is no evidence, and one incident tells") {
    constexpr std::uint64_t kMega = std::uint64_t{1} << 20U;
    FaultyBench bench(200 * kMega);
    const SampleRecorder recorder = bench.recorder();
    Buffer bad = recorder.chapters()[0].bytes;
    bad.back() = static_cast<std::uint8_t>(~bad.back());
    for (int i = 0; i < 2; ++i) {
        const auto answer = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bad));
        CHECK(answer.state == State::Again);
        CHECK(answer.reason.find("There is no room to keep what is no evidence") == 0);
    }
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "incident"});
    CHECK(must(bench.files->list(bench.path() + "/incoming")).empty());
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes))
              .state == State::Receipted);
}

TEST_CASE("offers hold no descriptor for ever, and too many push out the oldest") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const auto descriptors = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto before = descriptors();
    std::string last;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        last =
            must(bench.vault().offer({chapterPlace(recorder, 0), 1000 + i, std::nullopt})).upload;
    }
    CHECK(descriptors() - before <= static_cast<std::ptrdiff_t>(Incoming::kMaxUploads));
    CHECK(must(bench.vault().status()).uploads == Incoming::kMaxUploads);
    must(must(bench.vault().append(last, 0, 10)).append(Buffer(10, 1)));
    bench.vault().rest(last);
    CHECK(descriptors() - before < static_cast<std::ptrdiff_t>(Incoming::kMaxUploads));
    must(must(bench.vault().append(last, 10, 10)).append(Buffer(10, 1)));  // takes up again
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes))
              .state == State::Receipted);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
