// SPDX-License-Identifier: Apache-2.0
// Accounts read from people.db.
#include "dock/access/people.hpp"

#include "common/core/file_lock.hpp"
#include "common/core/files.hpp"
#include "dock/access/private_file.hpp"
#include "dock/access/schema.hpp"

#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::access {

using catalogue::Connection;
using catalogue::Statement;

namespace {

constexpr std::string_view kColumns =
    "select a.number, a.person, a.work_number, a.name, a.unit, a.licence, a.made_us, "
    "(select c.at_us from closing c where c.person = a.person), "
    "(select max(s.id) from secret s where s.person = a.person and s.kind = 'totp' and s.id > "
    "coalesce((select max(f.id) from secret f where f.person = a.person and f.kind = 'first'), "
    "0)), "
    "(select max(p.id) from secret p where p.person = a.person and p.kind = 'password' and p.id > "
    "coalesce((select max(f.id) from secret f where f.person = a.person and f.kind = 'first'), "
    "0)), "
    "(select max(e.at_us) from event e where e.person = a.person and e.what = 'login') "
    "from account a ";

std::optional<Person> personAt(const Statement& row, int column) {
    const core::Buffer bytes = row.bytes(column);
    Person person{};
    if (bytes.size() != person.size()) {
        return std::nullopt;
    }
    std::copy(bytes.begin(), bytes.end(), person.begin());
    return person;
}

std::int64_t timeAt(const Statement& row, int column) {
    return static_cast<std::int64_t>(row.number(column));
}

std::optional<std::int64_t> optionalTimeAt(const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(timeAt(row, column));
}

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

bool matches(const Account& account, const AccountFilter& filter) {
    const auto holds = [&filter](const std::string& text) {
        return text.find(filter.part) != std::string::npos;
    };
    const Roles administrators = administratorsIn(account.roles);
    return (holds(account.workNumber) || holds(account.name) || holds(account.unit)) &&
           (!filter.role || account.roles.has(*filter.role)) &&
           (!filter.open || *filter.open == !account.closedUs) &&
           (!filter.business || (!account.roles.empty() && administrators.empty()));
}

}  // namespace

Result<std::unique_ptr<People>> People::open(const std::string& folder) {
    // SQLite of Debian 12 loses rows if two processes checkpoint one database.
    auto lock = core::lockForWriting(core::joinPath(folder, "people.lock"), kOwnerOnly);
    if (!lock && lock.error().kind == core::ErrorKind::Unavailable) {
        return core::fail(core::ErrorKind::AlreadyExists,
                          lock.error().message + ": stop the liuhen-dock that uses this folder");
    }
    if (!lock) {
        return tl::make_unexpected(lock.error());
    }
    const std::string path = core::joinPath(folder, "people.db");
    LIUHEN_CHECK(makePrivate(path));
    auto connection =
        Connection::open(path, Connection::Mode::Write, kPeopleSchema, kPeopleVersion);
    if (!connection) {
        return core::failWith(connection.error(), "open the accounts");
    }
    return std::unique_ptr<People>(new People(*std::move(connection), *std::move(lock)));
}

Result<Account> People::accountOf(const Statement& row) {
    Account account;
    account.number = row.number(0);
    const auto person = personAt(row, 1);
    if (!person) {
        return core::fail(core::ErrorKind::DataLoss, "read people.db: a person is no 32 bytes");
    }
    account.person = *person;
    account.workNumber = row.text(2);
    account.name = row.text(3);
    account.unit = row.text(4);
    if (!row.isNull(5)) {
        account.licence = row.text(5);
    }
    account.madeUs = timeAt(row, 6);
    account.closedUs = optionalTimeAt(row, 7);
    account.enrolled = !row.isNull(8) && !row.isNull(9);
    account.lastLoginUs = optionalTimeAt(row, 10);
    LIUHEN_TRY(Statement roles,
               connection_.prepare("select role from role_given g where person = ?1 and not exists "
                                   "(select 1 from role_ended e where e.given = g.id)"));
    roles.bind(core::ByteView(account.person));
    for (;;) {
        LIUHEN_TRY(const bool more, roles.step());
        if (!more) {
            return account;
        }
        if (const auto role = roleOf(roles.text(0))) {
            account.roles.add(*role);
        }
    }
}

