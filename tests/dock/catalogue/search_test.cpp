// SPDX-License-Identifier: Apache-2.0
// Search: which indexes answer it, what is found, in which order.
#include "dock/catalogue/search.hpp"

#include "dock/catalogue/schema.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <algorithm>
#include <random>
#include <tuple>

#include <doctest/doctest.h>
#include <fmt/format.h>

TEST_SUITE_BEGIN("dock/catalogue/search");

namespace liuhen::catalogue {

namespace {

/// A catalogue whose rows are made here: recordings of one segment each.
struct Shelf {
    Shelf()
        : connection(*Connection::open(
              folder / "catalogue.db", Connection::Mode::Write, kSchema, kSchemaVersion)) {}

    void must(const std::string& sql) {
        const auto done = connection.execute(sql);
        CAPTURE(sql);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    }
    void device(const std::string& name) {
        must(fmt::format("insert into device values ('{}')", name));
        must(fmt::format("insert into generation values ('{}', 0, 'genesis', null)", name));
    }
    /// With its segment, that has a part.
    void recording(const std::string& device, std::uint64_t start, std::int64_t startUs) {
        must(
            fmt::format("insert into recording values ('{}', 0, {}, 'video', 'button', {}, "
                        "null, null)",
                        device,
                        start,
                        startUs));
        must(
            fmt::format("insert into segment values ('{}', 0, {}, 0, {}, null, 100, 1, 0, 0, 1, "
                        "{}, {})",
                        device,
                        start,
                        start + 1,
                        startUs,
                        startUs + 1));
    }
    /// `first`: of a chapter, to `seq`; else it is the segment of the recording `seq`.
    void object(const std::string& device,
                std::optional<std::uint64_t> first,
                std::uint64_t seq,
                const std::string& verdict) {
        ++leaf;
        must(
            fmt::format("insert into object values ({0}, x'{0:064x}', 100, '{1}', '{2}', 0, {3}, "
                        "{4}, {5}, x'{0:064x}', '{6}', 0)",
                        leaf,
                        first ? "chapter" : "segment",
                        device,
                        first ? std::to_string(*first) : "null",
                        first ? "null, null" : fmt::format("{}, 0", seq),
                        seq,
                        verdict));
    }
    /// The plan of a query, a line for each step.
    std::string plan(std::string_view sql) {
        auto asked = connection.prepare("explain query plan " + std::string(sql));
        REQUIRE(asked.has_value());
        std::string lines;
        for (;;) {
            const auto row = asked->step();
            REQUIRE(row.has_value());
            if (!*row) {
                return lines;
            }
            lines += asked->text(3) + "\n";
        }
    }
    RecordingPage page(const RecordingFilter& filter,
                       const std::optional<RecordingPlace>& after = std::nullopt,
                       std::size_t limit = 50) {
        const auto browser = Browser::open(folder.path());
        REQUIRE(browser.has_value());
        auto found = (*browser)->recordings(filter, after, limit);
        REQUIRE(found.has_value());
        return *std::move(found);
    }
    std::uint64_t rowsOfNotIntact() {
        auto asked = connection.prepare("select count(*) from not_intact");
        REQUIRE(asked.has_value());
        REQUIRE(*asked->step());
        return asked->number(0);
    }

