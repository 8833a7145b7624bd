// SPDX-License-Identifier: Apache-2.0
// Bounds on what a check keeps: problems, findings, records.
#include "common/evidence/budget.hpp"
#include "common/evidence/entry_stream.hpp"
#include "common/evidence/verdict.hpp"

#include <doctest/doctest.h>

namespace liuhen::evidence {

namespace {

Problem problem(Verdict verdict, std::uint64_t seq) {
    return Problem{verdict, Place{0, seq, std::nullopt, std::nullopt}, "test"};
}

}  // namespace

TEST_SUITE("common/evidence/problems") {
    TEST_CASE("problems stand in the order of their turns") {
        ProblemList list;
        list.add(problem(Verdict::Altered, 5));
        const std::uint64_t later = list.reserve();
        list.add(problem(Verdict::Altered, 7));
        list.add(later, problem(Verdict::Incomplete, 6));
        const auto told = list.take();
        REQUIRE(told.size() == 3);
        CHECK(told[0].place.seq == 5);
        CHECK(told[1].place.seq == 6);
        CHECK(told[2].place.seq == 7);
        CHECK(list.leftOut() == 0);
    }

    TEST_CASE("of too many the worst are kept, and of those the lowest") {
        ProblemList list;
        for (std::uint64_t seq = 5 * kMaxProblems; seq > 0; --seq) {
            list.add(problem(Verdict::Incomplete, seq));
        }
        list.add(problem(Verdict::Altered, 9'999'999));
        for (std::uint64_t seq = 0; seq < 3 * kMaxProblems; ++seq) {
            list.add(problem(Verdict::Unproven, seq));
        }
        Report report;
        report.join(list);
        CHECK(report.problems.size() == kMaxProblems);
        CHECK(report.problemsLeftOut == 7 * kMaxProblems + 1);
        REQUIRE(report.firstBad() != nullptr);
        CHECK(report.firstBad()->place.seq == 9'999'999);
        bool lowest = false;
        for (const Problem& kept : report.problems) {
            CHECK(kept.verdict >= Verdict::Incomplete);
            lowest = lowest || kept.place.seq == 1;
        }
        CHECK(lowest);
    }

    TEST_CASE("findings beyond the bound are counted") {
        Report report;
        for (std::size_t i = 0; i < kMaxFindings + 3; ++i) {
            report.find(Finding{"late", {}, ""});
        }
        CHECK(report.findings.size() == kMaxFindings);
        CHECK(report.findingsLeftOut == 3);
    }

    TEST_CASE("records beyond the budget end the check") {
        Budget budget(100);
        CHECK(budget.take(100).has_value());
        budget.give(50);
        CHECK(budget.take(50).has_value());
        const auto beyond = budget.take(1);
        REQUIRE(!beyond.has_value());
        CHECK(beyond.error().kind == core::ErrorKind::ResourceExhausted);
    }

    TEST_CASE("a window reads any piece of a file") {
        Buffer bytes(3'000'000);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 7 / 3);
        }
        const MemoryFile file(bytes);
        ByteWindow window(file);
        for (const std::size_t at : {0U, 1'048'570U, 5U, 2'999'990U, 2'000'000U}) {
            const auto piece = window.at(at, 100);
            REQUIRE(piece.has_value());
            const std::size_t count = std::min<std::size_t>(100, bytes.size() - at);
            CHECK(core::equal(*piece, ByteView(bytes).subspan(at, count)));
        }
        CHECK(window.at(3'000'000, 1)->empty());
        CHECK(window.at(9'000'000, 1)->empty());
        CHECK(window.at(0, bytes.size())->size() == bytes.size());
    }
}

}  // namespace liuhen::evidence
