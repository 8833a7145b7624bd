// SPDX-License-Identifier: Apache-2.0
// What adds rows to people.db, and what forbids it.
#include "common/crypto/digest.hpp"
#include "dock/access/people.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::access {

using catalogue::Statement;
using catalogue::Transaction;

namespace {

void bindPerson(Statement& row, const std::optional<Person>& person) {
    if (person) {
        row.bind(core::ByteView(*person));
    } else {
        row.bind(std::optional<std::int64_t>());
    }
}

}  // namespace

Result<void> People::addEvent(std::string_view what,
                              const std::optional<Person>& person,
                              std::string_view detail,
                              const Doing& doing) {
    LIUHEN_TRY(Statement row,
               connection_.prepare("insert into event (at_us, what, person, by, detail) values "
                                   "(?1, ?2, ?3, ?4, ?5)"));
    row.bind(std::int64_t{doing.now.count()}).bind(what);
    bindPerson(row, person);
    bindPerson(row, doing.by);
    return row.bind(detail).run();
}

Result<void> People::addSecret(const Person& person,
                               std::string_view kind,
                               core::ByteView value,
                               core::Microseconds now,
                               std::optional<std::int64_t> untilUs) {
    LIUHEN_TRY(Statement row,
               connection_.prepare("insert into secret (person, kind, value, at_us, until_us) "
                                   "values (?1, ?2, ?3, ?4, ?5)"));
    row.bind(core::ByteView(person)).bind(kind).bind(value);
    return row.bind(std::int64_t{now.count()}).bind(untilUs).run();
}

Result<void> People::giveRole(const Person& person, Role role, const Doing& doing) {
    LIUHEN_TRY(Statement row,
               connection_.prepare(
                   "insert into role_given (person, role, at_us, by) values (?1, ?2, ?3, ?4)"));
    row.bind(core::ByteView(person)).bind(name(role)).bind(std::int64_t{doing.now.count()});
    bindPerson(row, doing.by);
    LIUHEN_CHECK(row.run());
    return addEvent("role.given", person, name(role), doing);
}

Result<void> People::endRoles(const Person& person, Roles kept, const Doing& doing) {
    std::vector<std::pair<std::uint64_t, Role>> ending;
    {
        LIUHEN_TRY(Statement given,
                   connection_.prepare("select id, role from role_given g where person = ?1 and "
                                       "not exists (select 1 from role_ended e where e.given = "
                                       "g.id)"));
        given.bind(core::ByteView(person));
        for (;;) {
            LIUHEN_TRY(const bool more, given.step());
            if (!more) {
                break;
            }
            const auto role = roleOf(given.text(1));
            if (role && !kept.has(*role)) {
                ending.emplace_back(given.number(0), *role);
            }
        }
    }
    for (const auto& [id, role] : ending) {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("insert into role_ended values (?1, ?2, ?3)"));
        row.bind(id).bind(std::int64_t{doing.now.count()});
        bindPerson(row, doing.by);
        LIUHEN_CHECK(row.run());
        LIUHEN_CHECK(addEvent("role.ended", person, name(role), doing));
    }
    return {};
}

Result<bool> People::isLastIn(Roles administrators, const Person& person) {
    for (const Role role : administrators.list()) {
        LIUHEN_TRY(Statement others,
                   connection_.prepare("select 1 from role_given g where g.role = ?1 and g.person "
                                       "<> ?2 and not exists (select 1 from role_ended e where "
                                       "e.given = g.id) limit 1"));
        LIUHEN_TRY(const bool any, others.bind(name(role)).bind(core::ByteView(person)).step());
        if (!any) {
            return true;
        }
    }
    return false;
}

Result<bool> People::hadOther(const Person& person, Role administrator) {
    LIUHEN_TRY(Statement given,
               connection_.prepare("select role from role_given where person = ?1"));
    given.bind(core::ByteView(person));
    for (;;) {
        LIUHEN_TRY(const bool more, given.step());
        if (!more) {
            return false;
        }
        const auto role = roleOf(given.text(0));
        if (role && isAdministrator(*role) && *role != administrator) {
            return true;
        }
    }
}

Result<Refusal> People::add(const NewAccount& account,
                            const std::string& firstHash,
                            std::optional<Role> role,
                            const Doing& doing) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_TRY(const auto taken,
               findLocked("where a.work_number = ?1", core::viewOf(account.workNumber)));
    if (taken) {
        return Refusal::WorkNumberTaken;
    }
    Person person{};
    const core::Buffer random = crypto::randomBytes(person.size());
    std::copy(random.begin(), random.end(), person.begin());
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("insert into account (person, work_number, name, unit, "
                                       "licence, made_us, made_by) values (?1, ?2, ?3, ?4, ?5, ?6, "
                                       "?7)"));
        row.bind(core::ByteView(person)).bind(account.workNumber);
        row.bind(account.name).bind(account.unit);
        if (account.licence) {
            row.bind(*account.licence);
        } else {
            row.bind(std::optional<std::int64_t>());
        }
        row.bind(std::int64_t{doing.now.count()});
        bindPerson(row, doing.by);
        LIUHEN_CHECK(row.run());
    }
    LIUHEN_CHECK(addSecret(person,
                           "first",
                           core::viewOf(firstHash),
                           doing.now,
                           (doing.now + kFirstPasswordLife).count()));
    LIUHEN_CHECK(addEvent("made", person, "", doing));
    if (role) {
        LIUHEN_CHECK(giveRole(person, *role, doing));
    }
    LIUHEN_CHECK(transaction.commit());
    return Refusal::None;
}

