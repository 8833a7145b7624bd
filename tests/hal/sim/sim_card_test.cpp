// SPDX-License-Identifier: Apache-2.0
// The simulated card: its quota and its absence, as the files feel them.
#include "hal/sim/sim_card.hpp"

#include "common/core/fault_files.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

namespace {

struct Bench {
    core::FaultFiles system;
    std::unique_ptr<SimCard> card;
    std::unique_ptr<SimFiles> files;

    explicit Bench(std::uint64_t quotaBytes = UINT64_MAX) {
        REQUIRE(system.makeFolders("/card/footage"));
        REQUIRE(system.makeFolders("/flash"));
        auto opened = SimCard::open(system, "/card", quotaBytes);
        REQUIRE(opened);
        card = *std::move(opened);
        files = std::make_unique<SimFiles>(system, card->state());
    }
};

core::Result<void> append(core::File& file, std::size_t bytes) {
    const core::Buffer content(bytes, 7);
    const std::size_t half = bytes / 2;
    const core::ByteView pieces[] = {core::ByteView(content).first(half),
                                     core::ByteView(content).subspan(half)};
    return file.append(pieces);
}

}  // namespace

TEST_SUITE_BEGIN("hal/sim/sim_card");

TEST_CASE("at the quota what fits is written, then the card is full; elsewhere there is no quota") {
    Bench bench(1000);
    auto file = *bench.files->open("/card/footage/1.mp4", core::OpenMode::CreateNew);
    REQUIRE(append(*file, 600));
    CHECK(*bench.card->freeBytes() == 400);
    auto full = append(*file, 600);
    REQUIRE_FALSE(full);
    CHECK(full.error().kind == core::ErrorKind::ResourceExhausted);
    CHECK(*file->size() == 1000);
    CHECK(*bench.card->freeBytes() == 0);
    CHECK(*bench.files->freeBytes("/card/footage") == 0);
    auto flash = *bench.files->open("/flash/a", core::OpenMode::CreateNew);
    CHECK(append(*flash, 5000));
    CHECK(*bench.card->freeBytes() == 0);
}

TEST_CASE("space comes back when a file is shortened, replaced or removed") {
    Bench bench(1000);
    auto one = *bench.files->open("/card/1", core::OpenMode::CreateNew);
    auto two = *bench.files->open("/card/2", core::OpenMode::CreateNew);
    REQUIRE(append(*one, 300));
    REQUIRE(append(*two, 500));
    REQUIRE(one->truncate(100));
    CHECK(*bench.card->freeBytes() == 400);
    REQUIRE(bench.files->rename("/card/1", "/card/2"));
    CHECK(*bench.card->freeBytes() == 900);
    REQUIRE(bench.files->remove("/card/2"));
    CHECK(*bench.card->freeBytes() == 1000);
}

TEST_CASE("what lies on the card at the start counts against the quota") {
    core::FaultFiles system;
    REQUIRE(system.makeFolders("/card/a/b"));
    auto file = *system.open("/card/a/b/old", core::OpenMode::CreateNew);
    REQUIRE(append(*file, 250));
    auto card = SimCard::open(system, "/card", 1000);
    REQUIRE(card);
    CHECK(*(*card)->freeBytes() == 750);
}

TEST_CASE(
    "a pulled card fails everything on it, and files open at the pull stay dead after its return") {
    Bench bench;
    auto before = *bench.files->open("/card/footage/1.mp4", core::OpenMode::CreateNew);
    REQUIRE(append(*before, 10));
    bench.card->pull();
    CHECK_FALSE(bench.card->present());
    CHECK_FALSE(bench.card->freeBytes());
    const auto written = append(*before, 10);
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == core::ErrorKind::DataLoss);
    CHECK_FALSE(before->sync());
    CHECK_FALSE(bench.files->open("/card/x", core::OpenMode::CreateNew));
    CHECK_FALSE(bench.files->exists("/card/footage/1.mp4"));
    CHECK_FALSE(bench.files->list("/card"));
    CHECK(bench.files->open("/flash/late", core::OpenMode::CreateNew));
    CHECK(bench.files->makeFolders("/cardigan"));  // only looks like the card's folder

    bench.card->putBack();
    CHECK(bench.files->exists("/card/footage/1.mp4"));
    CHECK_FALSE(append(*before, 10));
    auto again = bench.files->open("/card/footage/1.mp4", core::OpenMode::AppendExisting);
    REQUIRE(again);
    CHECK(append(**again, 10));
    CHECK(*(*again)->size() == 20);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
