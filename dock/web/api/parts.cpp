// SPDX-License-Identifier: Apache-2.0
// JSON that several parts of the contract share.
#include "dock/web/api/parts.hpp"

#include "dock/register/holding.hpp"

#include <algorithm>

namespace liuhen::web {

using access::Role;
using registry::View;

bool seesOwnOnly(const access::Session& session) {
    return !session.roles.any({Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer});
}

Result<bool> maySee(Parts& parts,
                    const access::Session& session,
                    const catalogue::RecordingRow& row) {
    if (!seesOwnOnly(session)) {
        return true;
    }
    bool had = false;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        const auto holders = registry::holdersAt(view, row.name.device, row.startUs);
        had = std::find(holders.begin(), holders.end(), session.person) != holders.end();
    }));
    return had;
}

std::string hexOf(const access::Person& person) {
    return core::toHex(person);
}

std::optional<access::Person> personOf(std::string_view hex) {
    if (!isHex64(hex)) {
        return std::nullopt;
    }
    const auto person = core::digestFromHex(hex);
    return person ? std::optional(*person) : std::nullopt;
}

json rolesJson(access::Roles roles) {
    json out = json::array();
    for (const access::Role role : roles.list()) {
        out.push_back(access::name(role));
    }
    return out;
}

json personJson(const access::Account& account) {
    return {{"person", hexOf(account.person)},
            {"work_number", account.workNumber},
            {"name", account.name},
            {"unit", account.unit},
            {"licence", orNull(account.licence)},
            {"roles", rolesJson(account.roles)}};
}

json numberJson(std::uint64_t number) {
    return std::to_string(number);
}

}  // namespace liuhen::web
