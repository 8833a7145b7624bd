// SPDX-License-Identifier: Apache-2.0
// Assignments in the ledger, and what a start makes of them.
#include "tests/firmware/recorder/assignments.hpp"

namespace liuhen::recorder::test {

namespace {

std::string text(const evidence::Entry& entry, const char* field) {
    const core::Cbor* value = entry.body.find(field);
    return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

core::ErrorKind kindOf(const Result<evidence::Entry>& taken) {
    return taken ? core::ErrorKind::Internal : taken.error().kind;
}

/// Whether the bytes stand anywhere in the ledger.
bool ledgerHolds(Bench& bench, std::string_view words) {
    for (const evidence::Entry& entry : bench.entries()) {
        if (core::textOf(entry.bytes).find(words) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

void record(Bench& bench) {
    bench.press();
    bench.film(1200);
    REQUIRE(bench->end("button").has_value());
}

}  // namespace

TEST_SUITE("recorder/assignment") {
    TEST_CASE("an assignment is entered, named by the start, and outlives the process") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        record(bench);
        CHECK(text(bench.last("start"), "assigned") == "none");
        CHECK(bench.last("start").body.find("assignment")->isNull());
        const auto assignment = assignmentOf(bench, {});
        const auto root = bench.authority.certificate();
        const auto taken = bench->takeAssignment(assignment.encode(), root);
        REQUIRE(taken.has_value());
        CHECK(*bench.last("assignment").body.find("message")->bytes() == assignment.message);
        record(bench);
        const auto start = bench.last("start");
        CHECK(text(start, "assigned") == "valid");
        CHECK(*evidence::Head::fromCbor(*start.body.find("assignment")) == taken->head());
        CHECK(start.body.find("wearer") != nullptr);
        CHECK_FALSE(ledgerHolds(bench, "Wang Wu"));
        CHECK_FALSE(ledgerHolds(bench, "market"));
        bench.stop();

        // The names are gone with the process; the entry still says who it was.
        bench.mustStart();
        CHECK(bench->assignmentState() == AssignmentState::Valid);
        CHECK(bench->assigned()->content.number == "2026-17");
        record(bench);
        CHECK(*evidence::Head::fromCbor(*bench.last("start").body.find("assignment")) ==
              taken->head());
        CHECK(bench.last("start").body.find("wearer") == nullptr);
        // The same again is no new entry, and brings the names back.
        CHECK(kindOf(bench->takeAssignment(assignment.encode(), root)) ==
              core::ErrorKind::AlreadyExists);
        record(bench);
        CHECK(bench.last("start").body.find("wearer") != nullptr);
        CHECK(bench.kinds()["assignment"] == 1);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("one that is early or expired is entered and keeps nobody from recording") {
        struct Row {
            const char* state;
            core::Microseconds from;
            core::Microseconds until;
        };
        for (const Row& row :
             {Row{"expired", kNow - 2h, kNow - 1h}, Row{"early", kNow + 1h, kNow + 2h}}) {
            CAPTURE(row.state);
            Bench bench({.encrypted = true});
            bench.mustStart();
            Wanted wanted;
            wanted.fromUs = row.from.count();
            wanted.untilUs = row.until.count();
            REQUIRE(bench
                        ->takeAssignment(assignmentOf(bench, wanted).encode(),
                                         bench.authority.certificate())
                        .has_value());
            record(bench);
            CHECK(text(bench.last("start"), "assigned") == row.state);
            CHECK_FALSE(bench.last("start").body.find("assignment")->isNull());
            // The configuration's officer stands in: its own wearer, not the assignment's.
            CHECK(bench.last("start").body.find("wearer") != nullptr);
            REQUIRE(bench->shutdown("button").has_value());
            bench.stop();
            CHECK(bench.verdict() == "intact");
        }
    }

    TEST_CASE("what is not for this recorder, not a dock's or not opened is refused") {
        Bench bench;
        bench.mustStart();
        const auto root = bench.authority.certificate();
        const auto head = bench->ledger().head();
        const auto kind = [&](const evidence::Assignment& assignment) {
            return kindOf(bench->takeAssignment(assignment.encode(), root));
        };
        CHECK(kind(assignmentOf(bench, {.device = "LH-000002"})) ==
              core::ErrorKind::PermissionDenied);
        CHECK(kind(assignmentOf(bench, {.role = crypto::Role::Receipt})) ==
              core::ErrorKind::Unauthenticated);
        auto assignment = assignmentOf(bench, {});
        assignment.names[0].text = "Li Si";
        CHECK(kind(assignment) == core::ErrorKind::InvalidArgument);
        CHECK(kindOf(bench->takeAssignment(core::Buffer(20, 7), root)) ==
              core::ErrorKind::DataLoss);
        CHECK(bench->ledger().head() == head);
        CHECK(bench->assignmentState() == AssignmentState::None);
    }

    TEST_CASE("another wearer in a running shift is a handover, with both names locked") {
        Bench bench({.encrypted = true});
        bench.mustStart();
        const auto root = bench.authority.certificate();
        REQUIRE(bench->takeAssignment(assignmentOf(bench, {}).encode(), root).has_value());
        REQUIRE(bench
                    ->takeAssignment(
                        assignmentOf(bench, {.number = "2026-18", .wearer = "Li Si 4712"}).encode(),
                        root)
                    .has_value());
        CHECK(bench.kinds()["handover"] == 1);
        CHECK_FALSE(ledgerHolds(bench, "Li Si"));
        record(bench);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");

        Bench clear;
        clear.mustStart();
        CHECK(kindOf(clear->handover("a", "b")) == core::ErrorKind::FailedPrecondition);
    }
}

}  // namespace liuhen::recorder::test
