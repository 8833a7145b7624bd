// SPDX-License-Identifier: Apache-2.0
// The register's command line.
#include "dock/app/register_cli.hpp"

#include <CLI/CLI.hpp>

namespace liuhen::dock {

namespace {

constexpr const char* kBy = "work number of who does this";

}  // namespace

CLI::App* RegisterCli::add(CLI::App& parent, const char* name, const char* help, Command command) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->add_option("--config", configPath_, "configuration file (TOML)")->required();
    commands_.emplace_back(sub, command);
    return sub;
}

RegisterCli::RegisterCli(CLI::App& app, std::string& configPath) : configPath_(configPath) {
    RegisterOptions& o = options_;
    CLI::App* out = add(app, "handout", "hand a recorder out: 0 entered, 1 refused", &handOut);
    out->add_option("--device", o.device, "the recorder")->required();
    out->add_option("--wearer", o.wearer, "work number of who wears it")->required();
    out->add_option("--with", o.companions, "work number of who goes along; may be repeated");
    out->add_option("--matter", o.matters, "number in the list of matters; may be repeated")
        ->required();
    out->add_option("--place", o.place, "where to")->required();
    out->add_option("--from", o.from, "local time, such as 2026-11-24T08:00; default: now");
    out->add_option("--until", o.until, "local time by which it is back")->required();
    out->add_option("--by", o.by, kBy)->required();

    CLI::App* back = add(app, "return", "enter that a recorder is back", &takeBack);
    CLI::App* over = add(app, "handover", "note a hand-over in the field", &noteHandover);
    CLI::App* confirm = add(app, "confirm", "confirm the newest hand-over", &confirmHandover);
    for (CLI::App* sub : {back, over, confirm}) {
        sub->add_option("--device", o.device, "the recorder")->required();
        sub->add_option("--note", o.note, "in words");
        sub->add_option("--by", o.by, kBy)->required();
    }
    back->add_flag("--damaged", o.damaged, "it is damaged; --note says how");
    over->add_option("--to", o.to, "work number of who has it now")->required();
    over->add_option("--at", o.at, "local time of the hand-over; default: now");

    CLI::App* lost = add(app, "lost", "report a recorder lost; revokes it", &reportLost);
    lost->add_option("--reason", o.reason, "what happened")->required();
    CLI::App* found = add(app, "found", "report that it was found", &reportFound);
    found->add_option("--note", o.note, "how and where")->required();
    for (CLI::App* sub : {lost, found}) {
        sub->add_option("--device", o.device, "the recorder")->required();
        sub->add_option("--by", o.by, kBy)->required();
    }

    CLI::App* book = add(app, "book", "print the custody book", &printBook);
    book->add_option("--at", o.at, "local time at which it is evaluated; default: now");
    book->add_flag("--overdue", o.onlyOverdue, "only what is overdue");
    book->add_flag("--csv", o.csv, "for a spreadsheet");
    book->add_flag("--json", o.json, "for machines");

    CLI::App* reg = app.add_subcommand("register", "people, units, recorders, list of matters");
    reg->require_subcommand(1);
    CLI::App* unit = add(*reg, "unit", "enter a unit", &enterUnit);
    unit->add_option("--unit", o.unit, "its code")->required();
    unit->add_option("--name", o.name, "its name")->required();
    CLI::App* officer = add(*reg, "officer", "enter an officer, or change one", &enterOfficer);
    officer->add_option("--work-number", o.workNumber, "工号")->required();
    officer->add_option("--name", o.name, "name")->required();
    officer->add_option("--person", o.person, "of the account, 64 hex digits; for who has one");
    officer->add_option("--unit", o.unit, "code of the unit")->required();
    officer->add_option("--licence", o.licence, "执法证号; none: wears no recorder");
    for (CLI::App* sub : {unit, officer}) {
        sub->add_flag("--closed", o.closed, "closed, has left; stays in the register");
    }
    CLI::App* device = add(*reg, "device", "enter a recorder", &enterDevice);
    device->add_option("--unit", o.unit, "code of the unit")->required();
    device->add_option("--model", o.model, "model");
    device->add_option("--asset", o.asset, "number in the inventory");
    CLI::App* enrolled = add(*reg, "enrolled", "enter that it was certified", &enterEnrolment);
    enrolled->add_option("--second", o.second, "work number of the other who was there")
        ->required();
    for (CLI::App* sub : {device, enrolled}) {
        sub->add_option("--device", o.device, "as its certificate names it")->required();
    }
    CLI::App* matters = add(*reg, "matters", "import a list of matters (CSV)", &importMatters);
    matters->add_option("--file", o.file, "UTF-8, with the published columns")->required();
    matters->add_option("--version", o.version, "a new name for this version")->required();
    matters->add_option("--from", o.from, "local time from which it counts; default: now");
    for (CLI::App* sub : {device, enrolled, matters}) {
        sub->add_option("--by", o.by, kBy)->required();
    }
    CLI::App* show = add(*reg, "show", "print what is registered", &printRegister);
    show->add_flag("--json", o.json, "for machines");
}

std::optional<core::Result<int>> RegisterCli::run(const Config& config) const {
    for (const auto& [sub, command] : commands_) {
        if (sub->parsed()) {
            return command(config, options_);
        }
    }
    return std::nullopt;
}

}  // namespace liuhen::dock
