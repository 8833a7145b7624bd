// SPDX-License-Identifier: Apache-2.0
// People, units, recorders, acts, cases, links: what is refused.
#include "dock/register/links.hpp"
#include "tests/dock/register/desk_bench.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/rules");

namespace liuhen::registry {

using namespace test;

namespace {

Act actOf(std::string number) {
    Act act;
    act.number = std::move(number);
    act.state = "registered";
    act.name = "农贸市场现场检查";
    act.list = "2026";
    act.matter = "1";
    act.unit = "SC";
    act.officers = {kWang, kLi};
    act.fromUs = kMorning;
    act.untilUs = kMorning + kHour;
    return act;
}

const std::string kRecording = recordingId(kDevice, 0, 12);

}  // namespace

TEST_CASE("work and licence numbers belong to one officer who is there") {
    DeskBench bench;
    bench.prepare();
    const Person other = personOf(7);
    CHECK(bench.refused(Officer{other, "钱多", "SC", "4711", "", false}, kDock) == "officer_twice");
    CHECK(bench.refused(Officer{other, "钱多", "SC", "4720", "豫G0002", false}, kDock) ==
          "officer_twice");
    CHECK(bench.refused(Officer{other, "钱多", "SC", "4714", "豫G0004", false}, kDock) == "");
    CHECK(bench.refused(Officer{kSun, "孙磊", "SC", "4714", "豫G0004", false}, kDock) ==
          "officer_twice");
    CHECK(bench.refused(Officer{other, "钱多", "XX", "4714", "", false}, kDock) == "unit_unknown");
    CHECK(bench.refused(Officer{other, "", "SC", "4714", "", false}, kDock) == "text_missing");
    CHECK(bench.refused(Officer{other, "钱多", "SC", "47 14", "", false}, kDock) ==
          "work_number_malformed");
    CHECK(bench.refused(Officer{other, "钱多", "SC", std::string(33, '1'), "", false}, kDock) ==
          "work_number_malformed");
    CHECK(bench.refused(Officer{kDock, "无", "SC", "1", "", false}, kDock) == "person_malformed");
    must(bench.records().look([&](const View& view) {
        CHECK(view.officerByWorkNumber("4714")->person == other);
        CHECK(view.officer(kSun)->closed);  // stays
    }));
}

TEST_CASE("a unit with officers is not closed, and a closed one takes none") {
    DeskBench bench;
    bench.prepare();
    CHECK(bench.refused(Unit{"SC", "大队", true}, kDock) == "unit_has_officers");
    bench.enter(Unit{"GS", "高庄所", false}, kDock);
    bench.enter(Unit{"GS", "高庄所", true}, kDock);
    CHECK(bench.refused(Officer{personOf(7), "钱多", "GS", "4720", "", false}, kDock) ==
          "unit_unknown");
    CHECK(bench.refused(DeviceBody{"LH-2", "", "", "GS"}) == "unit_unknown");
}

TEST_CASE("a recorder is registered under its certificate's name, and enrolled by two") {
    DeskBench bench;
    bench.prepare();
    CHECK(bench.refused(DeviceBody{"LH 2", "", "", "SC"}) == "device_malformed");
    bench.enter(DeviceBody{"LH-2", "", "", "SC"});
    HandoutOrder order = DeskBench::order();
    order.device = "LH-2";
    CHECK(bench.refusedOut(order) == "device_registered");
    CHECK(bench.refused(Enrolment{"LH-2", kZhao}) == "second_person");
    CHECK(bench.refused(Enrolment{"LH-2", kNobody}) == "by_unknown");
    CHECK(bench.refused(Enrolment{"LH-3", kWang}) == "device_unknown");
    bench.enter(Enrolment{"LH-2", kWang});
    CHECK(bench.refusedOut(order) == "selfcheck_missing");
}

TEST_CASE("a card belongs to one officer who is there") {
    DeskBench bench;
    bench.prepare();
    bench.enter(Credential{kWang, "aa", std::nullopt});
    CHECK(bench.refused(Credential{kLi, "aa", std::nullopt}) == "card_twice");
    CHECK(bench.refused(Credential{kSun, "bb", std::nullopt}) == "officer_closed");
    CHECK(bench.refused(Credential{kNobody, "bb", std::nullopt}) == "officer_unknown");
    bench.enter(Credential{kWang, std::nullopt, std::nullopt});
    bench.enter(Credential{kLi, "aa", std::nullopt});
}

TEST_CASE("an act has its matter, its officers, and its times in order") {
    DeskBench bench;
    bench.prepare();
    const Act good = actOf("2026-A-1");
    struct Row {
        const char* name;
        void (*change)(Act&);
        const char* code;
    };
    static constexpr Row kRows[] = {
        {"another matter", [](Act& a) { a.matter = "9"; }, "matter_unknown"},
        {"another list", [](Act& a) { a.list = "2030"; }, "matter_unknown"},
        {"an officer nobody knows", [](Act& a) { a.officers = {kNobody}; }, "officer_unknown"},
        {"an officer twice",
         [](Act& a) {
             a.officers = {kLi, kLi};
         },
         "person_twice"},
        {"no times", [](Act& a) { a.untilUs.reset(); }, "act_times"},
        {"backwards", [](Act& a) { a.untilUs = *a.fromUs - 1; }, "times_backwards"},
        {"another state", [](Act& a) { a.state = "done"; }, "act_state"},
        {"dropped without a reason", [](Act& a) { a.state = "dropped"; }, "text_missing"},
        {"no name", [](Act& a) { a.name = ""; }, "text_missing"},
        {"another unit", [](Act& a) { a.unit = "XX"; }, "unit_unknown"}};
    for (const Row& row : kRows) {
        CAPTURE(row.name);
        Act act = good;
        row.change(act);
        CHECK(bench.refused(act) == row.code);
    }
    Act planned = good;
    planned.state = "planned";
    planned.fromUs.reset();
    planned.untilUs.reset();
    bench.enter(planned);
    bench.enter(good);
    CHECK(bench.refused(planned) == "act_state");
    CHECK(must(bench.records().history(0, 1000)).back().kind == "act");
}

TEST_CASE("acts, recordings and cases are linked many to many, and every step stays told") {
    DeskBench bench;
    bench.prepare();
    bench.enter(actOf("A1"));
    bench.enter(actOf("A2"));
    bench.enter(Case{"豫方市监罚〔2026〕17号", "某超市案", "SC", std::nullopt});
    CHECK(bench.refused(Case{"X", "y", "SC", kMorning + kHour}) == "times_backwards");
    const LinkEnd recording{"recording", kRecording};
    const LinkEnd first{"act", "A1"};
    const LinkEnd second{"act", "A2"};
    const LinkEnd lawsuit{"case", "豫方市监罚〔2026〕17号"};
    bench.enter(linkOf(recording, first));
    bench.enter(linkOf(second, recording));
    bench.enter(linkOf(lawsuit, first));
    CHECK(bench.refused(linkOf(first, recording)) == "link_twice");
    CHECK(bench.refused(linkOf(first, second)) == "link_ends");
    CHECK(bench.refused(Link{recording, first}) == "link_ends");  // ends out of order
    CHECK(bench.refused(linkOf(first, LinkEnd{"case", "nothing"})) == "case_unknown");
    CHECK(bench.refused(linkOf(LinkEnd{"act", "A9"}, recording)) == "act_unknown");
    CHECK(bench.refused(linkOf(first, LinkEnd{"recording", "LH-000001/00/12"})) ==
          "recording_malformed");
    must(bench.records().look([&](const View& view) {
        CHECK(linkedWith(view, recording) == std::vector<LinkEnd>{first, second});
        CHECK(linkedWith(view, first) == std::vector<LinkEnd>{lawsuit, recording});
    }));
    const Link link = linkOf(recording, first);
    CHECK(bench.refused(Unlink{link.a, link.b, ""}) == "text_missing");
    bench.enter(Unlink{link.a, link.b, "关联有误"});
    CHECK(bench.refused(Unlink{link.a, link.b, "再次"}) == "link_unknown");
    bench.enter(link);
    bench.reopen();
    must(bench.records().look([&](const View& view) { CHECK(view.links().size() == 3); }));
    std::size_t steps = 0;
    for (const Event& event : must(bench.records().history(0, 1000))) {
        steps += event.kind == "link" || event.kind == "unlink" ? 1 : 0;
    }
    CHECK(steps == 5);
}

TEST_CASE("an interruption is explained in writing, and a later word adds to it") {
    DeskBench bench;
    bench.prepare();
    const Explanation first{kDevice, 0, 12, 40, "电池接触不良断电。"};
    bench.enter(first);
    Explanation more = first;
    more.words = "已更换电池。";
    bench.enter(more);
    more.words = "";
    CHECK(bench.refused(more) == "text_missing");
    more.words = "一\n二";
    CHECK(bench.refused(more) == "text_malformed");
    CHECK(bench.refused(Explanation{"LH-9", 0, 12, 40, "x"}) == "device_unknown");
    bench.reopen();
    must(bench.records().look([&](const View& view) {
        REQUIRE(view.explanations().size() == 1);
        const auto& told = view.explanations().at({kDevice, 0, 40});
        REQUIRE(told.size() == 2);
        CHECK(told[0].words == "电池接触不良断电。");
        CHECK(told[1].words == "已更换电池。");
        CHECK(told[0].explained.us > 0);
    }));
}

TEST_CASE("an emergency view is reviewed once, by who is there, and the review stays") {
    DeskBench bench;
    bench.prepare();
    const EmergencyReview first{personOf(0x11), personOf(0x22), false, personOf(0x33)};
    CHECK(bench.refused(first, kSun) == "by_closed");
    bench.enter(first, kNobody);  // who has an account need be in no list of officers
    EmergencyReview again = first;
    again.justified = true;
    CHECK(bench.refused(again, kNobody) == "reviewed_before");
    CHECK(bench.refused(again, kZhao) == "reviewed_before");
    EmergencyReview other = first;
    other.grant = personOf(0x23);
    other.justified = true;
    bench.wait(kHour);
    bench.enter(other, kZhao);
    bench.reopen();
    must(bench.records().look([&](const View& view) {
        REQUIRE(view.reviews().size() == 2);
        const NotedReview& noted = view.reviews().at(first.grant);
        CHECK(noted.body.request == first.request);
        CHECK_FALSE(noted.body.justified);
        CHECK(noted.body.words == first.words);
        CHECK(noted.reviewed.by == kNobody);
        CHECK(noted.reviewed.us == kMorning);
        CHECK(view.reviews().at(other.grant).body.justified);
        CHECK(view.reviews().at(other.grant).reviewed.us == kMorning + kHour);
    }));
    CHECK(bench.refused(first, kZhao) == "reviewed_before");
}

TEST_CASE("recordings are named in one way") {
    for (const char* id : {"LH-1/0/12", "LH-1/18446744073709551615/0"}) {
        CHECK(isRecordingId(id));
    }
    for (const char* id : {"",
                           "LH-1",
                           "LH-1/0",
                           "LH-1/0/",
                           "LH-1/0/01",
                           "LH-1/0/1/2",
                           "L H/0/1",
                           "LH-1/-1/2",
                           "LH-1/18446744073709551616/0",
                           "/0/1"}) {
        CAPTURE(id);
        CHECK_FALSE(isRecordingId(id));
    }
}

}  // namespace liuhen::registry

TEST_SUITE_END();