Result<std::optional<Account>> People::findLocked(std::string_view where, core::ByteView value) {
    LIUHEN_TRY(Statement asked, connection_.prepare(fmt::format("{}{}", kColumns, where)));
    if (where.find("work_number") != std::string_view::npos) {
        asked.bind(core::textOf(value));
    } else {
        asked.bind(value);
    }
    LIUHEN_TRY(const bool row, asked.step());
    if (!row) {
        return std::optional<Account>();
    }
    LIUHEN_TRY(Account account, accountOf(asked));
    return std::optional(std::move(account));
}

Result<std::optional<Account>> People::find(const Person& person) {
    const std::scoped_lock guard(mutex_);
    return findLocked("where a.person = ?1", person);
}

Result<std::optional<Account>> People::findByWorkNumber(const std::string& workNumber) {
    const std::scoped_lock guard(mutex_);
    return findLocked("where a.work_number = ?1", core::viewOf(workNumber));
}

Result<std::vector<Account>> People::list(const AccountFilter& filter,
                                          std::uint64_t after,
                                          std::size_t limit) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(
        Statement asked,
        connection_.prepare(fmt::format("{}where a.number > ?1 order by a.number", kColumns)));
    asked.bind(after);
    std::vector<Account> accounts;
    while (accounts.size() < limit) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            break;
        }
        LIUHEN_TRY(Account account, accountOf(asked));
        if (matches(account, filter)) {
            accounts.push_back(std::move(account));
        }
    }
    return accounts;
}

Result<std::vector<RoleSpan>> People::roleHistory(const Person& person) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare("select g.role, g.at_us, g.by, e.at_us, e.by from role_given g "
                                   "left join role_ended e on e.given = g.id where g.person = ?1 "
                                   "order by g.id"));
    asked.bind(core::ByteView(person));
    std::vector<RoleSpan> spans;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return spans;
        }
        if (const auto role = roleOf(asked.text(0))) {
            spans.push_back(RoleSpan{*role,
                                     timeAt(asked, 1),
                                     personAt(asked, 2),
                                     optionalTimeAt(asked, 3),
                                     personAt(asked, 4)});
        }
    }
}

Result<Secrets> People::secrets(const Person& person) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare("select kind, value, until_us from secret where person = ?1 "
                                   "order by id"));
    asked.bind(core::ByteView(person));
    Secrets secrets;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            break;
        }
        if (const std::string kind = asked.text(0); kind == "totp") {
            secrets.totp = asked.bytes(1);
        } else {
            secrets.first = kind == "first";
            secrets.passwordHash = asked.text(1);
            secrets.firstUntilUs = optionalTimeAt(asked, 2);
            if (secrets.first) {
                secrets.totp.reset();
            }
        }
    }
    LIUHEN_TRY(Statement used,
               connection_.prepare("select max(step) from totp_used where person = ?1"));
    LIUHEN_TRY(const bool row, used.bind(core::ByteView(person)).step());
    if (row) {
        secrets.lastStep = optionalTimeAt(used, 0);
    }
    return secrets;
}

Result<std::vector<Event>> People::events(std::optional<Person> person,
                                          std::uint64_t before,
                                          std::size_t limit) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(fmt::format("select id, at_us, what, person, by, detail from "
                                               "event where id < ?1{} order by id desc limit ?2",
                                               person ? " and person = ?3" : "")));
    asked.bind(before).bind(std::uint64_t{limit});
    if (person) {
        asked.bind(core::ByteView(*person));
    }
    std::vector<Event> events;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return events;
        }
        events.push_back(Event{asked.number(0),
                               timeAt(asked, 1),
                               asked.text(2),
                               personAt(asked, 3),
                               personAt(asked, 4),
                               asked.text(5)});
    }
}

Result<std::uint64_t> People::countEvents(std::string_view what, std::int64_t sinceUs) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare("select count(*) from event where what = ?1 and at_us >= ?2"));
    LIUHEN_TRY(const bool row, asked.bind(what).bind(sinceUs).step());
    return row ? asked.number(0) : 0;
}

Result<bool> People::hasAny(Role role) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare("select 1 from role_given g where g.role = ?1 and not exists "
                                   "(select 1 from role_ended e where e.given = g.id) limit 1"));
    return asked.bind(name(role)).step();
}

}  // namespace liuhen::access
