// SPDX-License-Identifier: Apache-2.0
// Units, officers, recorders and the list of matters from the command line.
#include "dock/app/register_commands.hpp"
#include "dock/app/register_desk.hpp"
#include "dock/register/csv.hpp"
#include "dock/register/matters_csv.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::dock {

using core::Result;
using nlohmann::json;
using registry::Entered;

Result<int> enterUnit(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, ""));
    const registry::Unit body{options.unit, options.name, options.closed};
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, registry::kDock));
    return desk.tell(entered, fmt::format("单位 {} 已登记。", options.name));
}

Result<int> enterOfficer(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, ""));
    registry::Officer body;
    body.person = registry::newPerson();
    LIUHEN_CHECK(desk.records().look([&](const registry::View& view) {
        if (const auto* known = view.officerByWorkNumber(options.workNumber)) {
            body.person = known->person;
        }
    }));
    if (!options.person.empty()) {
        const auto person = core::digestFromHex(options.person);
        if (!person) {
            return core::fail(core::ErrorKind::InvalidArgument,
                              "--person 应为 64 位十六进制数字，与页面上该账号的人员编号一致。");
        }
        body.person = *person;
    }
    body.name = options.name;
    body.unit = options.unit;
    body.workNumber = options.workNumber;
    body.licence = options.licence;
    body.closed = options.closed;
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, registry::kDock));
    return desk.tell(entered, fmt::format("{}（工号 {}）已登记。", body.name, body.workNumber));
}

Result<int> enterDevice(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    const registry::DeviceBody body{options.device, options.model, options.asset, options.unit};
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(entered, fmt::format("执法记录仪 {} 已登记。", options.device));
}

Result<int> enterEnrolment(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    registry::Enrolment body{options.device, {}};
    LIUHEN_TRY(body.second, desk.person(options.second));
    LIUHEN_TRY(const Entered entered, desk.records().enter(body, desk.by()));
    return desk.tell(entered, fmt::format("执法记录仪 {} 已入网，可以领用。", options.device));
}

Result<int> importMatters(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, options.by));
    const auto files = core::systemFiles();
    LIUHEN_TRY(const core::Buffer bytes,
               core::readFile(*files, options.file, registry::kMostCsvBytes));
    registry::MattersFile file = registry::readMatters(bytes);
    if (!file.problems.empty()) {
        fmt::print(stderr, "{} 没有导入，请改正以下问题：\n", options.file);
        for (const registry::CsvProblem& problem : file.problems) {
            fmt::print(stderr, "  {}\n", problem.sentence());
        }
        return 1;
    }
    registry::MattersList list;
    list.version = options.version;
    LIUHEN_TRY(list.fromUs, desk.time(options.from));
    list.source = options.file.substr(options.file.find_last_of('/') + 1);
    list.rows = std::move(file.rows);
    LIUHEN_TRY(const Entered entered, desk.records().enter(list, desk.by()));
    return desk.tell(
        entered,
        fmt::format("事项清单（版本 {}）已导入，共 {} 项。", list.version, list.rows.size()));
}

Result<int> printRegister(const Config& config, const RegisterOptions& options) {
    LIUHEN_TRY(Desk desk, Desk::open(config, ""));
    LIUHEN_TRY(const std::int64_t now, desk.time(""));
    json all;
    std::string text;
    LIUHEN_CHECK(desk.records().look([&](const registry::View& view) {
        all = {{"devices", json::array()}, {"officers", json::array()}, {"matters", json::array()}};
        for (const auto& [name, device] : view.devices()) {
            all["devices"].push_back({{"device", name},
                                      {"state", registry::name(device.state)},
                                      {"unit", device.body.unit},
                                      {"out", device.handout.has_value()}});
            text += fmt::format("{}  {}{}\n",
                                name,
                                registry::nameZh(device.state),
                                device.handout ? "，已领用" : "");
        }
        for (const auto& [person, officer] : view.officers()) {
            all["officers"].push_back({{"person", core::toHex(person)},
                                       {"name", officer.name},
                                       {"unit", officer.unit},
                                       {"work_number", officer.workNumber},
                                       {"licence", officer.licence},
                                       {"closed", officer.closed}});
            text += fmt::format("{}  工号 {}  执法证号 {}{}\n",
                                officer.name,
                                officer.workNumber,
                                officer.licence.empty() ? "无" : officer.licence,
                                officer.closed ? "  已停用" : "");
        }
        if (const registry::MattersList* list = view.listAt(now)) {
            for (const registry::Matter& matter : list->rows) {
                all["matters"].push_back({{"number", matter.number},
                                          {"label", matter.label()},
                                          {"manner", matter.manner},
                                          {"full", matter.full}});
                text += fmt::format(
                    "{}  {}  {}\n", matter.number, matter.label(), matter.full ? "全程" : "");
            }
        }
    }));
    if (options.json) {
        text = all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    }
    fmt::print("{}", text);
    return 0;
}

}  // namespace liuhen::dock
