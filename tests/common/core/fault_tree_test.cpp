// SPDX-License-Identifier: Apache-2.0
// The storage in memory: which names are there after a power cut.
#include "common/core/fault_files.hpp"

#include <doctest/doctest.h>

namespace liuhen::core {

namespace {

void touch(Files& files, const std::string& path) {
    const auto file = files.open(path, OpenMode::CreateNew);
    REQUIRE(file);
    REQUIRE((*file)->sync());
}

/// Two folders "a" and "b", and the file "a/f", all durable.
void prepare(Files& files) {
    REQUIRE(files.makeFolders("a"));
    REQUIRE(files.makeFolders("b"));
    touch(files, "a/f");
    REQUIRE(files.syncFolder("a"));
}

}  // namespace

TEST_SUITE("core/fault_tree") {
    TEST_CASE("a new name is gone after a crash unless its folder was synced") {
        FaultFiles files;
        touch(files, "unsynced");
        files.crash();
        CHECK_FALSE(files.exists("unsynced"));
        touch(files, "synced");
        REQUIRE(files.syncFolder("."));
        files.crash();
        CHECK(files.exists("synced"));
    }

    TEST_CASE("folders are durable once made") {
        FaultFiles files;
        REQUIRE(files.makeFolders("/x/y/z"));
        files.crash();
        CHECK(files.exists("x/y/z"));
    }

    TEST_CASE("a removal comes back unless its folder was synced") {
        FaultFiles files;
        prepare(files);
        REQUIRE(files.remove("a/f"));
        files.crash();
        CHECK(files.exists("a/f"));
        REQUIRE(files.remove("a/f"));
        REQUIRE(files.syncFolder("a"));
        files.crash();
        CHECK_FALSE(files.exists("a/f"));
    }

    TEST_CASE(
        "a rename between folders is durable when both are synced, and loses no file before") {
        for (const std::string synced : {"", "a", "b", "ab", "ba"}) {
            CAPTURE(synced);
            FaultFiles files;
            prepare(files);
            REQUIRE(files.rename("a/f", "b/g"));
            CHECK_FALSE(files.exists("a/f"));
            for (const char folder : synced) {
                REQUIRE(files.syncFolder(std::string(1, folder)));
            }
            files.crash();
            CHECK(files.exists("b/g") == !synced.empty());
            CHECK(files.exists("a/f") == (synced.empty() || synced == "b"));
        }
    }

    TEST_CASE("a name kept early is not taken back by an older change of it") {
        FaultFiles files;
        prepare(files);
        touch(files, "b/g");
        REQUIRE(files.syncFolder("b"));
        REQUIRE(files.remove("b/g"));
        REQUIRE(files.rename("a/f", "b/g"));
        REQUIRE(files.syncFolder("a"));  // keeps b/g too
        REQUIRE(files.syncFolder("b"));
        files.crash();
        CHECK(files.exists("b/g"));
        CHECK_FALSE(files.exists("a/f"));
    }

    TEST_CASE("a crash with luck keeps the first changes in their order") {
        bool none = false;
        bool all = false;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            CAPTURE(seed);
            FaultFiles files;
            prepare(files);
            touch(files, "first");
            REQUIRE(files.rename("a/f", "b/f"));
            touch(files, "last");
            files.crash(seed);
            CHECK(files.exists("a/f") != files.exists("b/f"));
            CHECK((!files.exists("b/f") || files.exists("first")));
            CHECK((!files.exists("last") || files.exists("b/f")));
            none = none || !files.exists("first");
            all = all || files.exists("last");
        }
        CHECK(none);
        CHECK(all);
    }

    TEST_CASE("renames refuse what a system refuses") {
        FaultFiles files;
        prepare(files);
        touch(files, "b/g");
        CHECK(files.renameNoReplace("a/f", "b/g").error().kind == ErrorKind::AlreadyExists);
        CHECK(files.rename("a/none", "b/x").error().kind == ErrorKind::NotFound);
        CHECK(files.rename("a/f", "none/x").error().kind == ErrorKind::NotFound);
        CHECK(files.rename("a/f", "b").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.rename("a", "b/g").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.rename("a", "b").error().kind == ErrorKind::FailedPrecondition);
        CHECK(files.rename("a", "a/inside").error().kind == ErrorKind::InvalidArgument);
        CHECK(files.rename("a/f", "a/f"));
        CHECK(files.rename("a/f", "b/g"));
        CHECK_FALSE(files.exists("a/f"));
    }

    TEST_CASE("a renamed folder takes along what is in it") {
        FaultFiles files;
        prepare(files);
        REQUIRE(files.rename("a", "c"));
        CHECK(files.exists("c/f"));
        files.crash();
        CHECK(files.exists("a/f"));
        REQUIRE(files.rename("a", "c"));
        REQUIRE(files.syncFolder("."));
        files.crash();
        CHECK(files.exists("c/f"));
        CHECK_FALSE(files.exists("a"));
    }
}

}  // namespace liuhen::core
