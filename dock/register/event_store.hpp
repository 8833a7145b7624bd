// SPDX-License-Identifier: Apache-2.0
// The register's truth: events in the order in which they were entered, in SQLite.
#pragma once

#include "common/core/bytes.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::registry {

using core::Digest;
using core::Result;

/// 32 random bytes that the dock drew for one human being (docs/format/access.md section 1).
using Person = Digest;

/// Stands for the dock itself where no person did something.
inline constexpr Person kDock{};

/// One row of register.db (docs/format/register.md).
struct Event {
    std::uint64_t id = 0;     // 1, 2, 3 … without a gap
    std::int64_t timeUs = 0;  // UTC, by the dock's clock at the time; may run backwards
    std::string kind;
    Person by{};
    std::string body;  // JSON
};

/// The file `register.db`. Not thread-safe. Several processes may have it open: they write one
/// after the other.
///
/// Errors of all calls: those of the database; DataLoss if ids have a gap.
class EventStore {
public:
    /// Makes the file if there is none.
    /// Errors besides: FailedPrecondition if it is of another version.
    [[nodiscard]] static Result<EventStore> open(const std::string& path);

    /// Holds off other writers until it is committed or dropped.
    class Turn {
    public:
        /// Adds one event; `id` must be the next. Power loss: nothing is there before commit().
        [[nodiscard]] Result<void> append(const Event& event);
        /// Durable when it answers.
        [[nodiscard]] Result<void> commit() { return transaction_.commit(); }

    private:
        friend class EventStore;
        Turn(catalogue::Connection& connection, catalogue::Transaction transaction)
            : connection_(&connection), transaction_(std::move(transaction)) {}
        catalogue::Connection* connection_;
        catalogue::Transaction transaction_;
    };
    /// Errors besides: Unavailable if another process writes for longer than 5 s.
    [[nodiscard]] Result<Turn> begin();

    /// At most `limit` events behind `after`, in order.
    [[nodiscard]] Result<std::vector<Event>> since(std::uint64_t after, std::size_t limit);

private:
    explicit EventStore(catalogue::Connection connection) : connection_(std::move(connection)) {}
    catalogue::Connection connection_;
};

}  // namespace liuhen::registry
