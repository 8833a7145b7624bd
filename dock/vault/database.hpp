// SPDX-License-Identifier: Apache-2.0
// SQLite as the vault uses it: one connection that can add rows and nothing else.
#pragma once

#include "dock/vault/types.hpp"

#include <memory>
#include <set>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace liuhen::vault {

/// One prepared statement, for one run. Errors of all: those of SQLite, with its text.
class Statement {
public:
    /// Parameters are bound in order.
    Statement& bind(std::uint64_t value);
    Statement& bind(std::int64_t value);
    Statement& bind(const std::optional<std::uint64_t>& value);
    Statement& bind(std::string_view text);
    Statement& bind(ByteView bytes);
    Statement& bindNull();

    /// Goes to the next row; false behind the last.
    [[nodiscard]] Result<bool> step();
    /// Runs a statement that answers no rows.
    [[nodiscard]] Result<void> run();

    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Buffer bytes(int column) const;
    /// Zeros if the column holds no 32 bytes, which the schema rules out.
    [[nodiscard]] Digest digest(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    Statement(sqlite3* connection, sqlite3_stmt* statement)
        : connection_(connection), statement_(statement) {}
    void noteBind(int code);

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
    int bindCode_ = 0;
};

/// A database file. Rows can be added and read; an authorizer and triggers refuse everything else,
/// so that a slip in this program cannot rewrite what was logged. Not thread-safe.
class Database {
public:
    /// Opens or makes the file and brings `schema` about; an earlier file must be of the same
    /// `version` and have just these tables, indexes and triggers, else FailedPrecondition, and
    /// nothing is changed. The connection is the only one that may write or checkpoint (a second
    /// would meet the WAL-reset bug of SQLite before 3.51.3); the caller holds a lock against a
    /// second process.
    [[nodiscard]] static Result<Database> open(const std::string& path,
                                               const char* schema,
                                               int version);

    [[nodiscard]] Result<Statement> prepare(const char* sql);
    [[nodiscard]] Result<void> execute(const char* sql);

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    explicit Database(sqlite3* connection) : connection_(connection) {}
    /// A connection as SQLite gives it.
    [[nodiscard]] static Result<Database> connect(const std::string& path);
    [[nodiscard]] Result<void> harden();
    /// Whether it has no tables yet. Errors: FailedPrecondition if they are of another version.
    [[nodiscard]] Result<bool> isFresh(int version);

    /// Errors: FailedPrecondition if anything was added to the schema, taken from it or changed.
    [[nodiscard]] Result<void> checkSchema(const char* schema);
    /// Every table, index and trigger as SQLite writes it down.
    [[nodiscard]] Result<std::set<std::string>> parts();

    std::unique_ptr<sqlite3, Close> connection_;
};

/// Rolls back when destroyed, unless committed.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    /// Durable when it answers. ResourceExhausted: the disk is full, and nothing of it is or will
    /// be there. After any other error nothing is known: end the process and recover.
    [[nodiscard]] Result<void> commit();
    /// Begins a part that can be undone alone; ended by keep() or undo(), before the next begins.
    [[nodiscard]] Result<void> mark();
    [[nodiscard]] Result<void> keep();
    /// Nothing of the part is there any more. Errors: SQLite has given up the whole transaction.
    [[nodiscard]] Result<void> undo();
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace liuhen::vault
