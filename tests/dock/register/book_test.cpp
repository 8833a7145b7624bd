// SPDX-License-Identifier: Apache-2.0
// The custody book and what is overdue, at times that are given.
#include "dock/register/book.hpp"

#include "dock/register/csv.hpp"
#include "dock/register/unreceipted.hpp"
#include "tests/dock/register/desk_bench.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/book");

namespace liuhen::registry {

using namespace test;

namespace {

std::size_t overdueAt(DeskBench& bench, std::int64_t us) {
    std::size_t count = 0;
    must(bench.records().look([&](const View& view) { count = overdue(view, {us, true}).size(); }));
    return count;
}

std::vector<BookLine> bookAt(DeskBench& bench, std::int64_t us) {
    std::vector<BookLine> lines;
    must(bench.records().look([&](const View& view) { lines = book(view, {us, true}); }));
    return lines;
}

}  // namespace

TEST_CASE("overdue depends on the time that is given, and on nothing else") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    const std::int64_t until = kMorning + 8 * kHour;
    CHECK(overdueAt(bench, kMorning - 1) == 0);
    CHECK(overdueAt(bench, until) == 0);
    CHECK(overdueAt(bench, until + 1) == 1);
    bench.wait(10 * kHour);
    bench.enter(Return{number, true, ""});
    // The same answers afterwards, for the same times.
    CHECK(overdueAt(bench, until) == 0);
    CHECK(overdueAt(bench, until + 1) == 1);
    CHECK(overdueAt(bench, kMorning + 10 * kHour - 1) == 1);
    CHECK(overdueAt(bench, kMorning + 10 * kHour) == 0);
}

TEST_CASE("a hand-out entered under a clock that ran ahead is seen all the same") {
    DeskBench bench;
    bench.prepare();
    bench.clock.setUtc(core::Microseconds(kMorning + 1000 * kHour));
    HandoutOrder order = DeskBench::order();
    order.fromUs = kMorning + 1000 * kHour;
    order.untilUs = order.fromUs + kHour;
    const std::string number = bench.handOut(order).number;
    bench.clock.setUtc(core::Microseconds(kMorning + kHour));
    must(bench.records().look([&](const View& view) {
        CHECK(book(view, {kMorning + kHour, true}).empty());
        REQUIRE(book(view, {kMorning + kHour, false}).size() == 1);
        CHECK(book(view, {kMorning + kHour, false})[0].state == HandoutState::Out);
        CHECK(overdue(view, {order.untilUs + 1, false}).size() == 1);
    }));
    // The clock's jump keeps nobody from entering what happened.
    bench.enter(Handover{number, kWang, kLi, kMorning, "换班"});
    bench.enter(Return{number, true, ""});
}

TEST_CASE("the book tells who had what with whom, for what, and how it came back") {
    DeskBench bench;
    bench.prepare();
    const std::string number = bench.handOut(DeskBench::order()).number;
    bench.wait(2 * kHour);
    bench.enter(Delivery{number, std::nullopt}, kDock);
    bench.enter(Handover{number, kWang, kLi, kMorning + kHour, "换班"});
    bench.wait(5 * kHour);
    bench.enter(HandoverConfirmed{number, 0, ""});
    bench.enter(Return{number, false, "镜头有划痕"});
    CHECK(bookAt(bench, kMorning - 1).empty());
    const BookLine out = bookAt(bench, kMorning + 3 * kHour).at(0);
    CHECK(out.state == HandoutState::Out);
    CHECK(out.handovers == "2026-11-24 09:00 王芳→李强（待确认）");
    CHECK(out.returned.empty());
    const BookLine back = bookAt(bench, bench.now()).at(0);
    CHECK(back.state == HandoutState::Returned);
    CHECK(back.wearer == "王芳 4711 豫G0001");
    CHECK(back.companions == "李强 4712 豫G0002");
    CHECK(back.matters == "行政处罚/现场检查；行政强制/查封扣押");
    CHECK(back.handedOut == "2026-11-24 08:00");
    CHECK(back.until == "2026-11-24 16:00");
    CHECK(back.handedOutBy == "赵敏");
    CHECK(back.delivery == "已写入");
    CHECK(back.handovers == "2026-11-24 09:00 王芳→李强（赵敏 确认）");
    CHECK(back.returned == "2026-11-24 15:00");
    CHECK(back.remark == "设备有损坏；镜头有划痕");
    const auto records = must(parseCsv(core::viewOf(bookCsv({back}))));
    REQUIRE(records.size() == 2);
    CHECK(records[0].fields.size() == 15);
    CHECK(records[1].fields.size() == 15);
    CHECK(records[1].fields[2] == "已归还");
    CHECK(bookText({back}).find("    佩戴人：王芳 4711 豫G0001\n") != std::string::npos);
    CHECK(bookText({}) == "没有领用登记。\n");
}

TEST_CASE("a lost recorder's line says what no receipt was given for") {
    DeskBench bench;
    bench.prepare();
    static_cast<void>(bench.handOut(DeskBench::order()));
    bench.wait(9 * kHour);
    CHECK(overdueAt(bench, bench.now()) == 1);
    bench.enter(
        Loss{kDevice, "执法途中丢失", true, {{0, 90, kMorning - kHour, 0}, {1, 412, kMorning, 3}}});
    CHECK(overdueAt(bench, bench.now()) == 0);
    const BookLine line = bookAt(bench, bench.now()).at(0);
    CHECK(line.state == HandoutState::Lost);
    CHECK(line.remark ==
          "执法途中丢失；第 1 代第 412 条（2026-11-24 08:00 "
          "最后一次采集）之后的全部音像记录未取得入库回执；"
          "此前已登记的音像记录中有 3 段没有入库。");
    CHECK(unreceiptedZh(Loss{kDevice, "", true, {}}).at(0) ==
          "该设备从未采集，其全部音像记录均未取得入库回执。");
    CHECK(unreceiptedZh(Loss{kDevice, "", false, {}}).at(0).starts_with("采集站目录无法读取"));
}

}  // namespace liuhen::registry

TEST_SUITE_END();
