// SPDX-License-Identifier: Apache-2.0
// The tables of the vault's database.
#pragma once

namespace liuhen::vault {

/// Raised with every change of the tables; a database of another version is refused.
inline constexpr int kSchemaVersion = 6;

/// Tables are only ever added to: triggers refuse the rest, also to other programs. But rows of
/// `opening` may be erased, by who has the file: the vault's own connection cannot.
inline constexpr const char* kSchema = R"sql(
create table if not exists leaf (
    idx integer primary key check (idx >= 0),
    kind text not null,
    content blob not null check (length(content) between 1 and 65535)
) strict;
create table if not exists object (
    leaf integer primary key references leaf (idx),
    hash blob not null check (length(hash) = 32),
    size_bytes integer not null check (size_bytes >= 0),
    shelf text not null check (shelf in ('stored', 'quarantined', 'forked', 'imported')),
    type text not null check (type in ('chapter', 'segment', 'import')),
    device text not null,
    generation integer not null,
    first integer check ((first is null) = (type <> 'chapter')),
    recording integer check ((recording is null) = (type <> 'segment')),
    segment integer check ((segment is null) = (type <> 'segment')),
    entry blob check (length(entry) = 32),     -- of the last entry; quarantined: as it was offered
    verdict text not null,
    reason text not null,
    check ((shelf = 'imported') = (type = 'import')) -- of no device and place
) strict;
create unique index if not exists object_chapter on object (device, generation, first)
    where shelf = 'stored' and type = 'chapter';
create unique index if not exists object_segment on object (device, generation, recording, segment)
    where shelf = 'stored' and type = 'segment';
-- The same bytes may be kept for several places, and be stored after they were quarantined.
create unique index if not exists object_chapter_bytes
    on object (hash, device, generation, first, shelf) where type = 'chapter';
create unique index if not exists object_segment_bytes
    on object (hash, device, generation, recording, segment, shelf) where type = 'segment';
create index if not exists object_hash on object (hash);
create index if not exists object_place on object (device, generation, recording, segment);
create index if not exists object_shelf on object (shelf);
create table if not exists chapter (
    leaf integer primary key references object (leaf),
    object blob not null unique check (length(object) = 32),
    device text not null,
    generation integer not null,
    first integer not null,
    last integer not null check (last >= first),
    hash blob not null check (length(hash) = 32),
    epoch_key blob not null check (length(epoch_key) = 33),
    resume_key blob not null check (length(resume_key) = 33),
    boot integer not null,
    boottime_ns integer not null,
    identity blob not null,
    witness_key blob not null check (length(witness_key) = 32),
    unique (device, generation, last)
) strict;
create table if not exists due (
    device text not null,
    generation integer not null,
    recording integer not null,
    segment integer not null,
    chapter blob not null references chapter (object),
    seq integer not null,
    entry blob not null check (length(entry) = 32),
    primary key (device, generation, recording, segment)
) strict;
create table if not exists receipt (
    leaf integer primary key references leaf (idx),
    object_leaf integer not null references object (leaf),
    copies integer not null check (copies >= 0), -- 0: it was given, and is lost with an older database
    message blob not null
) strict;
create index if not exists receipt_object on receipt (object_leaf);
create index if not exists leaf_policy on leaf (idx) where kind = 'policy';
create index if not exists leaf_access on leaf (idx) where kind in ('appointment', 'dismissal', 'request', 'approval', 'view', 'copy', 'access.refused', 'grant.ended');
create index if not exists leaf_of_row on leaf (idx, kind)
    where kind in ('fork', 'hold.lifted', 'hold.placed', 'imported', 'object', 'quarantine', 'receipt', 'retention');
create table if not exists store (
    id text primary key check (length(id) = 32), -- as the mark of a second copy has it
    begun_us integer not null
) strict;
create table if not exists copy (
    object blob not null check (length(object) = 32),
    store text not null references store (id),
    verified_us integer not null,
    primary key (object, store)
) strict;
create table if not exists hold (                 -- leaves of placing and lifting
    leaf integer primary key references leaf (idx),
    time_us integer not null,
    lifts integer not null check (lifts in (0, 1)),
    hold blob not null check (length(hold) = 32),
    device text not null,
    generation integer not null,
    recording integer,
    object blob check (length(object) = 32),
    reason blob not null check (length(reason) = 32), -- commitments
    by_whom blob not null check (length(by_whom) = 32),
    check ((recording is null) <> (object is null))
) strict;
create index if not exists hold_name on hold (hold);
create table if not exists retention (
    leaf integer primary key references leaf (idx),
    time_us integer not null,
    device text not null,
    generation integer not null,
    recording integer,
    object blob check (length(object) = 32),
    class text not null,
    by_whom blob not null check (length(by_whom) = 32),
    check ((recording is null) <> (object is null))
) strict;
create index if not exists retention_subject on retention (device, generation, recording, object);
create table if not exists opening (              -- of a commitment; rows may be erased
    commitment blob primary key not null check (length(commitment) = 32),
    salt blob not null check (length(salt) = 16),
    text text not null
) strict;

create trigger if not exists leaf_update before update on leaf begin select raise(abort, 'rows stay'); end;
create trigger if not exists leaf_delete before delete on leaf begin select raise(abort, 'rows stay'); end;
create trigger if not exists object_update before update on object begin select raise(abort, 'rows stay'); end;
create trigger if not exists object_delete before delete on object begin select raise(abort, 'rows stay'); end;
create trigger if not exists chapter_update before update on chapter begin select raise(abort, 'rows stay'); end;
create trigger if not exists chapter_delete before delete on chapter begin select raise(abort, 'rows stay'); end;
create trigger if not exists due_update before update on due begin select raise(abort, 'rows stay'); end;
create trigger if not exists due_delete before delete on due begin select raise(abort, 'rows stay'); end;
create trigger if not exists receipt_update before update on receipt begin select raise(abort, 'rows stay'); end;
create trigger if not exists receipt_delete before delete on receipt begin select raise(abort, 'rows stay'); end;
create trigger if not exists store_update before update on store begin select raise(abort, 'rows stay'); end;
create trigger if not exists store_delete before delete on store begin select raise(abort, 'rows stay'); end;
create trigger if not exists copy_update before update on copy begin select raise(abort, 'rows stay'); end;
create trigger if not exists copy_delete before delete on copy begin select raise(abort, 'rows stay'); end;
create trigger if not exists hold_update before update on hold begin select raise(abort, 'rows stay'); end;
create trigger if not exists hold_delete before delete on hold begin select raise(abort, 'rows stay'); end;
create trigger if not exists retention_update before update on retention begin select raise(abort, 'rows stay'); end;
create trigger if not exists retention_delete before delete on retention begin select raise(abort, 'rows stay'); end;
create trigger if not exists opening_update before update on opening begin select raise(abort, 'rows stay'); end;
)sql";

/// The first leaf of those that have a row each of which there is no row. Asked at each
/// start, so it reads an index alone, of some 20 bytes a leaf, and no leaf itself. A fork's leaf
/// comes right behind the one that tells of its bytes.
inline constexpr const char* kLeafWithoutRow = R"sql(
select idx from leaf indexed by leaf_of_row
where kind in ('fork', 'hold.lifted', 'hold.placed', 'imported', 'object', 'quarantine', 'receipt', 'retention')
and case kind
    when 'hold.placed' then not exists (select 1 from hold where hold.leaf = idx)
    when 'hold.lifted' then not exists (select 1 from hold where hold.leaf = idx)
    when 'retention' then not exists (select 1 from retention where retention.leaf = idx)
    when 'receipt' then not exists (select 1 from receipt where receipt.leaf = idx)
    when 'fork' then not exists
        (select 1 from object where object.leaf = idx - 1 and shelf = 'forked')
    else not exists (select 1 from object where object.leaf = idx) end
order by idx limit 1
)sql";

}  // namespace liuhen::vault