    hal::test::TemporaryFolder folder;
    Connection connection;
    std::uint64_t leaf = 0;
};

RecordingFilter ofVerdict(const std::string& verdict) {
    RecordingFilter filter;
    filter.verdict = verdict;
    return filter;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each search reads an index in its order") {
    Shelf shelf;
    for (const bool ofDevice : {false, true}) {
        for (const bool after : {false, true}) {
            CAPTURE(ofDevice);
            CAPTURE(after);
            const std::string all = shelf.plan(searchSql({ofDevice, false, after}));
            CHECK(all == (ofDevice ? "SEARCH recording USING INDEX recording_of_device (device=? "
                                     "AND start_us>? AND start_us<?)\n"
                                   : "SEARCH recording USING INDEX recording_by_time (start_us>? "
                                     "AND start_us<?)\n"));
            const std::string rare = shelf.plan(searchSql({ofDevice, true, after}));
            CHECK(has(rare,
                      ofDevice ? "SEARCH not_intact USING COVERING INDEX not_intact_of_device "
                                 "(device=? AND verdict=? AND start_us>? AND start_us<?)"
                               : "SEARCH not_intact USING PRIMARY KEY (verdict=? AND start_us>? "
                                 "AND start_us<?)"));
            CHECK(has(rare, "SEARCH r USING INDEX sqlite_autoindex_recording_1"));
            // What is sorted again is what was found, no more than the limit.
            CHECK_FALSE(has(rare, "TEMP B-TREE FOR DISTINCT"));
            CHECK_FALSE(has(rare, "SCAN not_intact"));
            CHECK_FALSE(has(rare, "SCAN r"));
        }
    }
}

TEST_CASE("what fills a row is searched and never sorted") {
    Shelf shelf;
    for (const std::string_view sql :
         {kRecordingSql, kSegmentsSql, kChapterSql, kInterruptionsSql}) {
        const std::string plan = shelf.plan(sql);
        CAPTURE(plan);
        CHECK(has(plan, "SEARCH"));
        CHECK_FALSE(has(plan, "SCAN"));
        CHECK_FALSE(has(plan, "TEMP B-TREE"));
    }
    CHECK(
        has(shelf.plan(kChapterSql), "object_of_chapter (device=? AND generation=? AND first<?)"));
}

TEST_CASE("one call finds the rare ones behind more than it looks at") {
    Shelf shelf;
    shelf.device("CAM-1");
    shelf.must("begin");
    for (std::uint64_t i = 0; i < 1200; ++i) {
        shelf.recording("CAM-1", i * 10, static_cast<std::int64_t>(i));
        if (i != 3) {
            shelf.object("CAM-1", std::nullopt, i * 10, i == 7 ? "altered" : "intact");
        }
    }
    shelf.must("commit");
    RecordingFilter filter = ofVerdict("altered");
    for (const bool ofDevice : {false, true}) {
        if (ofDevice) {
            filter.device = "CAM-1";
        }
        const RecordingPage altered = shelf.page(filter);
        REQUIRE(altered.rows.size() == 1);
        CHECK(altered.rows[0].name.start == 70);
        CHECK_FALSE(altered.next.has_value());
    }
    const RecordingPage awaited = shelf.page(ofVerdict("incomplete"));
    REQUIRE(awaited.rows.size() == 1);
    CHECK(awaited.rows[0].name.start == 30);
    CHECK_FALSE(awaited.next.has_value());
    CHECK(shelf.page(ofVerdict("unproven")).rows.empty());
    CHECK(shelf.page(ofVerdict("intact")).rows.size() == 50);
}

TEST_CASE("what is not intact is known from the first entry to the last object") {
    Shelf shelf;
    shelf.device("CAM-1");
    shelf.recording("CAM-1", 10, 1);
    shelf.recording("CAM-1", 20, 2);
    CHECK(shelf.rowsOfNotIntact() == 2);  // both are awaited
    shelf.object("CAM-1", std::nullopt, 10, "intact");
    CHECK(shelf.rowsOfNotIntact() == 1);
    CHECK(shelf.page(ofVerdict("incomplete")).rows.size() == 1);
    shelf.object("CAM-1", std::nullopt, 20, "altered");
    CHECK(shelf.page(ofVerdict("incomplete")).rows.empty());
    CHECK(shelf.page(ofVerdict("altered")).rows.size() == 1);
    // A chapter that is not intact speaks for all that began in it, the worst counts.
    shelf.object("CAM-1", 0, 99, "unproven");
    CHECK(shelf.page(ofVerdict("unproven")).rows.size() == 1);
    CHECK(shelf.page(ofVerdict("altered")).rows.size() == 1);
    CHECK(shelf.page(ofVerdict("intact")).rows.empty());
}

TEST_CASE("an object that came before its segment's entry is not awaited, and its verdict counts") {
    Shelf shelf;
    shelf.device("CAM-1");
    shelf.object("CAM-1", std::nullopt, 10, "intact");
    shelf.object("CAM-1", std::nullopt, 20, "altered");
    shelf.recording("CAM-1", 10, 1);
    shelf.recording("CAM-1", 20, 2);
    CHECK(shelf.rowsOfNotIntact() == 1);
    CHECK(shelf.page(ofVerdict("altered")).rows.size() == 1);
}

TEST_CASE("nobody but the schema takes a row out, and only of what is awaited") {
    Shelf shelf;
    shelf.device("CAM-1");
    shelf.recording("CAM-1", 10, 1);
    for (const char* sql : {"delete from not_intact",
                            "delete from recording",
                            "drop trigger segment_is_stored",
                            "update not_intact set verdict = 'altered'"}) {
        CAPTURE(sql);
        CHECK_FALSE(shelf.connection.execute(sql).has_value());
    }
    CHECK(shelf.rowsOfNotIntact() == 1);
    shelf.object("CAM-1", std::nullopt, 10, "incomplete");
    shelf.object("CAM-1", std::nullopt, 10, "intact");  // the first leaf of a place counts
    CHECK(shelf.page(ofVerdict("incomplete")).rows.size() == 1);
}

TEST_CASE("stretches of several recorders are one list, each recording in it once") {
    Shelf shelf;
    std::mt19937_64 draw(7);
    const auto below = [&draw](std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(0, most - 1)(draw);
    };
    struct Made {
        std::int64_t startUs;
        std::string device;
        std::uint64_t start;
        std::string verdict;
    };
    std::vector<Made> made;
    shelf.must("begin");
    for (int camera = 0; camera < 4; ++camera) {
        const std::string device = fmt::format("CAM-{}", camera);
        shelf.device(device);
        for (std::uint64_t i = 0; i < 60; ++i) {
            const std::string verdict = below(5) == 0 ? "altered" : "intact";
            made.push_back({below(300), device, i * 10, verdict});
            shelf.recording(device, i * 10, made.back().startUs);
            shelf.object(device, std::nullopt, i * 10, verdict);
        }
    }
    shelf.must("commit");
    std::sort(made.begin(), made.end(), [](const Made& a, const Made& b) {
        return std::tie(a.startUs, a.device, a.start) > std::tie(b.startUs, b.device, b.start);
    });
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        RecordingFilter filter;
        if (below(4) != 0) {
            filter.within.emplace();
            for (std::int64_t i = 0; i < 12; ++i) {
                const std::int64_t from = below(300);
                filter.within->push_back(
                    {fmt::format("CAM-{}", below(5)), from, from + 1 + below(60)});
            }
        }
        if (below(3) == 0) {
            filter.device = fmt::format("CAM-{}", below(4));
        }
        if (below(3) == 0) {
            filter.fromUs = below(200);
        }
        if (below(3) == 0) {
            filter.toUs = 100 + below(200);
        }
        if (below(2) == 0) {
            filter.verdict = below(2) == 0 ? "altered" : "intact";
        }
        std::vector<std::pair<std::string, std::uint64_t>> want;
        for (const Made& each : made) {
            const auto lies = [&each](const DeviceSpan& span) {
                return span.device == each.device && each.startUs >= span.fromUs &&
                       each.startUs < span.toUs;
            };
            if (each.device == filter.device.value_or(each.device) &&
                each.startUs >= filter.fromUs.value_or(0) &&
                each.startUs < filter.toUs.value_or(INT64_MAX) &&
                each.verdict == filter.verdict.value_or(each.verdict) &&
                (!filter.within ||
                 std::any_of(filter.within->begin(), filter.within->end(), lies))) {
                want.emplace_back(each.device, each.start);
            }
        }
        std::vector<std::pair<std::string, std::uint64_t>> found;
        std::optional<RecordingPlace> after;
        do {
            const RecordingPage page = shelf.page(filter, after, 7);
            REQUIRE((page.rows.size() == 7 || !page.next));
            for (const RecordingRow& row : page.rows) {
                found.emplace_back(row.name.device, row.name.start);
            }
            after = page.next;
        } while (after);
        CHECK(found == want);
    }
}

TEST_CASE(
    "a statement that is prepared again has neither the values nor the rows of the last one") {
    Shelf shelf;
    shelf.device("CAM-1");
    shelf.device("CAM-2");
    constexpr std::string_view kSql = "select device from device where device >= ?1 or ?1 is null";
    {
        auto first = shelf.connection.prepare(kSql);
        auto beside = shelf.connection.prepare(kSql);
        REQUIRE((first && beside));
        first->bind(std::string_view("CAM-2"));
        beside->bind(std::string_view("CAM-1"));
        REQUIRE(*first->step());
        REQUIRE(*beside->step());
        CHECK(first->text(0) == "CAM-2");
        CHECK(beside->text(0) == "CAM-1");
    }
    auto again = shelf.connection.prepare(kSql);
    REQUIRE(again.has_value());
    REQUIRE(*again->step());
    CHECK(again->text(0) == "CAM-1");
}

}  // namespace liuhen::catalogue

TEST_SUITE_END();
