// SPDX-License-Identifier: Apache-2.0
// The catalogue: what a chapter becomes, and what cannot be done to it.
#include "dock/catalogue/catalogue.hpp"

#include "dock/catalogue/schema.hpp"
#include "tests/dock/ingest/fake_recorder.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/catalogue/catalogue");

namespace liuhen::catalogue {

using core::Cbor;
using test::FakeLedger;

namespace {

FakeLedger sample() {
    const core::Microseconds now = core::SystemClock().utc();
    static const crypto::Authority agency = *crypto::Authority::create("Test", 1, now);
    FakeLedger ledger(agency, "CAM-1", now);
    const auto recording = ledger.record(2, 3);
    ledger.add("mark", Cbor::map({{"recording", recording}, {"what", "focus"}, {"at", 1}}));
    ledger.dock(core::Buffer(16, 1));
    return ledger;
}

EntrySource sourceOf(const std::vector<evidence::Entry>& entries, std::size_t from = 0) {
    return [&entries, next = from]() mutable -> Result<std::optional<evidence::Entry>> {
        if (next == entries.size()) {
            return std::optional<evidence::Entry>();
        }
        return std::optional<evidence::Entry>(entries[next++]);
    };
}

LoggedObject objectOf(const evidence::Entry& last, std::uint64_t first, std::uint64_t index) {
    evidence::ObjectLeaf leaf;
    leaf.object = crypto::sha256(last.bytes);
    leaf.size = 100;
    leaf.type = "chapter";
    leaf.device = last.device;
    leaf.generation = last.generation;
    leaf.seq = last.seq;
    leaf.entry = last.hash;
    leaf.first = first;
    leaf.verdict = "intact";
    return {index, leaf};
}

std::unique_ptr<Catalogue> opened(const hal::test::TemporaryFolder& folder) {
    auto catalogue = Catalogue::open(folder.path());
    REQUIRE(catalogue.has_value());
    return *std::move(catalogue);
}

}  // namespace

TEST_CASE("a chapter becomes rows that say what its entries say") {
    const hal::test::TemporaryFolder folder;
    const auto catalogue = opened(folder);
    FakeLedger ledger = sample();
    const auto& entries = ledger.entries();
    const LoggedObject object = objectOf(entries.back(), 0, 1);
    REQUIRE(catalogue->project(sourceOf(entries), object).has_value());
    const auto end = catalogue->lastChapter("CAM-1", 0);
    REQUIRE((end && *end));
    CHECK((*end)->seq == entries.back().seq);
    CHECK((*end)->entry == entries.back().hash);
    const auto open = catalogue->segmentsWithoutObject("CAM-1", 0, 10);
    REQUIRE(open.has_value());
    REQUIRE(open->size() == 2);
    for (const SegmentRow& row : *open) {
        CHECK(row.parts == 3);
        CHECK(row.partsLost == 0);
        CHECK(row.sizeBytes == ledger.files().at({row.recording, row.segment}).size());
        CHECK(row.entry.has_value());
    }
    CHECK(*catalogue->objectCount() == 1);
    CHECK(*catalogue->highestLeaf() == std::optional<std::uint64_t>(1));
    CHECK(catalogue->undelivered("CAM-1", 10)->size() == 1);
    REQUIRE(catalogue->noteDelivered(object.leaf.object, 1).has_value());
    CHECK(catalogue->undelivered("CAM-1", 10)->empty());
    REQUIRE(catalogue->singleCopies("CAM-1", 0, 10)->size() == 1);
    CHECK(catalogue->singleCopies("CAM-1", 0, 10)->front().object == object.leaf.object);
    CHECK(catalogue->singleCopies("CAM-1", 1, 10)->empty());
    CHECK(catalogue->singleCopies("CAM-2", 0, 10)->empty());
    CHECK(catalogue->singleCopies("CAM-1", 0, 10, object.index)->empty());
    REQUIRE(catalogue->noteDelivered(object.leaf.object, UINT64_MAX).has_value());
    CHECK(catalogue->singleCopies("CAM-1", 0, 10)->empty());
}

TEST_CASE("what is entered twice is there once") {
    const hal::test::TemporaryFolder folder;
    const auto catalogue = opened(folder);
    const FakeLedger ledger = sample();
    const LoggedObject object = objectOf(ledger.entries().back(), 0, 1);
    for (int i = 0; i < 2; ++i) {
        REQUIRE(catalogue->project(sourceOf(ledger.entries()), object).has_value());
    }
    CHECK(*catalogue->objectCount() == 1);
    CHECK(catalogue->generations()->size() == 1);
}

TEST_CASE("a lost part is not counted into the size of its segment") {
    const hal::test::TemporaryFolder folder;
    const auto catalogue = opened(folder);
    const core::Microseconds now = core::SystemClock().utc();
    const auto agency = *crypto::Authority::create("Test", 1, now);
    FakeLedger ledger(agency, "CAM-1", now);
    ledger.add("start", Cbor::map({{"manner", "video"}, {"trigger", "button"}, {"press", 1}}));
    evidence::SegmentBody segment;
    segment.recording = 2;
    segment.initSize = 1000;
    ledger.add("segment", segment.toCbor());
    evidence::PartBody part;
    part.recording = 2;
    part.offset = 1000;
    part.size = 500;
    const auto kept = ledger.add("part", part.toCbor());
    part.part = 1;
    part.offset = 1500;
    const auto lost = ledger.add("part", part.toCbor());
    ledger.add("part.lost", Cbor::map({{"entry", lost.seq}, {"reason", "full"}}));
    ledger.dock(core::Buffer(16, 1));
    const LoggedObject object = objectOf(ledger.entries().back(), 0, 1);
    REQUIRE(catalogue->project(sourceOf(ledger.entries()), object).has_value());
    const auto row = catalogue->segment("CAM-1", 0, 2, 0);
    REQUIRE((row && *row));
    CHECK((*row)->parts == 2);
    CHECK((*row)->partsLost == 1);
    CHECK((*row)->sizeBytes == 1500 + 24 + kept.bytes.size());
    CHECK((*row)->entry == kept.hash);
}

TEST_CASE("entries that are no chapter leave nothing behind") {
    const hal::test::TemporaryFolder folder;
    const auto catalogue = opened(folder);
    FakeLedger ledger = sample();
    ledger.record(1, 1);
    const LoggedObject object = objectOf(ledger.entries().back(), 0, 1);
    const auto open = catalogue->project(sourceOf(ledger.entries()), object);
    REQUIRE_FALSE(open.has_value());
    CHECK(open.error().kind == core::ErrorKind::InvalidArgument);
    auto entries = ledger.entries();
    entries.erase(entries.begin() + 3);
    CHECK_FALSE(catalogue->project(sourceOf(entries), object).has_value());
    CHECK(catalogue->generations()->empty());
    CHECK(*catalogue->objectCount() == 0);
}

TEST_CASE("a second process is refused, a reader is not") {
    const hal::test::TemporaryFolder folder;
    const auto catalogue = opened(folder);
    const auto second = Catalogue::open(folder.path());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == core::ErrorKind::AlreadyExists);
    const FakeLedger ledger = sample();
    const LoggedObject object = objectOf(ledger.entries().back(), 0, 1);
    REQUIRE(catalogue->project(sourceOf(ledger.entries()), object).has_value());
    const auto reader = Catalogue::openReading(folder.path());
    REQUIRE(reader.has_value());
    CHECK(*(*reader)->objectCount() == 1);
    CHECK_FALSE((*reader)->noteDelivered(object.leaf.object, 1).has_value());
}

