// SPDX-License-Identifier: Apache-2.0
// Recordings as people search them.
#include "dock/catalogue/browse.hpp"

#include "dock/catalogue/catalogue.hpp"
#include "tests/dock/ingest/fake_recorder.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/catalogue/browse");

namespace liuhen::catalogue {

using core::Cbor;
using test::FakeLedger;

namespace {

/// A catalogue with three recordings of CAM-1, the last one of two segments with a mark.
struct Shelf {
    Shelf() {
        const core::Microseconds now = core::SystemClock().utc();
        const crypto::Authority agency = *crypto::Authority::create("Test", 1, now);
        FakeLedger ledger(agency, "CAM-1", now);
        for (const std::uint64_t segments : {1U, 1U, 2U}) {
            starts.push_back(ledger.record(segments, 2));
        }
        ledger.add("mark", Cbor::map({{"recording", starts[2]}, {"what", "focus"}, {"at", 1}}));
        const evidence::Entry last = ledger.dock(core::Buffer(16, 1));
        evidence::ObjectLeaf leaf = leafOf(1, "chapter", "intact");
        leaf.first = 0;
        leaf.seq = last.seq;
        leaf.entry = last.hash;
        catalogue = *Catalogue::open(folder.path());
        const auto& entries = ledger.entries();
        const EntrySource source = [&entries, next = std::size_t{0}]() mutable {
            return next == entries.size() ? Result<std::optional<evidence::Entry>>(std::nullopt)
                                          : Result<std::optional<evidence::Entry>>(entries[next++]);
        };
        REQUIRE(catalogue->project(source, {1, leaf}).has_value());
        browser = *Browser::open(folder.path());
    }
    static evidence::ObjectLeaf leafOf(std::uint8_t object, const char* type, const char* verdict) {
        evidence::ObjectLeaf leaf;
        leaf.object = Digest{object};
        leaf.size = 1000;
        leaf.type = type;
        leaf.device = "CAM-1";
        leaf.verdict = verdict;
        return leaf;
    }
    void store(std::uint64_t index,
               std::size_t recording,
               std::uint64_t segment,
               const char* verdict) {
        evidence::ObjectLeaf leaf = leafOf(static_cast<std::uint8_t>(index), "segment", verdict);
        leaf.recording = starts[recording];
        leaf.segment = segment;
        const std::vector<LoggedObject> objects = {{index, leaf}};
        REQUIRE(catalogue->project(objects).has_value());
    }
    std::vector<RecordingRow> all(const RecordingFilter& filter = {}) {
        auto page = browser->recordings(filter, std::nullopt, 10);
        REQUIRE(page.has_value());
        CHECK_FALSE(page->next.has_value());
        return std::move(page->rows);
    }

    hal::test::TemporaryFolder folder;
    std::unique_ptr<Catalogue> catalogue;
    std::unique_ptr<Browser> browser;
    std::vector<std::uint64_t> starts;
};

}  // namespace

TEST_CASE("a verdict is the worst of what is stored, and incomplete while something is not") {
    Shelf shelf;
    CHECK(shelf.all()[0].verdict == "incomplete");
    shelf.store(2, 2, 0, "intact");
    CHECK(shelf.all()[0].verdict == "incomplete");
    CHECK(shelf.all()[0].storedSegments == 1);
    shelf.store(3, 2, 1, "intact");
    const RecordingRow whole = shelf.all()[0];
    CHECK(whole.verdict == "intact");
    CHECK(whole.segments == 2);
    CHECK(whole.storedSegments == 2);
    CHECK(whole.sizeBytes == 2000);
    shelf.store(4, 0, 0, "altered");
    CHECK(shelf.all()[2].verdict == "altered");
    RecordingFilter filter;
    filter.verdict = "altered";
    CHECK(shelf.all(filter).size() == 1);
}

TEST_CASE("pages follow one another, the newest first") {
    Shelf shelf;
    std::vector<std::uint64_t> seen;
    std::optional<RecordingPlace> after;
    do {
        const auto page = shelf.browser->recordings({}, after, 1);
        REQUIRE(page.has_value());
        REQUIRE(page->rows.size() == 1);
        seen.push_back(page->rows[0].name.start);
        after = page->next;
    } while (after && seen.size() < 10);
    CHECK(seen == std::vector<std::uint64_t>{shelf.starts[2], shelf.starts[1], shelf.starts[0]});
}

TEST_CASE("filters hold for device, time and spans") {
    Shelf shelf;
    const std::int64_t time = shelf.all()[1].startUs;
    RecordingFilter filter;
    filter.device = "CAM-2";
    CHECK(shelf.all(filter).empty());
    filter.device = "CAM-1";
    CHECK(shelf.all(filter).size() == 3);
    filter.fromUs = time;
    filter.toUs = time + 1;
    CHECK(shelf.all(filter).size() == 1);
    RecordingFilter spans;
    spans.within = std::vector<DeviceSpan>{};
    CHECK(shelf.all(spans).empty());
    spans.within->push_back({"CAM-1", time, time + 1});
    spans.within->push_back({"CAM-2", 0, INT64_MAX});
    REQUIRE(shelf.all(spans).size() == 1);
    CHECK(shelf.all(spans)[0].name.start == shelf.starts[1]);
}

TEST_CASE("a timeline has segments and marks; an unknown recording has none") {
    Shelf shelf;
    shelf.store(2, 2, 0, "intact");
    const auto timeline = shelf.browser->timeline({"CAM-1", 0, shelf.starts[2]});
    REQUIRE(timeline.has_value());
    REQUIRE(timeline->has_value());
    CHECK((*timeline)->recording.name.start == shelf.starts[2]);
    REQUIRE((*timeline)->segments.size() == 2);
    CHECK((*timeline)->segments[0].object == Digest{2});
    CHECK_FALSE((*timeline)->segments[1].object.has_value());
    REQUIRE((*timeline)->marks.size() == 1);
    CHECK((*timeline)->marks[0].what == "focus");
    CHECK_FALSE(shelf.browser->timeline({"CAM-1", 1, shelf.starts[2]})->has_value());
}

}  // namespace liuhen::catalogue

TEST_SUITE_END();
