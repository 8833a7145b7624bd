// SPDX-License-Identifier: Apache-2.0
// Hand-out at a bay by card and PIN.
#include "dock/register/bay_desk.hpp"

#include "tests/dock/register/desk_bench.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/bay_desk");

namespace liuhen::registry {

using namespace test;

namespace {

/// Quick, where the dock's own takes 64 MiB a time.
PinHashing quickHashing() {
    return {[](std::string_view pin) -> Result<std::string> { return "h:" + std::string(pin); },
            [](std::string_view pin, const std::string& hash) -> Result<bool> {
                return hash == "h:" + std::string(pin);
            }};
}

struct Bay : DeskBench {
    Bay() {
        prepare();
        REQUIRE(told(must(desk.setCredential(kWang, "04A1B2", "480516", kZhao))) == "");
        REQUIRE(told(must(desk.setCredential(kLi, "", "771204", kZhao))) == "");
    }
    BayOrder wanted() {
        BayOrder order;
        order.bay = "bay-1";
        order.device = kDevice;
        order.wearer = {"04A1B2", "", ""};
        order.companions = {{"", "4712", "771204"}};
        order.matters = {"1"};
        order.place = "高庄镇";
        order.fromUs = kMorning;
        order.untilUs = kMorning + 8 * kHour;
        return order;
    }
    std::string refusedAt(const BayOrder& order) { return told(must(desk.handOut(order)).entered); }

    BayDesk desk{records(), Signer{key, certificate}, quickHashing()};
};

}  // namespace

TEST_CASE("two officers take a recorder out of its bay, and one brings it back") {
    Bay bay;
    const HandedOut out = must(bay.desk.handOut(bay.wanted()));
    CHECK(out.number == "2026-0001");
    must(bay.records().look([&](const View& view) {
        CHECK(view.handout(out.number)->body.wearer == kWang);
        CHECK(view.handout(out.number)->handedOut.by == kWang);
        CHECK(view.handout(out.number)->body.companions == std::vector<Person>{kLi});
    }));
    CHECK(bay.told(must(bay.desk.takeBack("bay-1", kDevice, {"", "4712", "771204"}))) == "");
    CHECK(bay.told(must(bay.desk.takeBack("bay-1", kDevice, {"", "4712", "771204"}))) ==
          "handout_unknown");
    must(bay.records().look(
        [&](const View& view) { CHECK(view.handout(out.number)->returned->by == kLi); }));
}

TEST_CASE("who does not show who they are takes nothing") {
    Bay bay;
    BayOrder order = bay.wanted();
    order.wearer = {"04FFFF", "", ""};
    CHECK(bay.refusedAt(order) == "credential_wrong");
    order = bay.wanted();
    order.companions = {{"", "4712", "771205"}};
    CHECK(bay.refusedAt(order) == "credential_wrong");
    order.companions = {{"", "9999", "771204"}};
    CHECK(bay.refusedAt(order) == "credential_wrong");
    order.companions = {{"", "4713", ""}};  // has no PIN
    CHECK(bay.refusedAt(order) == "credential_wrong");
    order.companions = {};
    CHECK(bay.refusedAt(order) == "alone");
    order = bay.wanted();
    order.companions = {order.wearer};
    CHECK(bay.refusedAt(order) == "person_twice");
    order = bay.wanted();
    order.bay = "bay-2";
    CHECK(bay.refusedAt(order) == "not_in_bay");
    bay.enter(DeskBench::seen(false), kDock);
    CHECK(bay.refusedAt(bay.wanted()) == "selfcheck_failed");
}

TEST_CASE("no sentence at a bay names who has the recorder") {
    Bay bay;
    const HandedOut out = must(bay.desk.handOut(bay.wanted()));
    REQUIRE_FALSE(out.entered.refusal);
    BayOrder order = bay.wanted();
    std::swap(order.wearer, order.companions.front());
    const HandedOut again = must(bay.desk.handOut(order));
    REQUIRE(again.entered.refusal);
    CHECK(again.entered.refusal->code == "device_out");
    CHECK(again.number.empty());
    must(bay.records().look([&](const View& view) {
        // The register's own rule, for the desk, does name the wearer.
        const Judgement rule = judgeGoingOut(view, kDevice);
        REQUIRE(rule.has_value());
        CHECK(rule->zh.find(view.nameOf(kWang)) != std::string::npos);
        for (const std::string& text : {again.entered.refusal->zh, again.entered.refusal->en}) {
            CHECK(text.find(view.nameOf(kWang)) == std::string::npos);
            CHECK(text.find(out.number) == std::string::npos);
        }
    }));
    REQUIRE(bay.told(must(bay.desk.takeBack("bay-1", kDevice, {"04A1B2", "", ""}))) == "");
    must(bay.records().look(
        [](const View& view) { CHECK_FALSE(judgeGoingOut(view, kDevice).has_value()); }));
}

TEST_CASE("who is not known is told apart from what is refused for another reason") {
    Bay bay;
    BayOrder order = bay.wanted();
    order.wearer = {"04FFFF", "", ""};
    CHECK(isUnknown(*must(bay.desk.handOut(order)).entered.refusal));
    order = bay.wanted();
    order.companions = {};
    CHECK_FALSE(isUnknown(*must(bay.desk.handOut(order)).entered.refusal));
    CHECK(notInBay("bay-2", kDevice).code == "not_in_bay");
}

TEST_CASE("five wrong PINs lock it for a quarter of an hour, across restarts") {
    Bay bay;
    const Shown wrong{"", "4712", "000001"};
    const Shown right{"", "4712", "771204"};
    const auto codeOf = [&bay](const Shown& shown) -> std::string {
        auto desk = BayDesk(bay.records(), Signer{bay.key, bay.certificate}, quickHashing());
        const auto who = must(desk.identify("bay-1", shown));
        const auto* refusal = std::get_if<Refusal>(&who);
        return refusal == nullptr ? "" : refusal->code;
    };
    for (std::size_t i = 0; i < kMostWrongPins; ++i) {
        CHECK(codeOf(right) == "");
        CHECK(codeOf(wrong) == "credential_wrong");
        bay.wait(kSecond);
    }
    CHECK(codeOf(right) == "pin_locked");
    bay.reopen();
    CHECK(codeOf(right) == "pin_locked");
    CHECK(codeOf({"04A1B2", "", ""}) == "");  // another's card still counts
    bay.wait(kPinLockUs);
    CHECK(codeOf(right) == "");
}

TEST_CASE("a PIN is not guessed at once, and who has left shows nothing") {
    Bay bay;
    for (const char* pin : {"12345", "1234567890123", "111111", "12345a", " 123456"}) {
        CAPTURE(std::string(pin));
        CHECK(bay.told(must(bay.desk.setCredential(kLi, "", pin, kZhao))) == "pin_malformed");
    }
    bay.enter(Officer{kWang, "王芳", "SC", "4711", "豫G0001", true}, kDock);
    CHECK(bay.refusedAt(bay.wanted()) == "credential_wrong");
    for (const Event& event : must(bay.records().history(0, 1000))) {
        CHECK(event.body.find("04A1B2") == std::string::npos);
    }
}

}  // namespace liuhen::registry

TEST_SUITE_END();
