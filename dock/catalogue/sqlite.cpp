// SPDX-License-Identifier: Apache-2.0
// The connection's rules and the few calls of SQLite that the catalogue needs.
#include "dock/catalogue/sqlite.hpp"

#include "common/core/log.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace liuhen::catalogue {

using core::ErrorKind;
using core::fail;

namespace {

constexpr int kBusyMs = 5000;
/// More texts than any program of ours asks; what is asked once with a text of its own must not
/// stay.
constexpr std::size_t kMostIdle = 64;

ErrorKind kindOf(int code) {
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
    const char* why = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    return fail(kindOf(code), fmt::format("{}: {}", what, why));
}

/// What is left to do once the schema stands.
int authorize(void* /*context*/,
              int action,
              const char* first,
              const char* second,
              const char* /*database*/,
              const char* trigger) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_INSERT:
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_FUNCTION: {
            const std::string_view function = second == nullptr ? "" : second;
            const bool known = function == "count" || function == "max" || function == "coalesce" ||
                               function == "min";
            return known ? SQLITE_OK : SQLITE_DENY;
        }
        case SQLITE_DELETE: {
            // What was awaited and is stored is awaited no more; only the schema says so.
            const std::string_view table = first == nullptr ? "" : first;
            const std::string_view by = trigger == nullptr ? "" : trigger;
            return table == "not_intact" && by == "segment_is_stored" ? SQLITE_OK : SQLITE_DENY;
        }
        case SQLITE_PRAGMA:
            // The schema's own check after opening, and the checkpoint by the one writer.
            return first != nullptr && std::string_view(first) == "wal_checkpoint" ? SQLITE_OK
                                                                                   : SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace

IdleStatements::~IdleStatements() {
    for (const auto& [sql, statement] : idle_) {
        sqlite3_finalize(statement);
    }
}

sqlite3_stmt* IdleStatements::take(std::string_view sql) {
    const auto found = idle_.find(sql);
    if (found == idle_.end()) {
        return nullptr;
    }
    sqlite3_stmt* const statement = found->second;
    idle_.erase(found);
    return statement;
}

void IdleStatements::give(sqlite3_stmt* statement) {
    // What went wrong was told when it was run: a reset says it once more.
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (idle_.size() >= kMostIdle || !idle_.emplace(sqlite3_sql(statement), statement).second) {
        sqlite3_finalize(statement);
    }
}

void Statement::note(int code) {
    bindCode_ = bindCode_ == SQLITE_OK ? code : bindCode_;
}

Statement& Statement::bind(std::int64_t value) {
    note(sqlite3_bind_int64(statement_.get(), ++bound_, value));
    return *this;
}

Statement& Statement::bind(std::uint64_t value) {
    return bind(static_cast<std::int64_t>(value));
}

Statement& Statement::bind(const std::optional<std::uint64_t>& value) {
    if (value) {
        return bind(*value);
    }
    note(sqlite3_bind_null(statement_.get(), ++bound_));
    return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) {
    if (value) {
        return bind(*value);
    }
    note(sqlite3_bind_null(statement_.get(), ++bound_));
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    const char* data = text.empty() ? "" : text.data();
    note(sqlite3_bind_text64(
        statement_.get(), ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(core::ByteView bytes) {
    static constexpr std::uint8_t kNothing = 0;
    const std::uint8_t* data = bytes.empty() ? &kNothing : bytes.data();
    note(sqlite3_bind_blob64(statement_.get(), ++bound_, data, bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

Result<bool> Statement::step() {
    if (bindCode_ != SQLITE_OK) {
        return failed(connection_, bindCode_, "bind a value for the database");
    }
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        return code == SQLITE_ROW;
    }
    return failed(connection_, code, "run a statement of the database");
}

Result<void> Statement::run() {
    for (;;) {
        LIUHEN_TRY(const bool row, step());
        if (!row) {
            return {};
        }
    }
}

std::uint64_t Statement::number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

core::Buffer Statement::bytes(int column) const {
    const auto* data =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return data == nullptr ? core::Buffer() : core::Buffer(data, data + size);
}

std::string Statement::text(int column) const {
    const core::Buffer content = bytes(column);
    return std::string(core::textOf(content));
}

void Connection::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Result<Connection> Connection::open(const std::string& path,
                                    Mode mode,
                                    std::string_view schema,
                                    int version) {
    sqlite3* raw = nullptr;
    const std::string what = mode == Mode::Shared ? "open register " : "open catalogue ";
    const int access =
        mode != Mode::Read ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(
        path.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
    Connection connection(raw);
    if (code != SQLITE_OK) {
        return failed(raw, code, what + path);
    }
    const auto ready = [&]() -> Result<void> {
        LIUHEN_CHECK(connection.configure(mode));
        return connection.makeSchema(mode, schema, version);
    }();
    if (!ready) {
        return core::failWith(ready.error(), what + path);
    }
    sqlite3_set_authorizer(raw, &authorize, nullptr);
    return connection;
}

Result<void> Connection::configure(Mode mode) {
    sqlite3* raw = connection_.get();
    struct Setting {
        int option;
        int value;
    };
    constexpr std::array<Setting, 7> kSettings = {{
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
    }};
    for (const Setting& setting : kSettings) {
        int now = 0;
        const int code = sqlite3_db_config(raw, setting.option, setting.value, &now);
        if (code != SQLITE_OK || now != setting.value) {
            return fail(ErrorKind::Internal,
                        fmt::format("set option {} of SQLite: refused", setting.option));
        }
    }
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, kBusyMs);
    LIUHEN_CHECK(execute("pragma recursive_triggers=on; pragma cell_size_check=on;"));
    if (mode == Mode::Read) {
        int now = 0;
        sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &now);
        return execute("pragma query_only=on; pragma wal_autocheckpoint=0;");
    }
    if (mode == Mode::Shared) {
        // With a rollback journal the end of a transaction is the removal of a file: EXTRA syncs
        // the folder too.
        return execute("pragma journal_mode=delete; pragma synchronous=extra;");
    }
    return execute("pragma journal_mode=wal; pragma synchronous=full;");
}

Result<void> Connection::makeSchema(Mode mode, std::string_view schema, int version) {
    std::uint64_t found = 0;
    bool any = false;
    std::optional<Transaction> turn;
    if (mode == Mode::Shared) {  // two that make the same file must not both find it empty
        LIUHEN_TRY(Transaction begun, Transaction::begin(*this));
        turn.emplace(std::move(begun));
    }
    {
        LIUHEN_TRY(Statement asked, prepare("pragma user_version"));
        LIUHEN_TRY(const bool row, asked.step());
        found = row ? asked.number(0) : 0;
        LIUHEN_TRY(Statement tables, prepare("select count(*) from sqlite_schema"));
        LIUHEN_TRY(const bool counted, tables.step());
        any = counted && tables.number(0) > 0;
    }
    if (found == static_cast<std::uint64_t>(version)) {
        return {};
    }
    if (found != 0 || any || mode == Mode::Read) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("it has version {}, this program needs {}; {}",
                                found,
                                version,
                                mode == Mode::Shared
                                    ? "use the program that it was made with"
                                    : "make it anew from the vault with 'liuhen-dock rebuild'"));
    }
    if (!turn) {
        LIUHEN_TRY(Transaction begun, Transaction::begin(*this));
        turn.emplace(std::move(begun));
    }
    LIUHEN_CHECK(execute(schema));
    LIUHEN_CHECK(execute(fmt::format("pragma user_version={}", version)));
    return turn->commit();
}

Result<Statement> Connection::prepare(std::string_view sql) {
    if (sqlite3_stmt* const kept = idle_->take(sql)) {
        return Statement(connection_.get(), kept, idle_);
    }
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(connection_.get(),
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &raw,
                                        nullptr);
    if (code != SQLITE_OK) {
        return failed(connection_.get(), code, "prepare a statement of the database");
    }
    return Statement(connection_.get(), raw, idle_);
}

Result<void> Connection::execute(std::string_view sql) {
    const std::string text(sql);
    const int code = sqlite3_exec(connection_.get(), text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return failed(connection_.get(), code, "run a statement of the database");
    }
    return {};
}

Result<Transaction> Transaction::begin(Connection& connection) {
    LIUHEN_CHECK(connection.execute("begin immediate"));
    return Transaction(connection);
}

Result<Transaction> Transaction::reading(Connection& connection) {
    LIUHEN_CHECK(connection.execute("begin"));
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    if (connection_ == nullptr) {
        return;
    }
    if (const auto undone = connection_->execute("rollback"); !undone) {
        core::log(core::LogLevel::Error, "catalogue", undone.error().message);
    }
}

Result<void> Transaction::commit() {
    LIUHEN_CHECK(connection_->execute("commit"));
    connection_ = nullptr;
    return {};
}

}  // namespace liuhen::catalogue
