// SPDX-License-Identifier: Apache-2.0
// Tests of a vault from whose objects/ nothing can be moved out any more, as in its sandbox.
#include "tests/dock/vault/bench.hpp"
#include "tests/dock/vault/full_database.hpp"

#include <errno.h>

#include <filesystem>

TEST_SUITE_BEGIN("vault/closed_objects");

namespace liuhen::vault::test {

namespace {

/// The system's files, of which none leaves a folder `objects`.
class ClosedObjects final : public core::Files {
public:
    [[nodiscard]] Result<std::unique_ptr<core::File>> open(const std::string& path,
                                                           core::OpenMode mode) override {
        return files_->open(path, mode);
    }
    [[nodiscard]] Result<std::vector<core::FolderItem>> list(const std::string& folder) override {
        return files_->list(folder);
    }
    [[nodiscard]] bool exists(const std::string& path) override { return files_->exists(path); }
    [[nodiscard]] Result<void> makeFolders(const std::string& folder) override {
        return files_->makeFolders(folder);
    }
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        LIUHEN_CHECK(mayLeave(from));
        return files_->rename(from, to);
    }
    [[nodiscard]] Result<void> renameNoReplace(const std::string& from,
                                               const std::string& to) override {
        LIUHEN_CHECK(mayLeave(from));
        return files_->renameNoReplace(from, to);
    }
    [[nodiscard]] Result<void> remove(const std::string& path) override {
        LIUHEN_CHECK(mayLeave(path));
        return files_->remove(path);
    }
    [[nodiscard]] Result<void> syncFolder(const std::string& folder) override {
        return files_->syncFolder(folder);
    }
    [[nodiscard]] Result<std::uint64_t> freeBytes(const std::string& folder) override {
        return files_->freeBytes(folder);
    }

private:
    [[nodiscard]] static Result<void> mayLeave(const std::string& path) {
        return path.find("/objects/") == std::string::npos
                   ? Result<void>()
                   : Result<void>(core::failErrno(EXDEV, "move " + path));
    }
    std::unique_ptr<core::Files> files_ = core::systemFiles();
};

std::size_t filesBelow(const std::string& folder) {
    std::size_t count = 0;
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
        count += item.is_regular_file() ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("an object whose row could not be written stays, and the next try uses it") {
    const FullDatabase full;
    int stranded = 0;
    for (int writes = 0; writes < 8; ++writes) {
        CAPTURE(writes);
        Bench bench(false);
        bench.files = std::make_unique<ClosedObjects>();
        bench.open();
        const SampleRecorder recorder = bench.recorder();
        const Buffer& bytes = recorder.chapters()[0].bytes;
        full.allow(writes);
        const auto first = takeIn(bench.vault(), chapterPlace(recorder, 0), bytes);
        full.allowAll();
        CHECK_FALSE(bench.vault().broken());
        const bool left = must(bench.vault().status()).stored == 0;
        stranded += left ? 1 : 0;
        CHECK(filesBelow(bench.path() + "/objects") == 1);
        CHECK((left ? !first : true));
        const auto second = must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes));
        REQUIRE(second.state == State::Receipted);
        bench.check(second.receipt);
        CHECK(filesBelow(bench.path() + "/objects") == 1);
        CHECK(filesBelow(bench.path() + "/incoming") == 0);
        CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "object", "receipt"});
    }
    CHECK(stranded >= 1);
}

TEST_CASE("what has an object's name and other bytes is not used") {
    Bench bench;
    const SampleRecorder recorder = bench.recorder();
    const Buffer& bytes = recorder.chapters()[0].bytes;
    const std::string hex = core::toHex(crypto::sha256(bytes));
    writeFile(*bench.files,
              bench.path() + "/objects/" + hex.substr(0, 2) + "/" + hex,
              core::viewOf("planted"));
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), bytes)).state == State::Again);
    // Nor for what is no evidence: it would be logged as kept, and is not.
    Buffer bad = bytes;
    bad[bad.size() / 2] ^= 1U;
    const std::string other = core::toHex(crypto::sha256(bad));
    writeFile(*bench.files,
              bench.path() + "/objects/" + other.substr(0, 2) + "/" + other,
              core::viewOf("planted"));
    CHECK(must(takeIn(bench.vault(), chapterPlace(recorder, 0), bad)).state == State::Again);
    const Status status = must(bench.vault().status());
    CHECK(status.stored == 0);
    CHECK(status.quarantined == 0);
    CHECK(bench.leafKinds() == std::vector<std::string>{"log.opened", "incident", "incident"});
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
