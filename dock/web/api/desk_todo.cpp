// SPDX-License-Identifier: Apache-2.0
// What the register knows to be done: recorders that are overdue stand on top of 今日待办.
#include "common/core/local_time.hpp"
#include "dock/register/book.hpp"
#include "dock/web/api/own.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using registry::NotedHandout;
using registry::View;

namespace {

constexpr const char* kDesk = "/desk";
constexpr std::size_t kNamed = 10;

TodoItem overdueItem(const View& view, const NotedHandout& handout, bool own) {
    const registry::Handout& body = handout.body;
    const std::string until = core::localMinute(core::Microseconds(body.untilUs));
    const std::string holder = view.nameOf(handout.holder());
    TodoItem item{"handout.overdue", "alarm", "", "", 1, kDesk};
    if (own) {
        item.zh = fmt::format(
            "超期未还：您领用的执法记录仪 {} 应于 {} 前归还，请尽快归还采集。", body.device, until);
        item.en = fmt::format(
            "Overdue: {}, which you have, was due at {}; bring it back.", body.device, until);
    } else {
        item.zh = fmt::format("超期未还：执法记录仪 {}（{}，{}）应于 {} 前归还，请联系本人归还。",
                              body.device,
                              holder,
                              body.number,
                              until);
        item.en = fmt::format("Overdue: {} ({}, {}) was due at {}; ask for it.",
                              body.device,
                              holder,
                              body.number,
                              until);
    }
    return item;
}

void addOverdue(const View& view,
                std::int64_t nowUs,
                const access::Session& session,
                std::vector<TodoItem>& to) {
    const bool all = session.roles.any({Role::Custodian, Role::Head, Role::Supervisor});
    auto late = registry::overdue(view, {nowUs, false});
    if (!all) {
        std::erase_if(late,
                      [&session](const NotedHandout* one) { return !isOf(*one, session.person); });
    }
    for (std::size_t i = 0; i < std::min(late.size(), kNamed); ++i) {
        to.push_back(overdueItem(view, *late[i], !all));
    }
    if (late.size() > kNamed) {
        const std::size_t more = late.size() - kNamed;
        to.push_back({"handout.overdue",
                      "alarm",
                      fmt::format("另有 {} 台执法记录仪超期未还，请查看领用登记。", more),
                      fmt::format("{} more recorders are overdue; see the hand-outs.", more),
                      more,
                      kDesk});
    }
}

/// What waits for the one who keeps the recorders.
void addForCustodian(const View& view, std::vector<TodoItem>& to) {
    std::uint64_t unconfirmed = 0;
    for (const NotedHandout& handout : view.handouts()) {
        unconfirmed += static_cast<std::uint64_t>(
            std::count_if(handout.handovers.begin(), handout.handovers.end(), [](const auto& one) {
                return !one.confirmed;
            }));
        if (handout.open() && handout.refused && !handout.delivered) {
            to.push_back({"handout.refused",
                          "due",
                          fmt::format("领用 {}：执法记录仪 {} 没有接受领用信息，请重新放入采集口。",
                                      handout.body.number,
                                      handout.body.device),
                          fmt::format("{}: {} refused the assignment ({}); dock it again.",
                                      handout.body.number,
                                      handout.body.device,
                                      *handout.refused),
                          1,
                          kDesk});
        }
    }
    if (unconfirmed > 0) {
        to.push_back({"handover.unconfirmed",
                      "due",
                      fmt::format("{} 次现场交接待确认，请核实后确认。", unconfirmed),
                      fmt::format("{} hand-overs wait to be confirmed.", unconfirmed),
                      unconfirmed,
                      kDesk});
    }
}

}  // namespace

TodoSource deskTodo(Parts& parts) {
    return [&parts](const access::Session& session, std::vector<TodoItem>& to) {
        if (!session.roles.any({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor})) {
            return;
        }
        const auto seen = parts.desk.records.look([&](const View& view) {
            addOverdue(view, parts.clock.utc().count(), session, to);
            if (session.roles.has(Role::Custodian)) {
                addForCustodian(view, to);
            }
        });
        if (!seen && !seesOwnOnly(session)) {
            to.push_back({"register.unreadable",
                          "alarm",
                          "领用登记无法读取，采集站暂不接受执法记录仪，请联系系统管理员。",
                          "The register cannot be read and no recorder is admitted; tell the "
                          "system administrator.",
                          1,
                          kDesk});
        }
    };
}

}  // namespace liuhen::web
