// SPDX-License-Identifier: Apache-2.0
// The operating system's files, in a folder of the test's own.
#include "common/core/files.hpp"

#include "common/core/clock.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

/// A folder that goes with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "liuhen-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return joinPath(path_, name);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

void put(Files& files, const std::string& path, std::string_view text) {
    const auto file = files.open(path, OpenMode::CreateNew);
    REQUIRE(file);
    const std::array<ByteView, 1> pieces{viewOf(text)};
    REQUIRE((*file)->append(pieces));
}

std::string get(Files& files, const std::string& path) {
    const Result<Buffer> content = readFile(files, path, 1U << 20U);
    REQUIRE(content);
    return std::string(textOf(*content));
}

}  // namespace

TEST_SUITE("core/files") {
    TEST_CASE("pieces are appended in order, and read from any place") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        const auto file = files->open(folder / "a", OpenMode::CreateNew);
        REQUIRE(file);
        const std::array<ByteView, 3> pieces{viewOf("one"), ByteView(), viewOf("two")};
        REQUIRE((*file)->append(pieces));
        REQUIRE((*file)->append(std::array<ByteView, 1>{viewOf("three")}));
        REQUIRE((*file)->sync());
        CHECK(*(*file)->size() == 11);
        Buffer into(6);
        CHECK(*(*file)->readAt(3, into) == 6);
        CHECK(textOf(into) == "twothr");
        CHECK(*(*file)->readAt(9, into) == 2);
        CHECK(*(*file)->readAt(99, into) == 0);
    }

    TEST_CASE("more pieces than one system call takes are all written") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        const auto file = files->open(folder / "many", OpenMode::CreateNew);
        REQUIRE(file);
        const std::size_t count = 2 * IOV_MAX + 7;
        std::string expected;
        for (std::size_t i = 0; i < count; ++i) {
            expected.push_back(static_cast<char>('a' + i % 26));
        }
        std::vector<ByteView> pieces;
        for (std::size_t i = 0; i < count; ++i) {
            pieces.push_back(viewOf(expected).subspan(i, 1));
        }
        REQUIRE((*file)->append(pieces));
        CHECK(get(*files, folder / "many") == expected);
    }

    TEST_CASE("after truncation and reopening the next append is at the new end") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "t", "abcdef");
        const auto file = files->open(folder / "t", OpenMode::AppendExisting);
        REQUIRE(file);
        REQUIRE((*file)->truncate(2));
        REQUIRE((*file)->append(std::array<ByteView, 1>{viewOf("X")}));
        CHECK(get(*files, folder / "t") == "abX");
    }

    TEST_CASE("opening tells missing, present and foreign things apart") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "there", "x");
        REQUIRE(files->makeFolders(folder / "sub"));
        REQUIRE(::symlink((folder / "there").c_str(), (folder / "link").c_str()) == 0);
        REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
        const auto kind = [&](const std::string& name, OpenMode mode) {
            return files->open(folder / name, mode).error().kind;
        };
        CHECK(kind("none", OpenMode::Read) == ErrorKind::NotFound);
        CHECK(kind("none", OpenMode::AppendExisting) == ErrorKind::NotFound);
        CHECK(kind("there", OpenMode::CreateNew) == ErrorKind::AlreadyExists);
        CHECK(kind("link", OpenMode::Read) == ErrorKind::PermissionDenied);
        CHECK(kind("link", OpenMode::CreateNew) == ErrorKind::AlreadyExists);
        CHECK(kind("pipe", OpenMode::Read) == ErrorKind::FailedPrecondition);
        CHECK(kind("sub", OpenMode::Read) == ErrorKind::FailedPrecondition);
        CHECK(kind("there/x", OpenMode::Read) == ErrorKind::FailedPrecondition);
        CHECK(files->open("", OpenMode::Read).error().kind == ErrorKind::InvalidArgument);
        CHECK(files->open(std::string("a\0b", 3), OpenMode::CreateNew).error().kind ==
              ErrorKind::InvalidArgument);
        CHECK(files->exists(folder / "link"));
        CHECK_FALSE(files->exists(folder / "none"));
    }

    TEST_CASE("a file opened for reading is not written") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "r", "x");
        const auto file = files->open(folder / "r", OpenMode::Read);
        REQUIRE(file);
        CHECK((*file)->append(std::array<ByteView, 1>{viewOf("y")}).error().kind ==
              ErrorKind::FailedPrecondition);
        CHECK((*file)->truncate(0).error().kind == ErrorKind::FailedPrecondition);
        CHECK(get(*files, folder / "r") == "x");
    }

    TEST_CASE("a folder is listed by name, with sizes") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "b", "12345");
        put(*files, folder / "a", "");
        REQUIRE(files->makeFolders(folder / "c"));
        const auto items = files->list(folder.path());
        REQUIRE(items);
        REQUIRE(items->size() == 3);
        CHECK((*items)[0].name == "a");
        CHECK((*items)[1].sizeBytes == 5);
        CHECK((*items)[2].isFolder);
        CHECK_FALSE((*items)[0].isFolder);
        CHECK(std::abs(items->front().changedUs - SystemClock().utc().count()) < 3'600'000'000);
        CHECK(files->list(folder / "none").error().kind == ErrorKind::NotFound);
        CHECK(files->list(folder / "a").error().kind == ErrorKind::FailedPrecondition);
    }

    TEST_CASE("folders are made with those above them, again without harm, but not over a file") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        REQUIRE(files->makeFolders(folder / "x//y/z/"));
        REQUIRE(files->makeFolders(folder / "x/y/z"));
        CHECK(files->list(folder / "x/y")->front().name == "z");
        put(*files, folder / "f", "");
        CHECK(files->makeFolders(folder / "f").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files->makeFolders(folder / "f/g").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files->makeFolders("/"));
        CHECK(files->makeFolders("."));
    }

    TEST_CASE("a rename replaces, unless it must not") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "new", "new");
        put(*files, folder / "old", "old");
        CHECK(files->renameNoReplace(folder / "new", folder / "old").error().kind ==
              ErrorKind::AlreadyExists);
        CHECK(get(*files, folder / "old") == "old");
        REQUIRE(files->rename(folder / "new", folder / "old"));
        CHECK(get(*files, folder / "old") == "new");
        CHECK_FALSE(files->exists(folder / "new"));
        REQUIRE(files->renameNoReplace(folder / "old", folder / "third"));
        REQUIRE(files->syncFolder(folder.path()));
        CHECK(get(*files, folder / "third") == "new");
        CHECK(files->rename(folder / "none", folder / "x").error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("files and empty folders are removed, full folders are not") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        REQUIRE(files->makeFolders(folder / "d"));
        put(*files, folder / "d/f", "");
        CHECK(files->remove(folder / "d").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files->remove(folder / "d/f"));
        CHECK(files->remove(folder / "d"));
        CHECK(files->remove(folder / "d").error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("a whole file is read up to a limit") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        put(*files, folder / "f", "12345");
        CHECK(textOf(*readFile(*files, folder / "f", 5)) == "12345");
        CHECK(readFile(*files, folder / "f", 4).error().kind == ErrorKind::ResourceExhausted);
        CHECK(readFile(*files, folder / "g", 4).error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("a file is replaced whole, also over what an earlier attempt left") {
        const TemporaryFolder folder;
        const auto files = systemFiles();
        REQUIRE(replaceFile(*files, folder / "state", viewOf("1")));
        put(*files, folder / "state.new", "half of some");
        REQUIRE(replaceFile(*files, folder / "state", viewOf("2")));
        CHECK(get(*files, folder / "state") == "2");
        CHECK(files->list(folder.path())->size() == 1);
        CHECK(replaceFile(*files, folder / "none/state", viewOf("3")).error().kind ==
              ErrorKind::NotFound);
    }

    TEST_CASE("free space is told") {
        const TemporaryFolder folder;
        CHECK(*systemFiles()->freeBytes(folder.path()) > 0);
        CHECK(systemFiles()->freeBytes(folder / "none").error().kind == ErrorKind::NotFound);
    }

    TEST_CASE("paths are taken apart and joined") {
        CHECK(folderOf("a/b/c") == "a/b");
        CHECK(folderOf("/a") == "/");
        CHECK(folderOf("a") == ".");
        CHECK(folderOf("a/b/") == "a");
        CHECK(folderOf("a//b") == "a");
        CHECK(folderOf("//a") == "/");
        CHECK(folderOf("/") == "/");
        CHECK(folderOf("") == ".");
        CHECK(joinPath("a", "b") == "a/b");
        CHECK(joinPath("/", "b") == "/b");
    }
}

}  // namespace liuhen::core
