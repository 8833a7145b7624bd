// SPDX-License-Identifier: Apache-2.0
// What the dock itself knows to be done: bays, vault, accounts.
#include "dock/web/api/todo.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using access::Roles;
using ingest::Phase;

namespace {

constexpr std::uint64_t kLowBytes = std::uint64_t{100} << 30U;
constexpr core::Microseconds kDay = std::chrono::hours(24);
constexpr std::size_t kCounted = 200;

void addBays(const Parts& parts, const access::Session& session, std::vector<TodoItem>& to) {
    if (!session.roles.any({Role::Custodian, Role::Supervisor})) {
        return;
    }
    for (const auto& bay : parts.fleet.bays()) {
        const ingest::Snapshot now = bay->snapshot();
        const std::string& name = bay->name();
        if (now.phase == Phase::Forked) {
            to.push_back(
                {"bay.forked",
                 "alarm",
                 fmt::format("采集口 {}：记录仪 {} 的历史出现分叉，请保留设备并上报法制监督员。",
                             name,
                             now.device),
                 fmt::format(
                     "Bay {}: {} shows two histories; keep it and report.", name, now.device),
                 1,
                 "/bays"});
        } else if (now.phase == Phase::Quarantined) {
            to.push_back(
                {"bay.quarantined",
                 "due",
                 fmt::format(
                     "采集口 {}：记录仪 {} 有数据未通过校验，请查看异常待处理。", name, now.device),
                 fmt::format(
                     "Bay {}: data of {} did not verify; see quarantine.", name, now.device),
                 1,
                 "/quarantine"});
        } else if (now.phase == Phase::Failed || now.phase == Phase::Flawed ||
                   now.phase == Phase::Waiting || now.phase == Phase::Paused) {
            to.push_back(
                {"bay.stopped",
                 "due",
                 fmt::format(
                     "采集口 {}：记录仪 {} 未采集完，请到采集页查看原因。", name, now.device),
                 fmt::format("Bay {}: {} is not taken in; see why.", name, now.device),
                 1,
                 "/bays"});
        }
    }
}

void addVault(const Parts& parts, const access::Session& session, std::vector<TodoItem>& to) {
    if (!session.roles.any({Role::Custodian, Role::Supervisor, Role::Sysadmin, Role::Audadmin})) {
        return;
    }
    const auto status = parts.vault.status();
    if (!status) {
        to.push_back({"vault.away",
                      "alarm",
                      "证据保管服务没有响应，采集已暂停，请联系系统管理员。",
                      "The vault does not answer and nothing is taken in; tell the system "
                      "administrator.",
                      1,
                      "/status"});
        return;
    }
    if (const std::uint64_t damaged = status->scrub.damagedCount + status->absent; damaged > 0) {
        to.push_back(
            {"vault.damaged",
             "alarm",
             fmt::format("{} 份存储内容缺失或损坏，请系统管理员立即用第二副本恢复。", damaged),
             fmt::format("{} stored copies are absent or damaged; restore them.", damaged),
             damaged,
             "/status"});
    }
    if (session.roles.any({Role::Custodian, Role::Sysadmin})) {
        if (status->freeBytes < kLowBytes) {
            to.push_back({"vault.full",
                          "due",
                          fmt::format("存储剩余空间不足 100 GB（剩 {} GB），请尽快扩容。",
                                      status->freeBytes >> 30U),
                          fmt::format("Less than 100 GB are free ({} GB); add room.",
                                      status->freeBytes >> 30U),
                          1,
                          "/status"});
        }
        if (status->second && !status->second->empty()) {
            to.push_back({"vault.second_copy",
                          "due",
                          "第二副本不可用，回执暂缓发放，请检查第二块存储。",
                          "The second copy cannot be used and receipts wait; look at its disk.",
                          1,
                          "/status"});
        }
    }
    if (session.roles.any({Role::Custodian, Role::Supervisor}) && status->quarantined > 0) {
        to.push_back({"quarantine",
                      "info",
                      fmt::format("异常待处理共 {} 项，请逐项查看原因。", status->quarantined),
                      fmt::format("{} objects are in quarantine; see why.", status->quarantined),
                      status->quarantined,
                      "/quarantine"});
    }
}

void addAccounts(const Parts& parts, const access::Session& session, std::vector<TodoItem>& to) {
    if (session.roles.any({Role::Secadmin, Role::Sysadmin})) {
        access::AccountFilter open;
        open.open = true;
        const auto accounts = parts.people.list(open, 0, kCounted);
        if (!accounts) {
            return;
        }
        const auto count = [&accounts](auto fits) {
            return static_cast<std::uint64_t>(
                std::count_if(accounts->begin(), accounts->end(), fits));
        };
        const std::uint64_t bare = count([](const auto& each) { return each.roles.empty(); });
        const std::uint64_t fresh = count([](const auto& each) { return !each.enrolled; });
        if (bare > 0 && session.roles.has(Role::Secadmin)) {
            to.push_back({"accounts.without_role",
                          "due",
                          fmt::format("{} 个账号尚未授予角色，请核实身份后授权。", bare),
                          fmt::format("{} accounts have no role; give them one.", bare),
                          bare,
                          "/accounts"});
        }
        if (fresh > 0 && session.roles.has(Role::Sysadmin)) {
            to.push_back({"accounts.not_enrolled",
                          "info",
                          fmt::format("{} 个账号尚未完成首次登录，请提醒本人。", fresh),
                          fmt::format("{} accounts were never used; remind their people.", fresh),
                          fresh,
                          "/accounts"});
        }
    }
    if (session.roles.has(Role::Audadmin)) {
        const auto failed =
            parts.people.countEvents("login.failed", (parts.clock.utc() - kDay).count());
        if (failed && *failed > 0) {
            to.push_back({"login.failed",
                          "info",
                          fmt::format("24 小时内登录失败 {} 次，请查看审计记录。", *failed),
                          fmt::format("{} log-ins failed within a day; see the audit.", *failed),
                          *failed,
                          "/audit"});
        }
    }
}

int rankOf(const TodoItem& item) {
    return item.level == "alarm" ? 0 : item.level == "due" ? 1 : 2;
}

}  // namespace

TodoSource ownTodo(Parts& parts) {
    return [&parts](const access::Session& session, std::vector<TodoItem>& to) {
        addBays(parts, session, to);
        addVault(parts, session, to);
        addAccounts(parts, session, to);
    };
}

json todoItems(const Parts& parts, const access::Session& session) {
    std::vector<TodoItem> items;
    for (const TodoSource& source : parts.todo) {
        source(session, items);
    }
    std::stable_sort(items.begin(), items.end(), [](const TodoItem& a, const TodoItem& b) {
        return rankOf(a) < rankOf(b);
    });
    json out = json::array();
    for (const TodoItem& item : items) {
        out.push_back({{"kind", item.kind},
                       {"level", item.level},
                       {"text_zh", item.zh},
                       {"text_en", item.en},
                       {"count", item.count},
                       {"link", item.link}});
    }
    return out;
}

}  // namespace liuhen::web
