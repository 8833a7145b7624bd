// SPDX-License-Identifier: Apache-2.0
// Where a player may begin: few parts are looked at for it, since each is read and decrypted.
#include "dock/vault/open_use.hpp"

#include "tests/common/evidence/clear_sample.hpp"
#include "tests/hal/temporary_folder.hpp"

TEST_SUITE_BEGIN("vault/open_use");

namespace liuhen::vault {

using evidence::test::ClearSample;

namespace {

/// What a view of one stored segment tells of its parts.
Result<std::vector<ListedPart>> askFor(const ClearSample& sample,
                                       std::optional<evidence::MediaSpan> span) {
    const hal::test::TemporaryFolder folder;
    const std::string path = folder / "segment.mp4";
    const auto files = core::systemFiles();
    {
        const auto file = files->open(path, core::OpenMode::CreateNew);
        REQUIRE(file.has_value());
        const core::ByteView whole(sample.stored);
        REQUIRE((*file)->append(std::span(&whole, 1)).has_value());
    }
    const evidence::AccessSubject subject{"LH-1", 0, 3, std::nullopt, span};
    LIUHEN_TRY(
        const auto use,
        OpenUse::open(
            {*files, &sample.recipient}, subject, {StoredSegment{7, path, sample.stored.size()}}));
    LIUHEN_TRY(ListedParts parts, use->parts(7, 0));
    return std::move(parts.parts);
}

std::vector<ListedPart> listed(const ClearSample& sample,
                               std::optional<evidence::MediaSpan> span = std::nullopt) {
    auto parts = askFor(sample, span);
    REQUIRE(parts.has_value());
    return *std::move(parts);
}

std::optional<core::ErrorKind> refused(const ClearSample& sample) {
    const auto parts = askFor(sample, std::nullopt);
    return parts ? std::nullopt : std::optional(parts.error().kind);
}

/// The places of those of which it is told whether they begin with a key frame.
std::vector<std::size_t> toldOf(const std::vector<ListedPart>& parts) {
    std::vector<std::size_t> told;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].key) {
            told.push_back(i);
        }
    }
    return told;
}

}  // namespace

TEST_CASE("key frames are told of about two seconds apart") {
    struct Row {
        std::size_t apart;  // of the sample's, in seconds
        std::vector<std::size_t> told;
    };
    const Row rows[] = {{1, {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                             30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58}},
                        {2, {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28,
                             30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58}},
                        {4, {0, 2, 3, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56}},
                        {12, {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 36, 48}}};
    for (const Row& row : rows) {
        for (const bool locked : {false, true}) {
            CAPTURE(row.apart);
            CAPTURE(locked);
            const ClearSample sample(locked, 60, row.apart);
            const auto parts = listed(sample);
            REQUIRE(parts.size() == 60);
            CHECK(toldOf(parts) == row.told);
            for (const std::size_t i : row.told) {
                CAPTURE(i);
                CHECK(parts[i].key == sample.isKey(i));
            }
        }
    }
}

TEST_CASE("of many parts few are read: a distance that was seen once is relied on") {
    ClearSample sample(true, 60, 4);
    for (const std::size_t part : {8U, 12U, 36U, 56U}) {
        sample.stored[sample.middles[part]] ^= 1U;  // who reads it is told
    }
    CHECK(toldOf(listed(sample)) ==
          std::vector<std::size_t>{0, 2, 3, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56});
    sample.stored[sample.middles[4]] ^= 1U;
    CHECK(refused(sample) == core::ErrorKind::DataLoss);
}

TEST_CASE(
    "a view that does not begin with a key frame looks for one, and learns nothing of its begin") {
    const ClearSample sample(true, 60, 4);
    // Seconds 15 to 70 of the media: parts 5 to 59, of which 8, 12, 16 ... begin with a key frame.
    constexpr std::uint64_t kSecondNs = 1'000'000'000;
    const auto parts = listed(sample, evidence::MediaSpan{15 * kSecondNs, 70 * kSecondNs});
    REQUIRE(parts.size() == 55);
    CHECK(toldOf(parts) ==
          std::vector<std::size_t>{0, 2, 3, 5, 6, 7, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51});
    CHECK(parts[0].key == false);
    CHECK(parts[3].key == true);
    CHECK(parts[6].key == false);
    CHECK(parts[7].key == true);
    CHECK(parts[11].key == true);
}

}  // namespace liuhen::vault

TEST_SUITE_END();
