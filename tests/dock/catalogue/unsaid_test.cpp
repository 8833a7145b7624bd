// SPDX-License-Identifier: Apache-2.0
// Interruptions after which nobody was heard saying why.
#include "dock/catalogue/browse.hpp"
#include "dock/catalogue/schema.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

TEST_SUITE_BEGIN("dock/catalogue/unsaid");

namespace liuhen::catalogue {

namespace {

struct Rows {
    Rows()
        : connection(*Connection::open(
              folder / "catalogue.db", Connection::Mode::Write, kSchema, kSchemaVersion)) {
        must("insert into device values ('LH-1')");
        must("insert into generation values ('LH-1', 0, 'genesis', null)");
    }
    void must(const std::string& sql) {
        const auto done = connection.execute(sql);
        CAPTURE(sql);
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    }
    void interruption(int seq, int recording, int startUs) {
        must(
            fmt::format("insert into interruption values ('LH-1', 0, {}, {}, '1', 'power_loss', "
                        "'recorder', {}, null)",
                        seq,
                        recording,
                        startUs));
    }
    void statement(int seq, int recording, int timeUs, const char* what, const char* result) {
        must(fmt::format("insert into statement values ('LH-1', 0, {}, {}, '{}', '{}', 0, 1, {})",
                         seq,
                         recording,
                         what,
                         result,
                         timeUs));
    }
    /// The entries of those that are due, in the order of the answer.
    std::vector<std::uint64_t> unsaid(std::int64_t sinceUs, std::size_t limit = 10) const {
        auto browser = Browser::open(folder.path());
        REQUIRE(browser.has_value());
        const auto found = (*browser)->unsaid(sinceUs, limit);
        REQUIRE(found.has_value());
        std::vector<std::uint64_t> seqs;
        for (const UnsaidInterruption& each : *found) {
            CHECK(each.recording.device == "LH-1");
            CHECK(each.cause == "power_loss");
            seqs.push_back(each.seq);
        }
        return seqs;
    }

    hal::test::TemporaryFolder folder;
    Connection connection;
};

}  // namespace

TEST_CASE("a word counts for the interruption just before it alone") {
    Rows rows;
    rows.interruption(10, 1, 1000);
    rows.interruption(20, 1, 2000);
    CHECK(rows.unsaid(0) == std::vector<std::uint64_t>{20, 10});
    rows.statement(21, 1, 2500, "resume", "heard");
    CHECK(rows.unsaid(0) == std::vector<std::uint64_t>{10});
    rows.statement(11, 1, 1500, "resume", "heard");
    CHECK(rows.unsaid(0).empty());
}

TEST_CASE("silence, another word, and another recording's say nothing") {
    Rows rows;
    rows.interruption(10, 1, 1000);
    rows.statement(11, 1, 1100, "resume", "missing");
    rows.statement(12, 1, 1200, "notice", "heard");
    rows.statement(13, 2, 1300, "resume", "heard");
    rows.statement(9, 1, 900, "resume", "heard");
    CHECK(rows.unsaid(0) == std::vector<std::uint64_t>{10});
}

TEST_CASE("the newest first, as many as asked for, none from before") {
    Rows rows;
    for (int i = 1; i <= 5; ++i) {
        rows.interruption(10 * i, i, 1000 * i);
    }
    CHECK(rows.unsaid(3000) == std::vector<std::uint64_t>{50, 40, 30});
    CHECK(rows.unsaid(0, 2) == std::vector<std::uint64_t>{50, 40});
}

}  // namespace liuhen::catalogue

TEST_SUITE_END();
