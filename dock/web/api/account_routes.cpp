// SPDX-License-Identifier: Apache-2.0
// Accounts: made and closed by one administrator, given roles by another, read by a third.
#include "dock/access/password.hpp"
#include "dock/web/api/parts.hpp"

#include <fmt/format.h>

namespace liuhen::web {

using access::Account;
using access::Refusal;
using access::Role;

namespace {

constexpr std::size_t kSearchCharacters = 64;
constexpr std::size_t kReasonCharacters = 256;

json accountJson(const Account& account) {
    json out = personJson(account);
    out["made_us"] = account.madeUs;
    out["closed_us"] = orNull(account.closedUs);
    out["enrolled"] = account.enrolled;
    out["last_login_us"] = orNull(account.lastLoginUs);
    return out;
}

Problem problemOf(Refusal refusal) {
    switch (refusal) {
        case Refusal::NoSuchPerson:
            return Problem::NotFound;
        case Refusal::Closed:
            return Problem::AccountClosed;
        case Refusal::WorkNumberTaken:
            return Problem::WorkNumberTaken;
        case Refusal::OwnRoles:
            return Problem::OwnRoles;
        case Refusal::AdministratorAlone:
            return Problem::AdministratorAlone;
        case Refusal::OtherAdministrator:
            return Problem::OtherAdministrator;
        case Refusal::LastAdministrator:
            return Problem::LastAdministrator;
        case Refusal::Administrator:
            return Problem::ConsoleOnly;
        case Refusal::None:
            break;
    }
    return Problem::Internal;
}

/// A page of accounts; `business`: only what findPeople shows.
net::Response listed(Parts& parts, Call& call, bool business) {
    Query& query = call.query;
    access::AccountFilter filter;
    filter.business = business;
    filter.part = query.text("q", 1, kSearchCharacters).value_or("");
    if (const auto name = query.text("role", 1, 32)) {
        filter.role = access::roleOf(*name);
        if (!filter.role) {
            query.reject("role");
        }
    }
    if (!business) {
        filter.open = query.boolean("open");
    }
    const std::size_t limit = query.limit();
    std::uint64_t after = 0;
    if (const auto text = query.text("after", 1, 128)) {
        const auto number = numberOf(*text);
        if (!number) {
            query.reject("after");
        }
        after = number.value_or(0);
    }
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    auto accounts = parts.people.list(filter, after, limit + 1);
    if (!accounts) {
        return refusalOf(accounts.error());
    }
    const bool more = accounts->size() > limit;
    accounts->resize(std::min(accounts->size(), limit));
    json items = json::array();
    for (const Account& account : *accounts) {
        items.push_back(business ? personJson(account) : accountJson(account));
    }
    return reply(200,
                 {{"items", std::move(items)},
                  {"next", more ? json(std::to_string(accounts->back().number)) : json()}});
}

/// The account with a first password that was just set.
net::Response firstPasswordReply(unsigned status,
                                 const std::optional<Account>& account,
                                 const std::string& password,
                                 core::Microseconds now) {
    if (!account) {
        return refusal(Problem::NotFound);
    }
    return reply(status,
                 {{"account", accountJson(*account)},
                  {"first_password", password},
                  {"until_us", (now + access::kFirstPasswordLife).count()}});
}

net::Response create(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    access::NewAccount wanted;
    wanted.workNumber = body->text("work_number", 1, 32);
    wanted.name = body->text("name", 1, 64);
    wanted.unit = body->text("unit", 1, 128);
    wanted.licence = body->optionalText("licence", 1, 64);
    if (!isWorkNumber(wanted.workNumber)) {
        body->reject("work_number");
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const access::Doing doing{call.who().person, parts.clock.utc()};
    const std::string password = access::drawFirstPassword();
    const auto hash = access::hashPassword(password);
    if (!hash) {
        return refusalOf(hash.error());
    }
    const auto refused = parts.people.add(wanted, *hash, std::nullopt, doing);
    if (!refused) {
        return refusalOf(refused.error());
    }
    if (*refused != Refusal::None) {
        return refusal(problemOf(*refused), "work_number");
    }
    const auto account = parts.people.findByWorkNumber(wanted.workNumber);
    return account ? firstPasswordReply(201, *account, password, doing.now)
                   : refusalOf(account.error());
}

/// The person of a path and the reason in the body, for closing and resetting.
struct Named {
    access::Person person{};
    std::string reason;
};
std::optional<net::Response> readNamed(Call& call, Named& named) {
    const auto person = personOf(call.part("person"));
    if (!person) {
        return refusal(Problem::NotFound);
    }
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    named.person = *person;
    named.reason = body->text("reason", 1, kReasonCharacters);
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    return *person == call.who().person ? std::optional(refusal(Problem::OwnAccount))
                                        : std::nullopt;
}

net::Response close(Parts& parts, Call& call) {
    Named named;
    if (auto refused = readNamed(call, named)) {
        return *std::move(refused);
    }
    const access::Doing doing{call.who().person, parts.clock.utc()};
    const auto refused = parts.people.close(named.person, named.reason, doing);
    if (!refused) {
        return refusalOf(refused.error());
    }
    if (*refused != Refusal::None) {
        return refusal(problemOf(*refused));
    }
    parts.sessions.endOf(named.person, "");
    const auto account = parts.people.find(named.person);
    return account && *account ? reply(200, accountJson(**account)) : refusal(Problem::Internal);
}

net::Response reset(Parts& parts, Call& call) {
    Named named;
    if (auto refused = readNamed(call, named)) {
        return *std::move(refused);
    }
    const access::Doing doing{call.who().person, parts.clock.utc()};
    const std::string password = access::drawFirstPassword();
    const auto hash = access::hashPassword(password);
    if (!hash) {
        return refusalOf(hash.error());
    }
    const auto refused = parts.people.reset(named.person, *hash, named.reason, doing);
    if (!refused) {
        return refusalOf(refused.error());
    }
    if (*refused != Refusal::None) {
        return refusal(problemOf(*refused));
    }
    parts.sessions.endOf(named.person, "");
    const auto account = parts.people.find(named.person);
    return account ? firstPasswordReply(200, *account, password, doing.now)
                   : refusalOf(account.error());
}

net::Response rolesReply(Parts& parts, const access::Person& person) {
    const auto account = parts.people.find(person);
    if (!account || !*account) {
        return account ? refusal(Problem::NotFound) : refusalOf(account.error());
    }
    const auto spans = parts.people.roleHistory(person);
    if (!spans) {
        return refusalOf(spans.error());
    }
    json history = json::array();
    for (const access::RoleSpan& span : *spans) {
        history.push_back({{"role", access::name(span.role)},
                           {"given_us", span.givenUs},
                           {"given_by", span.givenBy ? json(hexOf(*span.givenBy)) : json()},
                           {"ended_us", orNull(span.endedUs)},
                           {"ended_by", span.endedBy ? json(hexOf(*span.endedBy)) : json()}});
    }
    return reply(200,
                 {{"person", hexOf(person)},
                  {"roles", rolesJson((*account)->roles)},
                  {"history", std::move(history)}});
}

net::Response rolesOf(Parts& parts, Call& call) {
    const auto person = personOf(call.part("person"));
    return person ? rolesReply(parts, *person) : refusal(Problem::NotFound);
}

net::Response setRoles(Parts& parts, Call& call) {
    const auto person = personOf(call.part("person"));
    if (!person) {
        return refusal(Problem::NotFound);
    }
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    access::Roles roles;
    for (const std::string& name : body->texts("roles", access::kAllRoles.size())) {
        if (const auto role = access::roleOf(name)) {
            roles.add(*role);
        } else {
            body->reject("roles");
        }
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto before = parts.people.find(*person);
    if (!before) {
        return refusalOf(before.error());
    }
    const access::Doing doing{call.who().person, parts.clock.utc()};
    const auto refused = parts.people.setRoles(*person, roles, doing);
    if (!refused) {
        return refusalOf(refused.error());
    }
    if (*refused != Refusal::None) {
        return refusal(problemOf(*refused), "roles");
    }
    if (*before && !((*before)->roles == roles)) {
        parts.sessions.endOf(*person, "");
    }
    return rolesReply(parts, *person);
}

}  // namespace

std::vector<Route> accountRoutes() {
    const Who readers = Who::of({Role::Sysadmin, Role::Secadmin, Role::Audadmin});
    const Who sysadmin = Who::of({Role::Sysadmin});
    return {
        {"GET",
         "/api/v1/accounts",
         "listAccounts",
         readers,
         [](Parts& parts, Call& call) { return listed(parts, call, false); }},
        {"POST", "/api/v1/accounts", "createAccount", sysadmin, &create},
        {"POST", "/api/v1/accounts/{person}/closure", "closeAccount", sysadmin, &close},
        {"POST", "/api/v1/accounts/{person}/reset", "resetAccount", sysadmin, &reset},
        {"GET", "/api/v1/accounts/{person}/roles", "rolesOf", readers, &rolesOf},
        {"PUT",
         "/api/v1/accounts/{person}/roles",
         "setRoles",
         Who::of({Role::Secadmin}),
         &setRoles},
        {"GET",
         "/api/v1/people",
         "findPeople",
         Who::of({Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer}),
         [](Parts& parts, Call& call) { return listed(parts, call, true); }},
    };
}

}  // namespace liuhen::web
