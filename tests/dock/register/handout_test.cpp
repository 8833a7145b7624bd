// SPDX-License-Identifier: Apache-2.0
// A recorder goes out, changes hands, comes back, is lost, is found; what is signed for it.
#include "tests/dock/register/desk_bench.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/handout");

namespace liuhen::registry {

using namespace test;

TEST_CASE("what is signed names the recorder, the times and matters, and opens to the people") {
    DeskBench bench;
    bench.prepare();
    const HandedOut out = bench.handOut(DeskBench::order());
    core::Buffer encoded;
    must(bench.records().look(
        [&](const View& view) { encoded = view.handout(out.number)->body.assignment; }));
    const auto assignment = must(evidence::Assignment::decode(encoded));
    const auto message =
        must(evidence::AssignmentMessage::verify(assignment.message, bench.agency.certificate()));
    CHECK(message.device == kDevice);
    CHECK(message.number == out.number);
    CHECK(message.fromUs == kMorning);
    CHECK(message.untilUs == kMorning + 8 * kHour);
    CHECK(message.matters == std::vector<std::string>{"行政处罚/现场检查", "行政强制/查封扣押"});
    CHECK(assignment.opens(message));
    REQUIRE(assignment.names.size() == 3);
    CHECK(assignment.wearer() == "王芳 豫G0001");
    CHECK(assignment.place() == "城关镇农贸市场");
    CHECK(assignment.names[2].text == "李强 豫G0002");
    const std::string bytes(core::textOf(assignment.message));
    CHECK(bytes.find("王芳") == std::string::npos);
}

TEST_CASE("what is refused at the desk, and why") {
    struct Row {
        const char* name;
        void (*change)(HandoutOrder&);
        const char* code;
    };
    constexpr std::int64_t kDay = 24 * kHour;
    static constexpr Row kRows[] = {
        {"a recorder nobody knows", [](HandoutOrder& o) { o.device = "LH-9"; }, "device_unknown"},
        {"a wearer nobody knows", [](HandoutOrder& o) { o.wearer = kNobody; }, "officer_unknown"},
        {"a companion nobody knows",
         [](HandoutOrder& o) { o.companions = {kNobody}; },
         "officer_unknown"},
        {"a wearer who has left", [](HandoutOrder& o) { o.wearer = kSun; }, "officer_closed"},
        {"a companion without a licence",
         [](HandoutOrder& o) { o.companions = {kZhao}; },
         "officer_without_licence"},
        {"one officer alone", [](HandoutOrder& o) { o.companions.clear(); }, "alone"},
        {"the wearer as companion",
         [](HandoutOrder& o) { o.companions = {kWang}; },
         "person_twice"},
        {"a companion twice",
         [](HandoutOrder& o) {
             o.companions = {kLi, kLi};
         },
         "person_twice"},
        {"no matter", [](HandoutOrder& o) { o.matters.clear(); }, "matters_count"},
        {"a matter that is not in the list",
         [](HandoutOrder& o) { o.matters = {"3"}; },
         "matter_unknown"},
        {"no place", [](HandoutOrder& o) { o.place = ""; }, "text_missing"},
        {"a place with a line end", [](HandoutOrder& o) { o.place = "a\nb"; }, "text_malformed"},
        {"a place that is no text", [](HandoutOrder& o) { o.place = "\xff"; }, "text_malformed"},
        {"a place without end",
         [](HandoutOrder& o) { o.place = std::string(257, 'x'); },
         "text_too_long"},
        {"it ends when it begins",
         [](HandoutOrder& o) { o.untilUs = o.fromUs; },
         "times_backwards"},
        {"its end has passed",
         [](HandoutOrder& o) {
             o.fromUs = kMorning - 2 * kHour;
             o.untilUs = kMorning;
         },
         "until_passed"},
        {"32 days", [](HandoutOrder& o) { o.untilUs = o.fromUs + 32 * kDay; }, "too_long"}};
    DeskBench bench;
    bench.prepare();
    for (const Row& row : kRows) {
        CAPTURE(row.name);
        HandoutOrder order = DeskBench::order();
        row.change(order);
        CHECK(bench.refusedOut(order) == row.code);
    }
    CHECK(bench.refusedOut(DeskBench::order(), kNobody) == "by_unknown");
    CHECK(bench.refusedOut(DeskBench::order(), kSun) == "by_closed");
    HandoutOrder longest = DeskBench::order();
    longest.untilUs = longest.fromUs + kLongestHandoutUs;
    CHECK(bench.refusedOut(longest) == "");
}

TEST_CASE(
    "a recorder goes out only with a self check that passed, and the sentence says what failed") {
    DeskBench bench;
    bench.prepare();
    bench.enter(DeskBench::seen(false), kDock);
    const HandedOut failed = bench.handOut(DeskBench::order());
    REQUIRE(failed.entered.refusal.has_value());
    CHECK(failed.entered.refusal->code == "selfcheck_failed");
    CHECK(failed.entered.refusal->zh ==
          "执法记录仪 LH-000001 自检未通过（麦克风、时钟），不能领用。");
    Seen none = DeskBench::seen(true);
    none.check.reset();
    bench.enter(none, kDock);
    CHECK(bench.refusedOut(DeskBench::order()) == "selfcheck_missing");
    bench.enter(DeskBench::seen(true), kDock);
    CHECK(bench.refusedOut(DeskBench::order()) == "");
}

TEST_CASE("a recorder that is out is not handed out again before it is back") {
    DeskBench bench;
    bench.prepare();
    const HandedOut first = bench.handOut(DeskBench::order());
    HandoutOrder other = DeskBench::order();
    other.wearer = kLi;
    other.companions = {kWang};
    const HandedOut second = bench.handOut(other);
    REQUIRE(second.entered.refusal.has_value());
    CHECK(second.entered.refusal->zh ==
          "执法记录仪 LH-000001 已由 王芳 领用（2026-0001），尚未归还。");
    bench.wait(kHour);
    CHECK(bench.refused(Return{first.number, false, ""}) == "text_missing");
    bench.enter(Return{first.number, false, "镜头有划痕"});
    CHECK(bench.refused(Return{first.number, true, ""}) == "handout_returned");
    CHECK(bench.refused(Return{"2026-9999", true, ""}) == "handout_unknown");
    CHECK(bench.handOut(other).number == "2026-0002");
}

TEST_CASE("a hand-over in the field is a note until another confirms it at the desk") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.wait(2 * kHour);
    Handover over{number, kWang, kLi, kMorning + kHour, "王芳去医院"};
    Handover wrong = over;
    wrong.from = kLi;
    wrong.to = kWang;
    CHECK(bench.refused(wrong) == "holder_other");
    wrong = over;
    wrong.to = kZhao;
    CHECK(bench.refused(wrong) == "officer_without_licence");
    wrong = over;
    wrong.atUs = kMorning - 1;
    CHECK(bench.refused(wrong) == "times_backwards");
    wrong.atUs = bench.now() + 1;
    CHECK(bench.refused(wrong) == "times_backwards");
    bench.enter(over, kWang);
    must(bench.records().look([&](const View& view) {
        CHECK(view.handout(number)->holder() == kLi);
        CHECK_FALSE(view.handout(number)->handovers[0].confirmed.has_value());
    }));
    CHECK(bench.refused(over) == "holder_other");
    Handover backwards{number, kLi, kWang, kMorning + kHour - 1, "再交回"};
    CHECK(bench.refused(backwards) == "times_backwards");
    CHECK(bench.refused(HandoverConfirmed{number, 0, ""}, kWang) == "self");
    CHECK(bench.refused(HandoverConfirmed{number, 0, ""}, kLi) == "self");
    CHECK(bench.refused(HandoverConfirmed{number, 1, ""}) == "handover_unknown");
    bench.wait(8 * kHour);
    bench.enter(Return{number, true, ""});
    bench.enter(HandoverConfirmed{number, 0, "核对无误"});  // also after the return
    CHECK(bench.refused(HandoverConfirmed{number, 0, ""}) == "handover_unknown");
}

