// SPDX-License-Identifier: Apache-2.0
// The register's file: what is durable, what another process sees, what a kill leaves.
#include "dock/register/register.hpp"

#include "tests/dock/catalogue/tamper.hpp"
#include "tests/dock/register/desk_bench.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

TEST_SUITE_BEGIN("dock/register/register");

namespace liuhen::registry {

using namespace test;
using catalogue::test::tamper;

namespace {

std::size_t handoutsIn(Register& records) {
    std::size_t count = 0;
    must(records.look([&](const View& view) { count = view.handouts().size(); }));
    return count;
}

}  // namespace

TEST_CASE("the view of a reopened register is that of the one before") {
    DeskBench bench;
    bench.prepare();
    const HandedOut out = bench.handOut(DeskBench::order());
    CHECK(out.number == "2026-0001");
    bench.reopen();
    must(bench.records().look([&](const View& view) {
        const NotedHandout* handout = view.openHandout(kDevice);
        REQUIRE(handout != nullptr);
        CHECK(handout->body.number == "2026-0001");
        CHECK(handout->body.companions == std::vector<Person>{kLi});
        CHECK(handout->handedOut.by == kZhao);
        CHECK(handout->handedOut.us == kMorning);
        CHECK(view.officers().size() == 4);
        CHECK(view.devices().at(kDevice).state == DeviceState::Enrolled);
        CHECK(view.nameOf(kWang) == "王芳");
    }));
    CHECK(bench.refusedOut(DeskBench::order()) == "device_out");
}

TEST_CASE("two that have the register open see each other's events, and refuse by them") {
    DeskBench bench;
    bench.prepare();
    const auto other = must(Register::open(bench.folder.path(), bench.clock));
    CHECK(bench.refusedOut(DeskBench::order()) == "");
    const auto second =
        must(other->handOut(DeskBench::order(), kZhao, Signer{bench.key, bench.certificate}));
    REQUIRE(second.entered.refusal.has_value());
    CHECK(second.entered.refusal->code == "device_out");
    CHECK(handoutsIn(*other) == 1);
    CHECK(must(other->enter(Return{"2026-0001", true, ""}, kZhao)).refusal == std::nullopt);
    CHECK(bench.refused(Return{"2026-0001", true, ""}) == "handout_returned");
}

TEST_CASE("of many who hand out the same recorder at once, one does") {
    DeskBench bench;
    bench.prepare();
    std::vector<std::unique_ptr<Register>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(must(Register::open(bench.folder.path(), bench.clock)));
    }
    std::atomic<int> entered{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (const auto& records : all) {
        threads.emplace_back([&bench, &entered, &refused, one = records.get()] {
            const auto out =
                one->handOut(DeskBench::order(), kZhao, Signer{bench.key, bench.certificate});
            if (out && !out->entered.refusal) {
                ++entered;
            } else if (out && out->entered.refusal->code == "device_out") {
                ++refused;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(entered == 1);
    CHECK(refused == 3);
}

TEST_CASE("an event that was written before the view took it in is in the next view") {
    // What a kill between commit and view leaves: the row alone.
    DeskBench bench;
    bench.prepare();
    CHECK(handoutsIn(bench.records()) == 0);
    const HandedOut out = bench.handOut(DeskBench::order());
    const auto events = must(bench.records().history(0, 1000));
    const Event last = events.back();
    CHECK(last.kind == "handout");
    auto store = must(EventStore::open(bench.folder / "register.db"));
    auto turn = must(store.begin());
    const std::string body = R"({"number":")" + out.number + R"(","undamaged":true,"note":""})";
    must(turn.append(Event{last.id + 1, kMorning + kHour, "return", kZhao, body}));
    must(turn.commit());
    CHECK(bench.refused(Return{out.number, true, ""}) == "handout_returned");
    bench.reopen();
    CHECK(bench.refused(Return{out.number, true, ""}) == "handout_returned");
}

TEST_CASE("a turn that was not committed leaves nothing") {
    DeskBench bench;
    bench.prepare();
    const std::size_t before = must(bench.records().history(0, 1000)).size();
    {
        auto store = must(EventStore::open(bench.folder / "register.db"));
        auto turn = must(store.begin());
        must(turn.append(Event{before + 1, kMorning, "unit", kDock, "{}"}));
    }
    bench.reopen();
    CHECK(must(bench.records().history(0, 1000)).size() == before);
}

TEST_CASE("what was answered outlives kill -9 at any time, and the rest is whole or absent") {
    DeskBench bench;
    bench.prepare();
    for (int round = 0; round < 6; ++round) {
        CAPTURE(round);
        int pipe[2] = {};
        REQUIRE(::pipe(pipe) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            const auto records = Register::open(bench.folder.path(), bench.clock);
            for (unsigned i = 0; records; ++i) {
                const Unit unit{fmt::format("U{}-{}", round, i), "单位", false};
                const auto entered = (*records)->enter(unit, kDock);
                if (!entered || entered->refusal || ::write(pipe[1], "x", 1) != 1) {
                    break;
                }
            }
            ::_exit(1);
        }
        ::close(pipe[1]);
        char byte = 0;
        std::size_t answered = 0;
        for (int i = 0; i < 3 + 7 * round; ++i) {  // each round is killed at another place
            answered += ::read(pipe[0], &byte, 1) == 1 ? 1 : 0;
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        for (ssize_t got = 1; got > 0;) {
            got = ::read(pipe[0], &byte, 1);
            answered += got == 1 ? 1 : 0;
        }
        ::close(pipe[0]);
        bench.reopen();
        std::size_t there = 0;
        must(bench.records().look([&](const View& view) {
            for (const auto& [id, unit] : view.units()) {
                there += id.starts_with(fmt::format("U{}-", round)) ? 1 : 0;
            }
        }));
        CHECK(answered >= 3);
        CHECK(there >= answered);
        CHECK(there <= answered + 1);
    }
    CHECK(bench.refusedOut(DeskBench::order()) == "");
}

TEST_CASE("a register that other hands changed is told, not shown") {
    struct Row {
        const char* name;
        const char* sql;
    };
    for (const Row& row :
         {Row{"an event is gone", "drop trigger event_stays; delete from event where id = 5"},
          Row{"a body is no JSON",
              "drop trigger event_stands; update event set body = 'abc' where id = 3"},
          Row{"a key more",
              "drop trigger event_stands; update event set body = json_set(body, '$.x', 1) where "
              "id = 3"},
          Row{"a kind nobody knows",
              "drop trigger event_stands; update event set kind = 'deleted' where id = 3"},
          Row{"a second review of one emergency view",
              "insert into event select (select max(id) + 1 from event), time_us, kind, person, "
              "json_set(body, '$.justified', json('true')) from event where kind = "
              "'emergency.reviewed'"},
          Row{"two hand-outs of one device",
              "insert into event select id + 1, time_us, kind, person, "
              "json_set(body, '$.number', '2026-0002') from event order by id desc limit 1"}}) {
        CAPTURE(row.name);
        SUBCASE(row.name) {
            DeskBench bench;
            bench.prepare();
            bench.enter(EmergencyReview{personOf(5), personOf(6), false, personOf(7)});
            static_cast<void>(bench.handOut(DeskBench::order()));
            REQUIRE(tamper(bench.folder / "register.db", row.sql).empty());
            const auto opened = Register::open(bench.folder.path(), bench.clock);
            REQUIRE_FALSE(opened.has_value());
            CHECK(opened.error().kind == core::ErrorKind::DataLoss);
        }
    }
}

TEST_CASE("the register's own connection changes and removes nothing") {
    DeskBench bench;
    bench.prepare();
    auto connection = must(catalogue::Connection::open(
        bench.folder / "register.db", catalogue::Connection::Mode::Shared, "", 1));
    for (const char* sql : {"delete from event",
                            "update event set person = zeroblob(32)",
                            "drop table event",
                            "insert or replace into event select * from event",
                            "pragma user_version = 7",
                            "attach 'x' as y"}) {
        CAPTURE(std::string(sql));
        CHECK_FALSE(connection.execute(sql).has_value());
    }
    bench.reopen();
    CHECK(bench.refusedOut(DeskBench::order()) == "");
}

TEST_CASE("other programs change and remove no event by mistake either") {
    DeskBench bench;
    bench.prepare();
    CHECK(tamper(bench.folder / "register.db", "delete from event") == "an event is never removed");
    CHECK(tamper(bench.folder / "register.db", "update event set time_us = 1") ==
          "an event is never changed");
}

TEST_CASE("a file of another version is refused with what to do") {
    DeskBench bench;
    REQUIRE(tamper(bench.folder / "register.db", "pragma user_version = 2").empty());
    const auto opened = Register::open(bench.folder.path(), bench.clock);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().kind == core::ErrorKind::FailedPrecondition);
    CHECK(opened.error().message.find("use the program that it was made with") !=
          std::string::npos);
}

TEST_CASE("while the register cannot be read nobody is admitted") {
    DeskBench bench;
    bench.prepare();
    CHECK(bench.records().admits(kDevice));
    CHECK(bench.records().admits("LH-STRANGER"));
    REQUIRE(tamper(bench.folder / "register.db",
                   "insert into event select id + 1, time_us, 'odd', person, body from event "
                   "order by id desc limit 1")
                .empty());
    CHECK_FALSE(bench.records().admits(kDevice));
    CHECK_FALSE(bench.records().admits("LH-STRANGER"));
}

}  // namespace liuhen::registry

TEST_SUITE_END();