Result<Refusal> People::close(const Person& person, const std::string& reason, const Doing& doing) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_TRY(const auto account, findLocked("where a.person = ?1", person));
    if (!account || account->closedUs) {
        return account ? Refusal::Closed : Refusal::NoSuchPerson;
    }
    LIUHEN_TRY(const bool last, isLastIn(administratorsIn(account->roles), person));
    if (last) {
        return Refusal::LastAdministrator;
    }
    LIUHEN_CHECK(endRoles(person, Roles(), doing));
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("insert into closing values (?1, ?2, ?3, ?4)"));
        row.bind(core::ByteView(person)).bind(std::int64_t{doing.now.count()});
        bindPerson(row, doing.by);
        LIUHEN_CHECK(row.bind(reason).run());
    }
    LIUHEN_CHECK(addEvent("closed", person, reason, doing));
    LIUHEN_CHECK(transaction.commit());
    return Refusal::None;
}

Result<Refusal> People::reset(const Person& person,
                              const std::string& firstHash,
                              const std::string& reason,
                              const Doing& doing) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_TRY(const auto account, findLocked("where a.person = ?1", person));
    if (!account || account->closedUs) {
        return account ? Refusal::Closed : Refusal::NoSuchPerson;
    }
    if (doing.by) {
        if (!administratorsIn(account->roles).empty()) {
            return Refusal::Administrator;
        }
        LIUHEN_CHECK(endRoles(person, Roles(), doing));
    }
    LIUHEN_CHECK(addSecret(person,
                           "first",
                           core::viewOf(firstHash),
                           doing.now,
                           (doing.now + kFirstPasswordLife).count()));
    LIUHEN_CHECK(addEvent("reset", person, reason, doing));
    LIUHEN_CHECK(transaction.commit());
    return Refusal::None;
}

Result<Refusal> People::setRoles(const Person& person, Roles roles, const Doing& doing) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_TRY(const auto account, findLocked("where a.person = ?1", person));
    if (!account || account->closedUs) {
        return account ? Refusal::Closed : Refusal::NoSuchPerson;
    }
    if (doing.by == person) {
        return Refusal::OwnRoles;
    }
    const std::vector<Role> wanted = roles.list();
    const Roles administrators = administratorsIn(roles);
    if (!administrators.empty()) {
        if (wanted.size() > 1) {
            return Refusal::AdministratorAlone;
        }
        LIUHEN_TRY(const bool other, hadOther(person, wanted.front()));
        if (other) {
            return Refusal::OtherAdministrator;
        }
    }
    Roles ending;
    for (const Role role : administratorsIn(account->roles).list()) {
        if (!roles.has(role)) {
            ending.add(role);
        }
    }
    LIUHEN_TRY(const bool last, isLastIn(ending, person));
    if (last) {
        return Refusal::LastAdministrator;
    }
    LIUHEN_CHECK(endRoles(person, roles, doing));
    for (const Role role : wanted) {
        if (!account->roles.has(role)) {
            LIUHEN_CHECK(giveRole(person, role, doing));
        }
    }
    LIUHEN_CHECK(transaction.commit());
    return Refusal::None;
}

Result<void> People::setPassword(const Person& person,
                                 const std::string& hash,
                                 core::Microseconds now) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_CHECK(addSecret(person, "password", core::viewOf(hash), now, std::nullopt));
    LIUHEN_CHECK(addEvent("password.set", person, "", Doing{person, now}));
    return transaction.commit();
}

Result<void> People::setTotp(const Person& person, core::ByteView secret, core::Microseconds now) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_CHECK(addSecret(person, "totp", secret, now, std::nullopt));
    LIUHEN_CHECK(addEvent("totp.set", person, "", Doing{person, now}));
    return transaction.commit();
}

Result<bool> People::useTotp(const Person& person, std::int64_t step) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row, connection_.prepare("insert into totp_used values (?1, ?2)"));
    const auto used = row.bind(core::ByteView(person)).bind(step).run();
    if (!used && used.error().kind == core::ErrorKind::AlreadyExists) {
        return false;
    }
    LIUHEN_CHECK(used);
    return true;
}

Result<void> People::note(std::string_view what,
                          std::optional<Person> person,
                          std::string_view detail,
                          const Doing& doing) {
    const std::scoped_lock guard(mutex_);
    return addEvent(what, person, detail, doing);
}

}  // namespace liuhen::access