TEST_CASE("a lost recorder ends its hand-out, may not connect, and comes back only enrolled anew") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.wait(kHour);
    Loss loss{kDevice, "执法途中丢失", true, {{0, 412, kMorning, 2}}};
    bench.enter(loss);
    CHECK(bench.refused(loss) == "device_lost");
    CHECK_FALSE(bench.records().admits(kDevice));
    CHECK(bench.refused(Return{number, true, ""}) == "handout_lost");
    CHECK(bench.refusedOut(DeskBench::order()) == "device_lost");
    CHECK(bench.refused(Enrolment{kDevice, kWang}) == "device_lost");
    bench.reopen();
    CHECK_FALSE(bench.records().admits(kDevice));
    bench.enter(Finding{kDevice, "群众送还"});
    CHECK(bench.records().admits(kDevice));  // its footage may be taken in
    CHECK(bench.refused(Finding{kDevice, "再次"}) == "device_not_lost");
    CHECK(bench.refusedOut(DeskBench::order()) == "device_found");
    CHECK(bench.refused(Enrolment{kDevice, kZhao}) == "second_person");
    bench.enter(Enrolment{kDevice, kWang});
    CHECK(bench.refusedOut(DeskBench::order()) == "");
}

TEST_CASE("a revoked recorder is revoked for good") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    CHECK(bench.refused(Revocation{kDevice, "密钥泄露"}) == "device_out");
    bench.enter(Return{number, true, ""});
    bench.enter(Revocation{kDevice, "密钥泄露"});
    CHECK_FALSE(bench.records().admits(kDevice));
    CHECK(bench.refusedOut(DeskBench::order()) == "device_revoked");
    CHECK(bench.refused(Enrolment{kDevice, kWang}) == "device_revoked");
    CHECK(bench.refused(Loss{kDevice, "x", true, {}}) == "device_revoked");
    CHECK(bench.refused(DeviceBody{kDevice, "", "", "SC"}) == "device_revoked");
}

