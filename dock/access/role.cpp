// SPDX-License-Identifier: Apache-2.0
// Names of roles.
#include "dock/access/role.hpp"

#include <algorithm>

namespace liuhen::access {

namespace {

struct Names {
    Role role;
    std::string_view name;
    std::string_view zh;
};

constexpr std::array<Names, kAllRoles.size()> kNames = {{
    {Role::Officer, "officer", "执法人员"},
    {Role::Custodian, "custodian", "资料设备管理员"},
    {Role::Head, "head", "机关负责人"},
    {Role::Supervisor, "supervisor", "法制监督员"},
    {Role::Reviewer, "reviewer", "法制审核员"},
    {Role::Sysadmin, "sysadmin", "系统管理员"},
    {Role::Secadmin, "secadmin", "安全管理员"},
    {Role::Audadmin, "audadmin", "审计管理员"},
}};

const Names& namesOf(Role role) {
    return kNames.at(static_cast<std::size_t>(role));
}

}  // namespace

std::string_view name(Role role) {
    return namesOf(role).name;
}

std::string_view nameZh(Role role) {
    return namesOf(role).zh;
}

std::optional<Role> roleOf(std::string_view name) {
    const auto* const found = std::find_if(
        kNames.begin(), kNames.end(), [name](const Names& names) { return names.name == name; });
    return found == kNames.end() ? std::nullopt : std::optional(found->role);
}

bool isAdministrator(Role role) {
    return std::find(kAdministrators.begin(), kAdministrators.end(), role) != kAdministrators.end();
}

std::vector<Role> Roles::list() const {
    std::vector<Role> roles;
    for (const Role role : kAllRoles) {
        if (has(role)) {
            roles.push_back(role);
        }
    }
    return roles;
}

Roles administratorsIn(Roles roles) {
    Roles found;
    for (const Role role : kAdministrators) {
        if (roles.has(role)) {
            found.add(role);
        }
    }
    return found;
}

}  // namespace liuhen::access
