// SPDX-License-Identifier: Apache-2.0
// Making, opening and ending of terminals.
#include "dock/access/terminals.hpp"

#include "common/core/files.hpp"
#include "common/crypto/digest.hpp"
#include "dock/access/password.hpp"
#include "dock/access/private_file.hpp"

#include <fmt/format.h>

namespace liuhen::access {

using catalogue::Connection;
using catalogue::Statement;
using catalogue::Transaction;

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kSchema = R"sql(
create table terminal (
    id integer primary key not null,                -- the order of creation
    name text not null,
    made_us integer not null,                       -- UTC, as all times here
    code blob not null unique check (length(code) = 32),      -- SHA-256 of the one-time code
    code_until_us integer not null
) strict;
create index terminal_of_name on terminal (name);
create table opened (
    terminal integer primary key not null references terminal (id),
    at_us integer not null,
    until_us integer not null,
    secret blob not null unique check (length(secret) = 32)   -- SHA-256 of the cookie's value
) strict;
create table ended (
    terminal integer primary key not null references terminal (id),
    at_us integer not null
) strict;
)sql";

/// As it is printed, however it was typed.
std::string plain(std::string_view code) {
    std::string out;
    for (const char letter : code) {
        if (letter != '-' && letter != ' ') {
            const bool upper = letter >= 'A' && letter <= 'Z';
            out += upper ? static_cast<char>(letter - 'A' + 'a') : letter;
        }
    }
    return out;
}

core::Digest hashOf(std::string_view text) {
    return crypto::sha256(core::viewOf(text));
}

std::optional<std::int64_t> timeOrNothing(const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt
                              : std::optional(static_cast<std::int64_t>(row.number(column)));
}

}  // namespace

Result<std::unique_ptr<Terminals>> Terminals::open(const std::string& folder) {
    const std::string path = core::joinPath(folder, "terminals.db");
    LIUHEN_CHECK(makePrivate(path));
    auto connection = Connection::open(path, Connection::Mode::Shared, kSchema, kVersion);
    if (!connection) {
        return core::failWith(connection.error(), "open the terminals");
    }
    return std::unique_ptr<Terminals>(new Terminals(*std::move(connection)));
}

Result<std::vector<std::uint64_t>> Terminals::live(const std::string& name,
                                                   core::Microseconds now) {
    LIUHEN_TRY(Statement row,
               connection_.prepare(
                   "select t.id from terminal t left join opened o on o.terminal = t.id where "
                   "t.name = ?1 and coalesce(o.until_us, t.code_until_us) > ?2 and not exists "
                   "(select 1 from ended e where e.terminal = t.id)"));
    row.bind(std::string_view(name)).bind(std::int64_t{now.count()});
    std::vector<std::uint64_t> found;
    for (;;) {
        LIUHEN_TRY(const bool more, row.step());
        if (!more) {
            return found;
        }
        found.push_back(row.number(0));
    }
}

Result<std::string> Terminals::make(const std::string& name, core::Microseconds now) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction turn, Transaction::begin(connection_));
    LIUHEN_TRY(const auto before, live(name, now));
    if (!before.empty()) {
        return core::fail(core::ErrorKind::AlreadyExists,
                          fmt::format("make a terminal: there is one named {}; choose another "
                                      "name, or end it with 'liuhen-dock terminal end'",
                                      name));
    }
    std::string code = drawFirstPassword();
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("insert into terminal (name, made_us, code, code_until_us) "
                                       "values (?1, ?2, ?3, ?4)"));
        row.bind(std::string_view(name)).bind(std::int64_t{now.count()});
        row.bind(core::ByteView(hashOf(plain(code))));
        row.bind(std::int64_t{(now + kTerminalCodeLife).count()});
        LIUHEN_CHECK(row.run());
    }
    LIUHEN_CHECK(turn.commit());
    return code;
}

Result<std::optional<OpenedTerminal>> Terminals::openWith(std::string_view code,
                                                          core::Microseconds now) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction turn, Transaction::begin(connection_));
    OpenedTerminal opened;
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare(
                       "select id, name from terminal t where code = ?1 and code_until_us > ?2 and "
                       "not exists (select 1 from opened o where o.terminal = t.id) and not exists "
                       "(select 1 from ended e where e.terminal = t.id)"));
        row.bind(core::ByteView(hashOf(plain(code)))).bind(std::int64_t{now.count()});
        LIUHEN_TRY(const bool found, row.step());
        if (!found) {
            return std::nullopt;
        }
        opened.terminal = {row.number(0), row.text(1)};
    }
    opened.cookie = core::toHex(crypto::randomBytes(kSecretBytes));
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("insert into opened (terminal, at_us, until_us, secret) "
                                       "values (?1, ?2, ?3, ?4)"));
        row.bind(opened.terminal.number).bind(std::int64_t{now.count()});
        row.bind(std::int64_t{(now + kTerminalLife).count()});
        row.bind(core::ByteView(hashOf(opened.cookie)));
        LIUHEN_CHECK(row.run());
    }
    LIUHEN_CHECK(turn.commit());
    return opened;
}

Result<std::optional<Terminal>> Terminals::use(std::string_view cookie, core::Microseconds now) {
    if (cookie.size() != 2 * kSecretBytes) {
        return std::nullopt;
    }
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row,
               connection_.prepare("select t.id, t.name from opened o join terminal t on t.id = "
                                   "o.terminal where o.secret = ?1 and o.until_us > ?2 and not "
                                   "exists (select 1 from ended e where e.terminal = t.id)"));
    row.bind(core::ByteView(hashOf(cookie))).bind(std::int64_t{now.count()});
    LIUHEN_TRY(const bool found, row.step());
    return found ? std::optional(Terminal{row.number(0), row.text(1)}) : std::nullopt;
}

Result<bool> Terminals::end(const std::string& name, core::Microseconds now) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction turn, Transaction::begin(connection_));
    LIUHEN_TRY(const auto ending, live(name, now));
    for (const std::uint64_t terminal : ending) {
        LIUHEN_TRY(Statement row, connection_.prepare("insert into ended values (?1, ?2)"));
        row.bind(terminal).bind(std::int64_t{now.count()});
        LIUHEN_CHECK(row.run());
    }
    LIUHEN_CHECK(turn.commit());
    return !ending.empty();
}

Result<std::vector<TerminalLine>> Terminals::list() {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement row,
               connection_.prepare("select t.id, t.name, t.made_us, coalesce(o.until_us, "
                                   "t.code_until_us), o.at_us, e.at_us from terminal t left join "
                                   "opened o on o.terminal = t.id left join ended e on e.terminal "
                                   "= t.id order by t.id"));
    std::vector<TerminalLine> lines;
    for (;;) {
        LIUHEN_TRY(const bool more, row.step());
        if (!more) {
            return lines;
        }
        lines.push_back({{row.number(0), row.text(1)},
                         static_cast<std::int64_t>(row.number(2)),
                         static_cast<std::int64_t>(row.number(3)),
                         timeOrNothing(row, 4),
                         timeOrNothing(row, 5)});
    }
}

}  // namespace liuhen::access
