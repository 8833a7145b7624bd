// SPDX-License-Identifier: Apache-2.0
// SQLite behind a connection that only adds.
#include "dock/vault/database.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

core::ErrorKind kindOf(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return ErrorKind::ResourceExhausted;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_IOERR:
            return ErrorKind::DataLoss;
        case SQLITE_CONSTRAINT:
            return ErrorKind::AlreadyExists;
        case SQLITE_AUTH:
        case SQLITE_PERM:
        case SQLITE_READONLY:
            return ErrorKind::PermissionDenied;
        case SQLITE_CANTOPEN:
        case SQLITE_BUSY:
            return ErrorKind::Unavailable;
        default:
            return ErrorKind::Internal;
    }
}

tl::unexpected<core::Error> failed(sqlite3* connection, int code, std::string_view what) {
    const char* text = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    // SQLite says no more when it cannot make a file beside the database.
    const char* hint = (code & 0xff) == SQLITE_CANTOPEN
                           ? "; the disk is full, or its folder is not there or not writable"
                           : "";
    return fail(kindOf(code), fmt::format("{}: {}{}", what, text, hint));
}

/// What the connection may do once the schema stands.
int authorize(void* /*context*/,
              int action,
              const char* first,
              const char* second,
              const char* /*database*/,
              const char* /*trigger*/) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_INSERT:
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_SAVEPOINT:  // of Transaction::mark() alone
            return second != nullptr && std::string_view(second) == "part" ? SQLITE_OK
                                                                           : SQLITE_DENY;
        case SQLITE_FUNCTION: {
            const std::string_view function = second == nullptr ? "" : second;
            const bool allowed = function == "count" || function == "max" || function == "raise";
            return allowed ? SQLITE_OK : SQLITE_DENY;
        }
        case SQLITE_PRAGMA:
            return first != nullptr && std::string_view(first) == "wal_checkpoint" ? SQLITE_OK
                                                                                   : SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

void Statement::noteBind(int code) {
    bindCode_ = bindCode_ == SQLITE_OK ? code : bindCode_;
}

Statement& Statement::bind(std::int64_t value) {
    noteBind(sqlite3_bind_int64(statement_.get(), ++bound_, value));
    return *this;
}

Statement& Statement::bind(std::uint64_t value) {
    // Numbers that a recorder signed may use all 64 bits; they are only compared for equality then.
    return bind(static_cast<std::int64_t>(value));
}

Statement& Statement::bind(const std::optional<std::uint64_t>& value) {
    return value ? bind(*value) : bindNull();
}

