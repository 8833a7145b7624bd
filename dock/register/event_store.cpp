// SPDX-License-Identifier: Apache-2.0
// Adding and reading of events.
#include "dock/register/event_store.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::registry {

using core::ErrorKind;
using core::fail;

namespace {

constexpr int kSchemaVersion = 1;

constexpr std::string_view kSchema = R"sql(
create table event (
    id integer primary key check (id > 0),     -- 1, 2, 3 ... without a gap
    time_us integer not null,                  -- UTC, by the dock's clock; may run backwards
    kind text not null check (length(kind) between 1 and 32),
    person blob not null check (length(person) = 32),  -- who did it; zeros: the dock itself
    body text not null check (length(body) between 2 and 1000000)  -- JSON, docs/format/register.md
) strict;
create trigger event_stays before delete on event
    begin select raise(abort, 'an event is never removed'); end;
create trigger event_stands before update on event
    begin select raise(abort, 'an event is never changed'); end;
)sql";

}  // namespace

Result<EventStore> EventStore::open(const std::string& path) {
    LIUHEN_TRY(catalogue::Connection connection,
               catalogue::Connection::open(
                   path, catalogue::Connection::Mode::Shared, kSchema, kSchemaVersion));
    return EventStore(std::move(connection));
}

Result<EventStore::Turn> EventStore::begin() {
    LIUHEN_TRY(catalogue::Transaction transaction, catalogue::Transaction::begin(connection_));
    return Turn(connection_, std::move(transaction));
}

Result<void> EventStore::Turn::append(const Event& event) {
    LIUHEN_TRY(catalogue::Statement row,
               connection_->prepare("insert into event (id, time_us, kind, person, body) "
                                    "values (?, ?, ?, ?, ?)"));
    row.bind(event.id)
        .bind(event.timeUs)
        .bind(std::string_view(event.kind))
        .bind(core::ByteView(event.by))
        .bind(std::string_view(event.body));
    return row.run();
}

Result<std::vector<Event>> EventStore::since(std::uint64_t after, std::size_t limit) {
    LIUHEN_TRY(catalogue::Statement rows,
               connection_.prepare("select id, time_us, kind, person, body from event "
                                   "where id > ? order by id limit ?"));
    rows.bind(after).bind(static_cast<std::uint64_t>(limit));
    std::vector<Event> events;
    for (;;) {
        LIUHEN_TRY(const bool row, rows.step());
        if (!row) {
            return events;
        }
        Event event;
        event.id = rows.number(0);
        event.timeUs = static_cast<std::int64_t>(rows.number(1));
        event.kind = rows.text(2);
        const core::Buffer by = rows.bytes(3);
        event.body = rows.text(4);
        const std::uint64_t due = after + events.size() + 1;
        if (event.id != due || by.size() != event.by.size()) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("read register: event {} was due, {} is there; bring back a "
                                    "copy of register.db that is whole",
                                    due,
                                    event.id));
        }
        std::copy(by.begin(), by.end(), event.by.begin());
        events.push_back(std::move(event));
    }
}

}  // namespace liuhen::registry
