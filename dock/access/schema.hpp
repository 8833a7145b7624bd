// SPDX-License-Identifier: Apache-2.0
// The tables of people.db. Rows are added, never changed or removed: a later row closes an earlier.
#pragma once

#include <string_view>

namespace liuhen::access {

inline constexpr int kPeopleVersion = 1;

inline constexpr std::string_view kPeopleSchema = R"sql(
create table account (
    number integer primary key not null,                -- the order of creation
    person blob not null unique check (length(person) = 32),
    work_number text not null unique check (length(work_number) between 1 and 32),
    name text not null,
    unit text not null,
    licence text,
    made_us integer not null,                           -- UTC, as all times here
    made_by blob check (length(made_by) = 32)           -- null: on the console
) strict;
create table closing (
    person blob primary key not null references account (person),
    at_us integer not null,
    by blob check (length(by) = 32),
    reason text not null
) strict;
-- The newest of `first` and `password` is the password; a `totp` counts that is newer than the
-- newest `first`.
create table secret (
    id integer primary key not null,
    person blob not null references account (person),
    kind text not null check (kind in ('first', 'password', 'totp')),
    value blob not null,                                -- Argon2id's text; the bytes of a TOTP
    at_us integer not null,
    until_us integer                                    -- of `first`
) strict;
create index secret_of_person on secret (person, id);
create table totp_used (
    person blob not null references account (person),
    step integer not null,
    primary key (person, step)
) strict, without rowid;
create table role_given (
    id integer primary key not null,
    person blob not null references account (person),
    role text not null,
    at_us integer not null,
    by blob check (length(by) = 32)
) strict;
create index role_of_person on role_given (person, id);
create table role_ended (
    given integer primary key not null references role_given (id),
    at_us integer not null,
    by blob check (length(by) = 32)
) strict;
create table event (
    id integer primary key not null,
    at_us integer not null,
    what text not null,
    person blob check (length(person) = 32),            -- of whom; null: nobody known
    by blob check (length(by) = 32),                    -- null: the console, or nobody known
    detail text not null
) strict;
create index event_of_person on event (person, what, id);
)sql";

}  // namespace liuhen::access
