// SPDX-License-Identifier: Apache-2.0
// SQLite for the catalogue: owned handles, errors as values, a connection that only adds rows.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace liuhen::catalogue {

using core::Result;

/// Prepared statements of one connection that nobody uses at the moment, by their text: what is
/// asked often is prepared once. Not thread-safe.
class IdleStatements {
public:
    IdleStatements() = default;
    IdleStatements(const IdleStatements&) = delete;
    IdleStatements& operator=(const IdleStatements&) = delete;
    IdleStatements(IdleStatements&&) = delete;
    IdleStatements& operator=(IdleStatements&&) = delete;
    ~IdleStatements();

    /// nullptr if there is none of this text. The caller owns it.
    [[nodiscard]] sqlite3_stmt* take(std::string_view sql);
    /// Takes it over: reset, its values forgotten; finalized if enough are kept.
    void give(sqlite3_stmt* statement);

private:
    std::map<std::string, sqlite3_stmt*, std::less<>> idle_;
};

/// A prepared statement. Values are bound from left to right; texts and bytes are copied. When it
/// goes it is kept for the next who prepares the same text on its connection.
class Statement {
public:
    Statement& bind(std::int64_t value);
    /// Numbers that a recorder signed may use all 64 bits: they are kept modulo 2^64.
    Statement& bind(std::uint64_t value);
    Statement& bind(const std::optional<std::uint64_t>& value);
    Statement& bind(const std::optional<std::int64_t>& value);
    Statement& bind(std::string_view text);
    Statement& bind(core::ByteView bytes);

    /// Whether there is a row. Errors: of the database; AlreadyExists for a broken constraint.
    [[nodiscard]] Result<bool> step();
    /// Runs a statement without rows to its end.
    [[nodiscard]] Result<void> run();

    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] core::Buffer bytes(int column) const;

private:
    friend class Connection;
    struct GiveBack {
        std::shared_ptr<IdleStatements> idle;
        void operator()(sqlite3_stmt* statement) const { idle->give(statement); }
    };
    Statement(sqlite3* connection, sqlite3_stmt* statement, std::shared_ptr<IdleStatements> idle)
        : connection_(connection), statement_(statement, GiveBack{std::move(idle)}) {}
    void note(int code);

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, GiveBack> statement_;
    int bound_ = 0;
    int bindCode_ = 0;
};

/// One connection. Not thread-safe.
class Connection {
public:
    enum class Mode {
        Write,  // makes the file; adds rows, checkpoints; changes and removes nothing
        Read,   // the file must be there; never checkpoints
        /// Makes the file; adds rows. Several processes may: they write one after the other, with a
        /// rollback journal, which the packaged SQLite's WAL-reset bug does not concern (ADR 0010).
        Shared,
    };

    /// Makes the schema if the file is new, and then locks the connection down: defensive, no
    /// extensions, an authorizer that lets through SELECT and INSERT alone, and one trigger of the
    /// catalogue's schema.
    /// Errors: FailedPrecondition if the file's user_version is another than `version`.
    [[nodiscard]] static Result<Connection> open(const std::string& path,
                                                 Mode mode,
                                                 std::string_view schema,
                                                 int version);

    /// `sql` is one statement; one of the same text that is not in use is taken again.
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// Runs statements without parameters.
    [[nodiscard]] Result<void> execute(std::string_view sql);

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    explicit Connection(sqlite3* connection) : connection_(connection) {}
    [[nodiscard]] Result<void> configure(Mode mode);
    [[nodiscard]] Result<void> makeSchema(Mode mode, std::string_view schema, int version);

    std::unique_ptr<sqlite3, Close> connection_;
    std::shared_ptr<IdleStatements> idle_ = std::make_shared<IdleStatements>();
};

/// A transaction that is rolled back unless commit() answered.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Connection& connection);
    /// One state of the database for several reads, which nothing follows: it is never committed.
    [[nodiscard]] static Result<Transaction> reading(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    [[nodiscard]] Result<void> commit();

private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace liuhen::catalogue
