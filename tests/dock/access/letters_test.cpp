// SPDX-License-Identifier: Apache-2.0
// Scans: kept once, whole, readable by the dock alone, and never taken for another.
#include "dock/access/letters.hpp"

#include "common/crypto/digest.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/access/letters");

namespace liuhen::access {

namespace {

std::unique_ptr<Letters> opened(const hal::test::TemporaryFolder& folder) {
    auto letters = Letters::open(folder.path());
    REQUIRE(letters.has_value());
    return *std::move(letters);
}

core::Buffer scanOf(const std::string& text) {
    return core::toBuffer(core::viewOf("%PDF-1.7\n" + text));
}

std::string pathOf(const hal::test::TemporaryFolder& folder, const core::Digest& scan) {
    return folder / ("letters/" + core::toHex(scan));
}

template <class T>
core::ErrorKind kindOf(const core::Result<T>& failed) {
    REQUIRE_FALSE(failed.has_value());
    return failed.error().kind;
}

unsigned modeOf(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a scan is read as it was kept, after a start too, and kept twice it is one") {
    const hal::test::TemporaryFolder folder;
    auto letters = opened(folder);
    const core::Buffer scan = scanOf("one");
    const auto kept = letters->keep(scan);
    REQUIRE(kept.has_value());
    CHECK(*kept == crypto::sha256(scan));
    CHECK(modeOf(folder / "letters") == 0700U);
    CHECK(modeOf(pathOf(folder, *kept)) == 0600U);
    letters = opened(folder);
    REQUIRE(letters->keep(scan).has_value());
    const auto read = letters->read(*kept);
    REQUIRE(read.has_value());
    CHECK(*read == scan);
}

TEST_CASE("what is gone and what is altered is told apart, and nothing is replaced") {
    const hal::test::TemporaryFolder folder;
    const auto letters = opened(folder);
    const core::Buffer scan = scanOf("one");
    const auto kept = letters->keep(scan);
    REQUIRE(kept.has_value());
    CHECK(kindOf(letters->read(crypto::sha256(core::viewOf("x")))) == core::ErrorKind::NotFound);
    for (const std::string& other :
         {std::string("%PDF-1.7\nOne"), std::string(), std::string(kLetterBytes + 1, 'x')}) {
        write(pathOf(folder, *kept), other);
        CHECK(kindOf(letters->read(*kept)) == core::ErrorKind::DataLoss);
        CHECK(kindOf(letters->keep(scan)) == core::ErrorKind::DataLoss);
        CHECK(std::filesystem::file_size(pathOf(folder, *kept)) == other.size());
    }
    std::filesystem::remove(pathOf(folder, *kept));
    CHECK(kindOf(letters->read(*kept)) == core::ErrorKind::NotFound);
    REQUIRE(letters->keep(scan).has_value());  // as from a backup
    CHECK(*letters->read(*kept) == scan);
}

TEST_CASE("what the power left unfinished is cleared away and in nobody's way") {
    const hal::test::TemporaryFolder folder;
    auto letters = opened(folder);
    const core::Buffer scan = scanOf("one");
    const std::string unfinished = pathOf(folder, crypto::sha256(scan)) + ".new";
    write(unfinished, "%PDF");
    REQUIRE(letters->keep(scan).has_value());
    CHECK_FALSE(std::filesystem::exists(unfinished));
    write(unfinished, "%PDF");
    letters = opened(folder);
    CHECK_FALSE(std::filesystem::exists(unfinished));
    CHECK(*letters->read(crypto::sha256(scan)) == scan);
}

TEST_CASE("a file is judged by its first bytes") {
    using namespace std::string_view_literals;
    const auto type = [](std::string_view text) { return letterTypeOf(core::viewOf(text)); };
    CHECK(type("%PDF-1.4") == LetterType::Pdf);
    CHECK(type("\xFF\xD8\xFF\xE0") == LetterType::Jpeg);
    CHECK(type("\x89PNG\r\n\x1A\n....") == LetterType::Png);
    for (const auto text : {""sv,
                            "%PDF"sv,
                            " %PDF-"sv,
                            "\xFF\xD8"sv,
                            "\x89PNG\n\x1A\n"sv,
                            "PK\x03\x04"sv,
                            "<html>%PDF-"sv,
                            "GIF89a"sv}) {
        CHECK_FALSE(type(text).has_value());
    }
}

}  // namespace liuhen::access

TEST_SUITE_END();
