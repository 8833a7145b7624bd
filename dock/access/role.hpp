// SPDX-License-Identifier: Apache-2.0
// The roles of people at a dock (docs/terms.zh.md), and sets of them.
#pragma once

#include "common/core/bytes.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

namespace liuhen::access {

/// A human being: 32 random bytes, drawn once (docs/format/access.md section 1).
using Person = core::Digest;

/// What a person may do. The three administrators are kept apart from each other and from all else.
enum class Role : std::uint8_t {
    Officer,     // 执法人员
    Custodian,   // 资料设备管理员
    Head,        // 机关负责人
    Supervisor,  // 法制监督员
    Reviewer,    // 法制审核员
    Sysadmin,    // 系统管理员: makes and closes accounts
    Secadmin,    // 安全管理员: gives roles
    Audadmin,    // 审计管理员: reads logs
};

inline constexpr std::array kAllRoles = {Role::Officer,
                                         Role::Custodian,
                                         Role::Head,
                                         Role::Supervisor,
                                         Role::Reviewer,
                                         Role::Sysadmin,
                                         Role::Secadmin,
                                         Role::Audadmin};
inline constexpr std::array kAdministrators = {Role::Sysadmin, Role::Secadmin, Role::Audadmin};

/// "officer", as in JSON and in people.db.
[[nodiscard]] std::string_view name(Role role);
[[nodiscard]] std::optional<Role> roleOf(std::string_view name);
/// "执法人员".
[[nodiscard]] std::string_view nameZh(Role role);
[[nodiscard]] bool isAdministrator(Role role);

/// A set of roles, one bit each.
class Roles {
public:
    constexpr Roles() = default;
    constexpr Roles(std::initializer_list<Role> roles) {
        for (const Role role : roles) {
            add(role);
        }
    }
    constexpr void add(Role role) { bits_ = static_cast<std::uint16_t>(bits_ | bit(role)); }
    [[nodiscard]] constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }
    [[nodiscard]] constexpr bool any(Roles of) const { return (bits_ & of.bits_) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] std::vector<Role> list() const;
    [[nodiscard]] constexpr bool operator==(const Roles&) const = default;

private:
    static constexpr std::uint16_t bit(Role role) {
        return static_cast<std::uint16_t>(1U << static_cast<unsigned>(role));
    }
    std::uint16_t bits_ = 0;
};

/// Those of the three administrators in a set.
[[nodiscard]] Roles administratorsIn(Roles roles);

}  // namespace liuhen::access
