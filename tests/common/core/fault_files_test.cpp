// SPDX-License-Identifier: Apache-2.0
// The storage in memory: counting, faults, quota, and files after a power cut.
#include "common/core/fault_files.hpp"

#include <errno.h>

#include <array>
#include <set>

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

std::unique_ptr<File> create(Files& files, const std::string& path) {
    auto file = files.open(path, OpenMode::CreateNew);
    REQUIRE(file);
    return std::move(*file);
}

Result<void> write(File& file, std::string_view text) {
    const std::array<ByteView, 1> pieces{viewOf(text)};
    return file.append(pieces);
}

/// The content of a file, or "-" if there is none.
std::string contentOf(Files& files, const std::string& path) {
    const Result<Buffer> content = readFile(files, path, 1U << 20U);
    return content ? std::string(textOf(*content)) : "-";
}

/// A file "f" whose name and first bytes are durable.
std::unique_ptr<File> createDurable(Files& files, std::string_view text) {
    auto file = create(files, "f");
    REQUIRE(write(*file, text));
    REQUIRE(file->sync());
    REQUIRE(files.syncFolder("."));
    return file;
}

}  // namespace

TEST_SUITE("core/fault_files") {
    TEST_CASE("without faults it behaves as a storage") {
        FaultFiles files;
        REQUIRE(files.makeFolders("a/b"));
        const auto file = create(files, "a/b/f");
        REQUIRE(write(*file, "abc"));
        REQUIRE(write(*file, "def"));
        REQUIRE(file->truncate(4));
        CHECK(contentOf(files, "/a/./b//f") == "abcd");
        CHECK(files.open("a/b/f", OpenMode::CreateNew).error().kind == ErrorKind::AlreadyExists);
        CHECK(files.open("a/b/g", OpenMode::Read).error().kind == ErrorKind::NotFound);
        CHECK(files.open("a/x/g", OpenMode::CreateNew).error().kind == ErrorKind::NotFound);
        CHECK(files.open("a/b", OpenMode::Read).error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.open("a/../f", OpenMode::Read).error().kind == ErrorKind::InvalidArgument);
        CHECK(files.open("", OpenMode::Read).error().kind == ErrorKind::InvalidArgument);
        const auto items = files.list("a/b");
        REQUIRE(items);
        REQUIRE(items->size() == 1);
        CHECK(items->front().sizeBytes == 4);
        CHECK(files.list(".")->front().isFolder);
        CHECK(files.list("a/b/f").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.remove("a").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.makeFolders("a/b/f/g").error().kind == ErrorKind::FailedPrecondition);
        const auto reading = files.open("a/b/f", OpenMode::Read);
        REQUIRE(reading);
        CHECK(write(**reading, "x").error().kind == ErrorKind::FailedPrecondition);
        REQUIRE(files.remove("a/b/f"));
        CHECK_FALSE(files.exists("a/b/f"));
        CHECK(files.exists("a/b"));
    }

    TEST_CASE("a crash throws away what was not synced") {
        FaultFiles files;
        const auto file = createDurable(files, "kept");
        REQUIRE(write(*file, " lost"));
        CHECK(contentOf(files, "f") == "kept lost");
        files.crash();
        CHECK(contentOf(files, "f") == "kept");
    }

    TEST_CASE("an unsynced truncation comes back, a synced one does not") {
        FaultFiles files;
        auto file = createDurable(files, "abcdef");
        REQUIRE(file->truncate(3));
        files.crash();
        CHECK(contentOf(files, "f") == "abcdef");
        file = *files.open("f", OpenMode::AppendExisting);
        REQUIRE(file->truncate(3));
        REQUIRE(write(*file, "X"));
        REQUIRE(file->sync());
        files.crash();
        CHECK(contentOf(files, "f") == "abcX");
    }

    TEST_CASE("a file with a synced name and unsynced bytes is empty after a crash") {
        FaultFiles files;
        const auto file = create(files, "f");
        REQUIRE(write(*file, "abc"));
        REQUIRE(files.syncFolder("."));
        files.crash();
        CHECK(contentOf(files, "f").empty());
    }

    TEST_CASE("files open at a crash answer nothing but Unavailable") {
        FaultFiles files;
        const auto file = createDurable(files, "abc");
        files.crash();
        Buffer into(1);
        CHECK(file->size().error().kind == ErrorKind::Unavailable);
        CHECK(file->readAt(0, into).error().kind == ErrorKind::Unavailable);
        CHECK(write(*file, "x").error().kind == ErrorKind::Unavailable);
        CHECK(file->truncate(0).error().kind == ErrorKind::Unavailable);
        CHECK(file->sync().error().kind == ErrorKind::Unavailable);
        CHECK(contentOf(files, "f") == "abc");
    }

    TEST_CASE("a torn append survives whole, in part, as zeros or not at all, by the seed") {
        std::set<std::string> outcomes;
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            std::string twice;
            for (int round = 0; round < 2; ++round) {
                FaultFiles files;
                const auto file = createDurable(files, "kept");
                REQUIRE(write(*file, "1234"));
                files.crash(seed);
                const std::string found = contentOf(files, "f");
                CHECK(found.substr(0, 4) == "kept");
                outcomes.insert(found.substr(4));
                CHECK((round == 0 || found == twice));
                twice = found;
            }
        }
        CHECK(outcomes ==
              std::set<std::string>{"", "1", "12", "123", "1234", std::string(4, '\0')});
    }

    TEST_CASE("torn appends never disturb bytes that were synced, whatever came between") {
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            CAPTURE(seed);
            FaultFiles files;
            const auto file = createDurable(files, "0123456789");
            REQUIRE(write(*file, "abc"));
            REQUIRE(write(*file, "def"));
            REQUIRE(file->truncate(12));
            REQUIRE(write(*file, "ghi"));
            files.crash(seed);
            const std::string found = contentOf(files, "f");
            CHECK(found.substr(0, 10) == "0123456789");
            CHECK(found.size() <= 16);
        }
    }

    TEST_CASE("operations and syncs are counted and a fault sees each") {
        FaultFiles files;
        std::vector<std::pair<FileOperation, std::uint64_t>> seen;
        files.setFault([&seen](FileOperation operation, const std::string&, std::uint64_t number) {
            seen.emplace_back(operation, number);
            return 0;
        });
        const auto file = createDurable(files, "x");
        using enum FileOperation;
        CHECK(seen == std::vector<std::pair<FileOperation, std::uint64_t>>{
                          {Open, 0}, {Append, 1}, {Sync, 2}, {SyncFolder, 3}});
        CHECK(files.operations() == 4);
        CHECK(files.syncs() == 2);
    }

    TEST_CASE("an append that fails with a full or broken disk writes half") {
        for (const int reason : {ENOSPC, EIO, EROFS}) {
            CAPTURE(reason);
            FaultFiles files;
            const auto file = create(files, "f");
            files.setFault([reason](FileOperation operation, const std::string&, std::uint64_t) {
                return operation == FileOperation::Append ? reason : 0;
            });
            const Result<void> answer = write(*file, "123456");
            REQUIRE_FALSE(answer);
            CHECK(answer.error().kind == Result<void>(failErrno(reason, "")).error().kind);
            CHECK(contentOf(files, "f") == (reason == EROFS ? "" : "123"));
        }
    }

    TEST_CASE("after a failed sync later syncs answer well and keep nothing") {
        FaultFiles files;
        const auto file = createDurable(files, "kept");
        bool broken = true;
        files.setFault([&broken](FileOperation operation, const std::string&, std::uint64_t) {
            return operation == FileOperation::Sync && broken ? EIO : 0;
        });
        REQUIRE(write(*file, " lost"));
        CHECK(file->sync().error().kind == ErrorKind::DataLoss);
        broken = false;
        CHECK(file->sync());
        CHECK(contentOf(files, "f") == "kept lost");
        files.crash();
        CHECK(contentOf(files, "f") == "kept");
    }

    TEST_CASE("after a failed sync a file cut back to what was kept takes new bytes") {
        FaultFiles files;
        const auto file = createDurable(files, "kept");
        bool broken = true;
        files.setFault([&broken](FileOperation operation, const std::string&, std::uint64_t) {
            return operation == FileOperation::Sync && broken ? EIO : 0;
        });
        REQUIRE(write(*file, " lost"));
        REQUIRE_FALSE(file->sync());
        broken = false;
        REQUIRE(file->truncate(4));
        REQUIRE(write(*file, " anew"));
        CHECK(file->sync());
        files.crash();
        CHECK(contentOf(files, "f") == "kept anew");
    }

    TEST_CASE("each operation can fail and then leaves names alone") {
        FaultFiles files;
        REQUIRE(files.makeFolders("d"));
        const auto file = createDurable(files, "abc");
        files.setFault([](FileOperation, const std::string&, std::uint64_t) { return EACCES; });
        const auto denied = [](const auto& answer) {
            return !answer && answer.error().kind == ErrorKind::PermissionDenied;
        };
        Buffer into(1);
        CHECK(denied(files.open("g", OpenMode::CreateNew)));
        CHECK(denied(files.list(".")));
        CHECK(denied(files.makeFolders("e")));
        CHECK(denied(files.rename("f", "g")));
        CHECK(denied(files.renameNoReplace("f", "g")));
        CHECK(denied(files.remove("f")));
        CHECK(denied(files.syncFolder(".")));
        CHECK(denied(file->readAt(0, into)));
        CHECK(denied(file->truncate(0)));
        files.setFault({});
        CHECK(contentOf(files, "f") == "abc");
        CHECK(files.list(".")->size() == 2);
    }

    TEST_CASE("the quota is what all files together may hold") {
        FaultFiles files(10);
        const auto file = create(files, "f");
        REQUIRE(write(*file, "123456"));
        CHECK(*files.freeBytes(".") == 4);
        CHECK(write(*file, "789abc").error().kind == ErrorKind::ResourceExhausted);
        CHECK(contentOf(files, "f") == "123456789a");
        CHECK(*files.freeBytes(".") == 0);
        CHECK(file->truncate(11).error().kind == ErrorKind::ResourceExhausted);
        REQUIRE(files.remove("f"));
        CHECK(*files.freeBytes(".") == 10);
    }

    TEST_CASE("the power goes after so many syncs and comes back with the crash") {
        for (std::uint64_t count = 0; count <= 2; ++count) {
            CAPTURE(count);
            FaultFiles files;
            const auto file = createDurable(files, "0");
            files.cutAfterSyncs(count);
            for (const char* text : {"1", "2"}) {
                if (write(*file, text)) {
                    CHECK(file->sync());
                }
            }
            CHECK(files.syncs() == 2 + count);
            CHECK(write(*file, "3").error().kind == ErrorKind::Unavailable);
            CHECK(file->size().error().kind == ErrorKind::Unavailable);
            CHECK(files.freeBytes(".").error().kind == ErrorKind::Unavailable);
            CHECK_FALSE(files.exists("f"));
            files.crash();
            CHECK(contentOf(files, "f") == std::string("012").substr(0, 1 + count));
        }
    }

    TEST_CASE("the power goes after so many operations") {
        FaultFiles files;
        const auto file = createDurable(files, "0");
        files.cutAfterOperations(1);
        CHECK(write(*file, "1"));
        CHECK(file->sync().error().kind == ErrorKind::Unavailable);
        files.crash();
        CHECK(contentOf(files, "f") == "0");
    }

    TEST_CASE("a replaced file is old or new, whole, wherever the power is cut") {
        bool finished = false;
        std::set<std::string> found;
        for (std::uint64_t count = 0; !finished; ++count) {
            REQUIRE(count < 20);
            for (std::uint64_t seed = 0; seed < 20; ++seed) {
                CAPTURE(count);
                CAPTURE(seed);
                FaultFiles files;
                REQUIRE(replaceFile(files, "state", viewOf("old content")));
                files.cutAfterOperations(count);
                finished = replaceFile(files, "state", viewOf("new")).has_value();
                files.crash(seed);
                const std::string content = contentOf(files, "state");
                CHECK((content == "new" || (!finished && content == "old content")));
                found.insert(content);
            }
        }
        CHECK(found.size() == 2);
    }
}

}  // namespace liuhen::core
