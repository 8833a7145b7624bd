// SPDX-License-Identifier: Apache-2.0
// The keystore folder: one blob, replaced whole at any power cut, and files that are only read.
#include "hal/folder_keystore.hpp"

#include "common/core/fault_files.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal {

namespace {

core::Buffer blobOf(std::uint8_t fill, std::size_t size) {
    return core::Buffer(size, fill);
}

void put(core::Files& files, const std::string& path, std::string_view content) {
    auto file = files.open(path, core::OpenMode::CreateNew);
    REQUIRE(file);
    const core::ByteView piece = core::viewOf(content);
    REQUIRE((*file)->append({&piece, 1}));
    REQUIRE((*file)->sync());
    REQUIRE(files.syncFolder(core::folderOf(path)));
}

}  // namespace

TEST_SUITE_BEGIN("hal/folder_keystore");

TEST_CASE("a blob is nothing at first, then always the last one stored") {
    core::FaultFiles files;
    REQUIRE(files.makeFolders("/keys"));
    FolderKeystore keystore(files, "/keys");
    auto empty = keystore.load();
    REQUIRE(empty);
    CHECK_FALSE(*empty);
    for (std::uint8_t round = 1; round <= 3; ++round) {
        REQUIRE(keystore.store(blobOf(round, 100U * round)));
        auto loaded = keystore.load();
        REQUIRE(loaded);
        REQUIRE(*loaded);
        CHECK(**loaded == blobOf(round, 100U * round));
    }
    auto items = files.list("/keys");
    REQUIRE(items);
    CHECK(items->size() == 1);  // no older blob is left beside it
}

TEST_CASE("a keystore whose folder is gone is an error and not a fresh one") {
    core::FaultFiles files;
    FolderKeystore keystore(files, "/keys");
    auto loaded = keystore.load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == core::ErrorKind::NotFound);
}

TEST_CASE(
    "a power cut at any sync leaves the old or the new blob, whole, and the new one once stored") {
    bool reachedEnd = false;
    for (std::uint64_t cut = 0; !reachedEnd; ++cut) {
        REQUIRE(cut < 20);
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            CAPTURE(cut);
            CAPTURE(seed);
            core::FaultFiles files;
            REQUIRE(files.makeFolders("/keys"));
            FolderKeystore keystore(files, "/keys");
            REQUIRE(keystore.store(blobOf(1, 300)));
            files.cutAfterSyncs(cut);
            const bool stored = keystore.store(blobOf(2, 400)).has_value();
            files.crash(seed);
            auto loaded = keystore.load();
            REQUIRE(loaded);
            REQUIRE(*loaded);
            const bool isNew = **loaded == blobOf(2, 400);
            CHECK((isNew || **loaded == blobOf(1, 300)));
            CHECK((isNew || !stored));
            reachedEnd = stored;
        }
    }
}

TEST_CASE("files of the enrolment are read by bare name only") {
    core::FaultFiles files;
    REQUIRE(files.makeFolders("/keys/sub"));
    put(files, "/keys/identity-key.pem", "PEM");
    put(files, "/outside.pem", "no");
    put(files, "/keys/sub/inner.pem", "no");
    FolderKeystore keystore(files, "/keys");
    auto key = keystore.readNamed("identity-key.pem");
    REQUIRE(key);
    CHECK(core::textOf(*key) == "PEM");
    auto none = keystore.readNamed("tls-key.pem");
    REQUIRE_FALSE(none);
    CHECK(none.error().kind == core::ErrorKind::NotFound);
    for (const char* name : {"",
                             ".",
                             "..",
                             "../outside.pem",
                             "sub/inner.pem",
                             "/outside.pem",
                             ".hidden",
                             "state.cbor"}) {
        CAPTURE(name);
        auto refused = keystore.readNamed(name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == core::ErrorKind::InvalidArgument);
    }
}

TEST_CASE("a blob above the limit is refused and the old one stays") {
    core::FaultFiles files;
    REQUIRE(files.makeFolders("/keys"));
    FolderKeystore keystore(files, "/keys");
    REQUIRE(keystore.store(blobOf(1, 10)));
    auto stored = keystore.store(blobOf(2, kKeystoreLimitBytes + 1));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().kind == core::ErrorKind::ResourceExhausted);
    CHECK(**keystore.load() == blobOf(1, 10));
}

TEST_SUITE_END();

}  // namespace liuhen::hal