TEST_CASE("with the dock's clock set back things are entered, and the book tells it") {
    DeskBench bench;
    bench.prepare();
    bench.clock.setUtc(core::Microseconds(kMorning - 3 * kHour));
    HandoutOrder order = DeskBench::order();
    const HandedOut out = bench.handOut(order);
    CHECK_FALSE(out.entered.refusal.has_value());
    must(bench.records().look([&](const View& view) {
        CHECK(view.handout(out.number)->clockBehind);
        CHECK(view.latestUs() == kMorning);
    }));
    bench.enter(Return{out.number, true, ""});
    bench.reopen();
    must(bench.records().look([&](const View& view) {
        CHECK(view.handout(out.number)->clockBehind);
        CHECK_FALSE(view.handout(out.number)->open());
    }));
}

TEST_CASE("delivery is noted once; a refusal stays until it succeeds") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.enter(DeliveryRefused{number, "it is another recorder's"}, kDock);
    must(bench.records().look([&](const View& view) {
        CHECK(view.handout(number)->refused == "it is another recorder's");
    }));
    bench.enter(Delivery{number, evidence::Head{0, 17, Digest{}}}, kDock);
    must(bench.records().look([&](const View& view) {
        CHECK_FALSE(view.handout(number)->refused.has_value());
        CHECK(view.handout(number)->delivered->entry->seq == 17);
    }));
    CHECK(bench.refused(Delivery{number, std::nullopt}, kDock) == "delivered");
    CHECK(bench.refused(Delivery{"2026-0009", std::nullopt}, kDock) == "handout_unknown");
}

}  // namespace liuhen::registry

TEST_SUITE_END();