TEST_CASE("rows cannot be changed, removed or replaced") {
    const hal::test::TemporaryFolder folder;
    auto connection =
        Connection::open(folder / "test.db", Connection::Mode::Write, kSchema, kSchemaVersion);
    REQUIRE(connection.has_value());
    REQUIRE(connection->execute("insert into device values ('CAM-1')").has_value());
    for (const char* sql : {"delete from device",
                            "update device set device = 'CAM-2'",
                            "drop table device",
                            "alter table device rename to other",
                            "attach 'other.db' as other",
                            "pragma user_version = 7",
                            "create table other (a)",
                            "insert into device values (\"CAM-3\")"}) {
        CAPTURE(sql);
        CHECK_FALSE(connection->execute(sql).has_value());
    }
    auto count = connection->prepare("select count(*) from device where device = 'CAM-1'");
    REQUIRE(count.has_value());
    REQUIRE(*count->step());
    CHECK(count->number(0) == 1);
}

TEST_CASE("a catalogue of another version is refused with what to do") {
    const hal::test::TemporaryFolder folder;
    {
        auto other = Connection::open(
            folder / "catalogue.db", Connection::Mode::Write, kSchema, kSchemaVersion + 1);
        REQUIRE(other.has_value());
    }
    const auto refused = Catalogue::open(folder.path());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == core::ErrorKind::FailedPrecondition);
    CHECK(refused.error().message.find("liuhen-dock rebuild") != std::string::npos);
}

}  // namespace liuhen::catalogue

TEST_SUITE_END();
