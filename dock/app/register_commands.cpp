// SPDX-License-Identifier: Apache-2.0
// Hand-out, return, loss and their prints from the command line.
#include "dock/app/register_commands.hpp"

#include "common/core/local_time.hpp"
#include "dock/app/register_desk.hpp"
#include "dock/register/book.hpp"
#include "dock/register/unreceipted.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::dock {

using core::Result;
using nlohmann::json;
using registry::Entered;
using registry::Person;

namespace {

/// The number of the recorder's open hand-out.
Result<std::string> openNumber(registry::Register& records, const std::string& device) {
    std::string number;
    LIUHEN_CHECK(records.look([&](const registry::View& view) {
        const registry::NotedHandout* open = view.openHandout(device);
        number = open == nullptr ? "" : open->body.number;
    }));
    if (number.empty()) {
        return core::fail(core::ErrorKind::NotFound,
                          "执法记录仪 " + device + " 没有未归还的领用登记。请核对设备编号。");
    }
    return number;
}

json lineOf(const registry::BookLine& line) {
    return {{"number", line.number},
            {"device", line.device},
            {"state", registry::name(line.state)},
            {"state_zh", registry::nameZh(line.state)},
            {"wearer", line.wearer},
            {"companions", line.companions},
            {"matters", line.matters},
            {"place", line.place},
            {"handed_out", line.handedOut},
            {"until", line.until},
            {"handed_out_by", line.handedOutBy},
            {"delivery", line.delivery},
            {"handovers", line.handovers},
            {"returned", line.returned},
            {"returned_by", line.returnedBy},
            {"remark", line.remark}};
}

/// What the catalogue says is not receipted; a loss is entered even if it cannot be asked.
registry::Loss lossOf(const Config& config, const RegisterOptions& options) {
    registry::Loss loss{options.device, options.reason, false, {}};
    auto catalogue = catalogue::Catalogue::openReading(config.folder);
    if (catalogue) {
        if (auto ranges = registry::unreceipted(**catalogue, options.device)) {
            loss.known = true;
            loss.unreceipted = *std::move(ranges);
        }
    }
    return loss;
}

}  // namespace

Result<int> handOut(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    registry::HandoutOrder order;
    order.device = options.device;
    LIUHEN_TRY(order.wearer, desk.person(options.wearer));
    for (const std::string& companion : options.companions) {
        LIUHEN_TRY(const Person person, desk.person(companion));
        order.companions.push_back(person);
    }
    order.matters = options.matters;
    order.place = options.place;
    LIUHEN_TRY(order.fromUs, desk.time(options.from));
    LIUHEN_TRY(order.untilUs, desk.time(options.until));
    const registry::Signer signer{config.identity.dockKey, config.identity.dockCertificate};
    LIUHEN_TRY(const registry::HandedOut out, desk.records().handOut(order, desk.by(), signer));
    return desk.tell(out.entered,
                     fmt::format("{}：{} 已领用，应于 {} 前归还；领用信息待写入执法记录仪。",
                                 out.number,
                                 options.device,
                                 core::localMinute(core::Microseconds(order.untilUs))));
}

Result<int> takeBack(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    LIUHEN_TRY(std::string number, openNumber(desk.records(), options.device));
    const registry::Return body{number, !options.damaged, options.note};
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(entered, fmt::format("{}：{} 已归还。", number, options.device));
}

Result<int> noteHandover(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    registry::Handover body;
    LIUHEN_TRY(body.number, openNumber(desk.records(), options.device));
    LIUHEN_CHECK(desk.records().look([&](const registry::View& view) {
        const registry::NotedHandout* open = view.handout(body.number);
        body.from = open == nullptr ? Person{} : open->holder();
    }));
    LIUHEN_TRY(body.to, desk.person(options.to));
    LIUHEN_TRY(body.atUs, desk.time(options.at));
    body.note = options.note;
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(entered, fmt::format("{}：现场交接已记下，待确认。", body.number));
}

Result<int> confirmHandover(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    registry::HandoverConfirmed body;
    LIUHEN_CHECK(desk.records().look([&](const registry::View& view) {
        const auto& all = view.handouts();
        const auto newest = std::find_if(all.rbegin(), all.rend(), [&](const auto& one) {
            return one.body.device == options.device;
        });
        if (newest != all.rend()) {
            body.number = newest->body.number;
            body.index = newest->handovers.empty() ? 0 : newest->handovers.size() - 1;
        }
    }));
    body.note = options.note;
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(entered, fmt::format("{}：现场交接已确认。", body.number));
}

Result<int> reportLost(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    const registry::Loss loss = lossOf(config, options);
    LIUHEN_TRY(const Entered entered, desk.records().enter(loss, desk.by()));
    std::string sentence =
        fmt::format("{} 已挂失并停用：采集站不再接受其连接，领用已终止。", options.device);
    for (const std::string& range : registry::unreceiptedZh(loss)) {
        sentence += "\n" + range;
    }
    return desk.tell(entered, sentence);
}

Result<int> reportFound(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    const registry::Finding body{options.device, options.note};
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(
        entered,
        fmt::format("{} 已登记找回：可放入采集口采集；重新入网后方可领用。", options.device));
}

Result<int> printBook(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, ""));
    LIUHEN_TRY(const std::int64_t at, desk.time(options.at));
    std::vector<registry::BookLine> lines;
    LIUHEN_CHECK(desk.records().look([&](const registry::View& view) {
        lines = registry::book(view, {at, !options.at.empty()});
    }));
    if (options.onlyOverdue) {
        std::erase_if(lines, [](const registry::BookLine& line) {
            return line.state != registry::HandoutState::Overdue;
        });
    }
    if (options.json) {
        json items = json::array();
        for (const registry::BookLine& line : lines) {
            items.push_back(lineOf(line));
        }
        fmt::print("{}\n", json{{"at_us", at}, {"items", std::move(items)}}.dump(2));
    } else {
        fmt::print("{}", options.csv ? registry::bookCsv(lines) : registry::bookText(lines));
    }
    return 0;
}

}  // namespace liuhen::dock