Statement& Statement::bind(std::string_view text) {
    noteBind(sqlite3_bind_text64(
        statement_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(ByteView bytes) {
    static constexpr std::uint8_t kNothing = 0;
    const std::uint8_t* data = bytes.empty() ? &kNothing : bytes.data();
    noteBind(sqlite3_bind_blob64(statement_.get(), ++bound_, data, bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bindNull() {
    noteBind(sqlite3_bind_null(statement_.get(), ++bound_));
    return *this;
}

Result<bool> Statement::step() {
    if (bindCode_ != SQLITE_OK) {
        return failed(connection_, bindCode_, "bind a value");
    }
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        return code == SQLITE_ROW;
    }
    return failed(connection_, code, "run a statement of the vault's database");
}

Result<void> Statement::run() {
    LIUHEN_TRY(const bool row, step());
    return row ? Result<void>(fail(ErrorKind::Internal, "run a statement: it answers rows"))
               : Result<void>();
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Buffer Statement::bytes(int column) const {
    const auto* data =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? Buffer() : Buffer(data, data + size);
}

std::string Statement::text(int column) const {
    const Buffer content = bytes(column);
    return std::string(core::textOf(content));
}

Digest Statement::digest(int column) const {
    Digest digest{};
    const Buffer content = bytes(column);
    if (content.size() == digest.size()) {
        std::copy(content.begin(), content.end(), digest.begin());
    }
    return digest;
}

void Database::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Result<Database> Database::connect(const std::string& path) {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(),
                        &raw,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr);
    Database database(raw);
    if (code != SQLITE_OK) {
        return failed(raw, code, "open database " + path);
    }
    return database;
}

Result<Database> Database::open(const std::string& path, const char* schema, int version) {
    LIUHEN_TRY(Database database, connect(path));
    const auto ready = [&]() -> Result<void> {
        LIUHEN_TRY(const bool fresh, database.isFresh(version));
        if (!fresh) {
            LIUHEN_CHECK(database.checkSchema(schema));
        }
        LIUHEN_CHECK(database.harden());
        // In one step: a crash amid it would leave tables that no later start takes for its own.
        LIUHEN_TRY(Transaction making, Transaction::begin(database));
        LIUHEN_CHECK(database.execute(schema));
        if (fresh) {
            LIUHEN_CHECK(
                database.execute(fmt::format("pragma user_version = {}", version).c_str()));
        }
        LIUHEN_CHECK(making.commit());
        // A run that was killed may have written rows and not synced them: they can be read, so
        // what is told of them must not outlive them.
        LIUHEN_CHECK(database.execute("pragma wal_checkpoint(truncate)"));
        if (sqlite3_set_authorizer(database.connection_.get(), authorize, nullptr) != SQLITE_OK) {
            return fail(ErrorKind::Internal, "set the authorizer");
        }
        return {};
    }();
    if (!ready) {
        return core::failWith(ready.error(), "open database " + path);
    }
    return database;
}

Result<bool> Database::isFresh(int version) {
    LIUHEN_TRY(Statement held, prepare("pragma user_version"));
    LIUHEN_TRY(const bool told, held.step());
    if (told && held.number(0) == static_cast<std::uint64_t>(version)) {
        return false;
    }
    LIUHEN_TRY(Statement tables, prepare("select count(*) from sqlite_schema"));
    LIUHEN_TRY(const bool counted, tables.step());
    if (!counted || tables.number(0) > 0) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("its tables are of version {}, this program's of {}; nothing was "
                                "changed",
                                held.number(0),
                                version));
    }
    return true;
}

Result<std::set<std::string>> Database::parts() {
    LIUHEN_TRY(Statement statement,
               prepare("select type || ' ' || name || ': ' || coalesce(sql, '') "
                       "from sqlite_schema"));
    std::set<std::string> found;
    while (true) {
        LIUHEN_TRY(const bool row, statement.step());
        if (!row) {
            return found;
        }
        found.insert(statement.text(0));
    }
}

Result<void> Database::checkSchema(const char* schema) {
    LIUHEN_TRY(Database own, connect(":memory:"));
    LIUHEN_CHECK(own.execute(schema));
    LIUHEN_TRY(const std::set<std::string> wanted, own.parts());
    LIUHEN_TRY(const std::set<std::string> held, parts());
    std::vector<std::string> differ;
    std::set_symmetric_difference(
        wanted.begin(), wanted.end(), held.begin(), held.end(), std::back_inserter(differ));
    if (differ.empty()) {
        return {};
    }
    const std::string& first = differ.front();
    return fail(
        ErrorKind::FailedPrecondition,
        fmt::format("its schema was changed by somebody else: {} {}; nothing was changed",
                    first.substr(0, first.find(':')),
                    wanted.contains(first) ? "is not there as it was" : "does not belong there"));
}

Result<void> Database::harden() {
    struct Setting {
        int code;
        int value;
    };
    constexpr Setting kSettings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                     {SQLITE_DBCONFIG_DQS_DML, 0},
                                     {SQLITE_DBCONFIG_DQS_DDL, 0},
                                     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                     {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
                                     {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1}};
    for (const Setting& setting : kSettings) {
        int now = -1;
        const int code = sqlite3_db_config(connection_.get(), setting.code, setting.value, &now);
        if (code != SQLITE_OK || now != setting.value) {
            return failed(connection_.get(), code, "harden the connection");
        }
    }
    // Without recursive triggers INSERT OR REPLACE would pass by the triggers on DELETE. What
    // undoes a part of a transaction is kept in memory: no file outside of the vault.
    LIUHEN_CHECK(
        execute("pragma recursive_triggers = on; pragma cell_size_check = on;"
                "pragma temp_store = memory;"
                "pragma journal_mode = wal; pragma synchronous = full"));
    LIUHEN_TRY(Statement mode, prepare("pragma journal_mode"));
    LIUHEN_TRY(const bool row, mode.step());
    if (!row || mode.text(0) != "wal") {
        return fail(ErrorKind::FailedPrecondition, "switch to a write-ahead log");
    }
    return {};
}

Result<Statement> Database::prepare(const char* sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &raw, nullptr);
    if (code != SQLITE_OK) {
        return failed(connection_.get(), code, fmt::format("prepare '{}'", sql));
    }
    return Statement(connection_.get(), raw);
}

Result<void> Database::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return failed(connection_.get(), code, "run a statement of the vault's database");
    }
    return {};
}

Result<Transaction> Transaction::begin(Database& database) {
    LIUHEN_CHECK(database.execute("begin immediate"));
    return Transaction(database);
}

Result<void> Transaction::commit() {
    LIUHEN_CHECK(database_->execute("commit"));
    database_ = nullptr;
    return {};
}

Result<void> Transaction::mark() {
    return database_->execute("savepoint part");
}

Result<void> Transaction::keep() {
    return database_->execute("release part");
}

Result<void> Transaction::undo() {
    return database_->execute("rollback to part; release part");
}

Transaction::~Transaction() {
    if (database_ != nullptr) {
        static_cast<void>(database_->execute("rollback"));  // nothing of it is there either way
    }
}

}  // namespace liuhen::vault
