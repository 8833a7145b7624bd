// SPDX-License-Identifier: Apache-2.0
// A shift of eight hours in compressed time: assignment, recordings, an off stretch, a clock set
// back, a process that dies, docking; and the hours as the ledger tells them.
#include "common/evidence/shift.hpp"
#include "tests/firmware/recorder/assignments.hpp"

namespace liuhen::recorder::test {

namespace {

constexpr core::Microseconds kEight{1'790'035'200'000'000};  // 2026-09-22T00:00Z, 08:00 at +08:00

/// A recorder and the true time, which its clock may leave.
class Day {
public:
    Day() : bench({.encrypted = true}) {
        bench.options.bootId = "boot-today";
        bench.reboot(30s, kEight - 10min);
        bench.mustStart();
    }

    [[nodiscard]] core::Microseconds now() const { return bench.clock.utc() + wrongBy_; }
    /// In standby until this minute of the shift.
    void idleUntil(std::chrono::minutes minute) {
        while (now() < kEight + minute) {
            bench.clock.advance(std::min<core::Nanoseconds>(1s, kEight + minute - now()));
            bench->tick(80, 5'000'000'000);
        }
    }
    void record(std::chrono::minutes length) {
        bench.press();
        film(length);
        REQUIRE(bench->end("button").has_value());
    }
    void film(std::chrono::minutes length) {
        bench.film(static_cast<int>(std::chrono::milliseconds(length).count()));
    }
    void stepClock(core::Microseconds by) {
        bench.clock.setUtc(bench.clock.utc() + by);
        wrongBy_ -= by;
    }
    void dock(std::uint8_t nonce) {
        REQUIRE(bench->dock(core::Buffer(32, nonce)).has_value());
        REQUIRE(bench->setClock(now().count(), core::Buffer(10, 1)).has_value());
    }

    Bench bench;

private:
    core::Microseconds wrongBy_{};
};

/// Recorded/idle/off/missing, in minutes.
std::string minutes(const evidence::DoingTimes& times) {
    const auto of = [&times](evidence::Doing doing) {
        return (times[static_cast<std::size_t>(doing)] + 30'000'000) / 60'000'000;
    };
    using enum evidence::Doing;
    return fmt::format("{}/{}/{}/{}", of(Recorded), of(Idle), of(Off), of(Missing));
}

}  // namespace

TEST_SUITE("recorder/working_day") {
    TEST_CASE("eight hours are told hour by hour, and the ledger is intact") {
        Day day;
        Bench& bench = day.bench;
        day.dock(1);
        Wanted shift;
        shift.fromUs = kEight.count();
        shift.untilUs = (kEight + 8h).count();
        REQUIRE(
            bench
                ->takeAssignment(assignmentOf(bench, shift).encode(), bench.authority.certificate())
                .has_value());
        day.idleUntil(20min);
        day.record(10min);
        day.idleUntil(110min);
        day.record(20min);  // over the hour
        day.idleUntil(150min);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        bench.options.bootId = "boot-2";
        bench.reboot(5s, kEight + 3h);  // half an hour off
        bench.mustStart();
        bench.press();
        day.film(5min);
        day.stepClock(-2h);
        day.film(5min);
        REQUIRE(bench->end("button").has_value());
        day.idleUntil(360min);
        bench.press();
        day.film(5min);
        bench.stop();  // killed; the machine stays up
        bench.clock.advance(kEight + 370min - day.now());
        bench.mustStart();
        REQUIRE(bench->recording());
        bench.beginFilming();
        day.film(5min);
        REQUIRE(bench->end("button").has_value());
        day.idleUntil(470min);
        day.dock(2);
        day.idleUntil(485min);
        REQUIRE(bench->shutdown("docked").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");

        evidence::ShiftTimeline timeline;
        std::optional<evidence::AssignmentMessage> assignment;
        for (const evidence::Entry& entry : bench.entries()) {
            timeline.take(entry);
            if (entry.kind == "assignment") {
                assignment =
                    *evidence::AssignmentMessage::parse(*entry.body.find("message")->bytes());
            }
        }
        REQUIRE(assignment.has_value());
        const auto table = timeline.table(assignment->fromUs, assignment->untilUs);
        std::vector<std::string> hours;
        for (const evidence::ShiftHour& hour : table.hours) {
            hours.push_back(minutes(hour.times));
        }
        CHECK(hours == std::vector<std::string>{"10/50/0/0",
                                                "10/50/0/0",
                                                "10/20/30/0",
                                                "10/50/0/0",
                                                "0/60/0/0",
                                                "0/60/0/0",
                                                "10/45/0/5",
                                                "0/60/0/0"});
        CHECK(minutes(table.total) == "50/395/30/5");
        CHECK(table.unplacedUs == 0);
        const auto kinds = bench.kinds();
        CHECK(kinds.at("heartbeat") > 390);
        CHECK(kinds.at("clock") == 3);
        // The shift begins in the ledger; its end is not told: by the wrong clock it is 14:05.
        std::vector<std::string> states;
        for (const evidence::Entry& entry : bench.entries()) {
            const std::string state =
                entry.kind == "heartbeat" ? *entry.body.find("assigned")->text() : "";
            if (!state.empty() && (states.empty() || states.back() != state)) {
                states.push_back(state);
            }
        }
        CHECK(states == std::vector<std::string>{"early", "valid"});
        CHECK(kinds.at("start") == 4);
        CHECK(*bench.last("start").body.find("assigned")->text() == "valid");
    }
}

}  // namespace liuhen::recorder::test
