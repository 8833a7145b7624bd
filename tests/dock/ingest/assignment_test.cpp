// SPDX-License-Identifier: Apache-2.0
// Assignments on their way from the register to a recorder in its bay.
#include "common/evidence/assignment.hpp"

#include "common/net/status.hpp"
#include "dock/ingest/assignment_step.hpp"
#include "tests/dock/ingest/dock_bench.hpp"

#include <optional>
#include <string>

TEST_SUITE_BEGIN("dock/ingest/assignment");

namespace liuhen::test {

using ingest::Outcome;
using ingest::Phase;
using registry::NotedHandout;
using registry::Person;

namespace {

constexpr const char* kDevice = "CAM-1";
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;

Person personOf(std::uint8_t number) {
    Person person{};
    person.fill(number);
    return person;
}

/// A dock with a register in which CAM-1 may go out.
class Desk {
public:
    Desk() {
        const Person custodian = personOf(3);
        enter(registry::Unit{"SC", "Brigade", false}, registry::kDock);
        enter(registry::Officer{personOf(1), "Wang", "SC", "1", "L1", false}, registry::kDock);
        enter(registry::Officer{personOf(2), "Li", "SC", "2", "L2", false}, registry::kDock);
        enter(registry::Officer{custodian, "Zhao", "SC", "3", "", false}, registry::kDock);
        registry::MattersList list{"2026", 0, "", {registry::Matter{}}};
        list.rows[0].number = "1";
        list.rows[0].category = "penalty";
        list.rows[0].step = "inspection";
        enter(list, custodian);
        enter(registry::DeviceBody{kDevice, "", "", "SC"}, custodian);
        enter(registry::Enrolment{kDevice, personOf(1)}, custodian);
    }

    template <class Body>
    void enter(const Body& body, const Person& by) {
        const auto entered = must(records->enter(body, by));
        REQUIRE_FALSE(entered.refusal.has_value());
    }
    registry::HandedOut handOut() {
        const std::int64_t now = clock.utc().count();
        const registry::HandoutOrder order{
            kDevice, personOf(1), {personOf(2)}, {"1"}, "market", now, now + kHour};
        return must(records->handOut(order, personOf(3), {parts.dockKey, parts.dockCertificate}));
    }
    std::string takeOut() {
        const auto out = handOut();
        REQUIRE_FALSE(out.entered.refusal.has_value());
        return out.number;
    }
    NotedHandout noted(const std::string& number) {
        std::optional<NotedHandout> found;
        must(records->look([&](const registry::View& view) { found = *view.handout(number); }));
        return *found;
    }
    Outcome takeIn(const FakeRecorder& recorder) {
        ingest::Progress progress;
        return ingest::Intake(parts, DockBench::place(recorder), progress).run();
    }

    DockBench bench;
    core::SystemClock clock;
    std::unique_ptr<registry::Register> records =
        must(registry::Register::open(bench.vault().folder / "dock", clock));
    ingest::DockParts parts = [this] {
        ingest::DockParts made = bench.parts();
        made.records = records.get();
        return made;
    }();
};

std::size_t assignmentsIn(FakeRecorder& recorder) {
    std::size_t count = 0;
    for (const evidence::Entry& entry : recorder.ledger().entries()) {
        count += entry.kind == "assignment" ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("an intake tells the self check, the next one brings the assignment, once") {
    Desk desk;
    const auto recorder = desk.bench.serve(desk.bench.ledger(kDevice, 1));
    CHECK(desk.handOut().entered.refusal->code == "selfcheck_missing");
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    const std::string number = desk.takeOut();
    CHECK_FALSE(desk.noted(number).delivered.has_value());
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    const NotedHandout noted = desk.noted(number);
    REQUIRE(noted.delivered.has_value());
    const evidence::Entry& last = recorder->ledger().entries().back();
    CHECK(last.kind == "assignment");
    CHECK(noted.delivered->entry->hash == last.hash);
    CHECK(noted.delivered->entry->seq == last.seq);
    const auto message =
        must(evidence::AssignmentMessage::parse(*last.body.find("message")->bytes()));
    CHECK(message.number == number);
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    CHECK(assignmentsIn(*recorder) == 1);
    CHECK(desk.bench.held(kDevice).missing.empty());
}

TEST_CASE("what is not this assignment's entry is a refusal in the book, and spoils no intake") {
    Desk desk;
    const auto recorder = desk.bench.serve(desk.bench.ledger(kDevice, 1));
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    const std::string number = desk.takeOut();
    recorder->instead = [&](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/assignment") {
            return std::nullopt;
        }
        net::Response response;  // an entry of its own, of another kind
        response.body = recorder->ledger().entries().front().bytes;
        return response;
    };
    CHECK(desk.takeIn(*recorder).end == Phase::Done);
    REQUIRE(desk.noted(number).refused.has_value());
    CHECK(desk.noted(number).refused->find("no entry of this recorder") != std::string::npos);
    recorder->instead = [](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/assignment") {
            return std::nullopt;
        }
        return net::errorResponse({core::ErrorKind::PermissionDenied, "it is another recorder's"});
    };
    CHECK(desk.takeIn(*recorder).end == Phase::Done);
    CHECK(desk.noted(number).refused->find("another recorder's") != std::string::npos);
    recorder->instead = nullptr;
    CHECK(desk.takeIn(*recorder).end == Phase::Done);
    CHECK(desk.noted(number).delivered.has_value());
    CHECK_FALSE(desk.noted(number).refused.has_value());
}

TEST_CASE("one that had arrived and was not noted counts as delivered") {
    Desk desk;
    const auto recorder = desk.bench.serve(desk.bench.ledger(kDevice, 1));
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    const std::string number = desk.takeOut();
    recorder->instead = [](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/assignment") {
            return std::nullopt;
        }
        return net::errorResponse({core::ErrorKind::AlreadyExists, "it was entered before"});
    };
    CHECK(desk.takeIn(*recorder).end == Phase::Done);
    REQUIRE(desk.noted(number).delivered.has_value());
    CHECK_FALSE(desk.noted(number).delivered->entry.has_value());
}

TEST_CASE("a self check that failed keeps the recorder in, and a stranger is passed over") {
    Desk desk;
    const auto recorder = desk.bench.serve(desk.bench.ledger(kDevice, 1));
    recorder->selfCheckPassed = false;
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    CHECK(desk.handOut().entered.refusal->code == "selfcheck_failed");
    const auto stranger = desk.bench.serve(desk.bench.ledger("CAM-2", 1));
    const std::size_t before = must(desk.records->history(0, 1000)).size();
    REQUIRE(desk.takeIn(*stranger).end == Phase::Done);
    CHECK(must(desk.records->history(0, 1000)).size() == before);
    recorder->selfCheckPassed = true;
    REQUIRE(desk.takeIn(*recorder).end == Phase::Done);
    CHECK(desk.handOut().entered.refusal == std::nullopt);
}

}  // namespace liuhen::test

TEST_SUITE_END();
