// SPDX-License-Identifier: Apache-2.0
// The catalogue's tables. Rows are added, never changed: what they say is in the vault for good.
#pragma once

#include <string_view>

namespace liuhen::catalogue {

/// Raised with every change of the schema; an older catalogue is deleted and projected anew.
inline constexpr int kSchemaVersion = 4;

inline constexpr std::string_view kSchema = R"sql(
create table device (
    device text primary key not null check (length(device) between 1 and 32)
) strict;
create table generation (
    device text not null references device (device),
    generation integer not null,
    origin text check (origin in ('genesis', 'rollback')),   -- null: its beginning is not here
    genesis blob check (length(genesis) = 32),
    primary key (device, generation)
) strict;
create table chapter (
    device text not null,
    generation integer not null,
    first integer not null,
    last integer not null,                     -- seq of its docking
    entry blob not null check (length(entry) = 32),
    from_us integer not null,                  -- UTC of its first and last entry
    to_us integer not null,
    primary key (device, generation, first),
    foreign key (device, generation) references generation (device, generation)
) strict;
create table recording (
    device text not null,
    generation integer not null,
    start integer not null,                    -- seq of its start entry
    manner text not null,
    trigger text not null,
    start_us integer not null,
    end_us integer,                            -- null: not ended in the chapter of its start
    end_reason text,
    primary key (device, generation, start),
    foreign key (device, generation) references generation (device, generation)
) strict;
create index recording_by_time on recording (start_us, device, generation, start);
create index recording_of_device on recording (device, start_us, generation, start);
create table segment (
    device text not null,
    generation integer not null,
    recording integer not null,
    segment integer not null,
    seq integer not null,                      -- of its segment entry
    entry blob check (length(entry) = 32),     -- of segment.end, else of its last part
    size_bytes integer not null,               -- as its entries say
    parts integer not null,
    parts_lost integer not null,
    pre_event integer not null check (pre_event in (0, 1)),
    encrypted integer not null check (encrypted in (0, 1)),
    start_us integer not null,
    end_us integer not null,                   -- UTC of its last entry
    primary key (device, generation, recording, segment),
    foreign key (device, generation) references generation (device, generation)
) strict;
create table interruption (
    device text not null,
    generation integer not null,
    seq integer not null,
    recording integer not null,
    tracks text not null,                      -- ids, with commas between
    cause text not null,
    declared_by text not null,
    start_us integer not null,
    end_us integer,                            -- null: not resumed in this chapter
    primary key (device, generation, seq),
    foreign key (device, generation) references generation (device, generation)
) strict;
create index interruption_of_recording on interruption (device, generation, recording);
create table mark (
    device text not null,
    generation integer not null,
    seq integer not null,
    recording integer not null,
    what text not null,
    time_us integer not null,
    primary key (device, generation, seq),
    foreign key (device, generation) references generation (device, generation)
) strict;
create index mark_of_recording on mark (device, generation, recording);
create table statement (
    device text not null,
    generation integer not null,
    seq integer not null,
    recording integer not null,
    what text not null,
    result text not null,
    from_ns integer not null,
    to_ns integer not null,
    time_us integer not null,
    primary key (device, generation, seq),
    foreign key (device, generation) references generation (device, generation)
) strict;
create index statement_of_recording on statement (device, generation, recording);
create table object (                          -- the object leaves of the custody log
    leaf integer primary key,
    object blob not null unique check (length(object) = 32),
    size_bytes integer not null,
    type text not null check (type in ('chapter', 'segment')),
    device text not null,
    generation integer not null,
    first integer,
    recording integer,
    segment integer,
    seq integer not null,
    entry blob not null check (length(entry) = 32),
    verdict text not null,
    stored_us integer not null
) strict;
create index object_of_segment on object (device, generation, recording, segment);
create index object_of_chapter on object (device, generation, first) where type = 'chapter';
-- Objects of which the recorder has a receipt, and how many copies that counts: a later chapter says
-- so. What was acknowledged since its docking is known here alone; without it the receipt is given
-- once more, which does no harm.
create table receipt_delivered (
    object blob not null check (length(object) = 32),
    copies integer not null check (copies between 0 and 255),  -- 255: that many, or more
    primary key (object, copies)
) strict, without rowid;
create table release (                         -- segments that the recorder has freed
    device text not null,
    generation integer not null,
    recording integer not null,
    segment integer not null,
    primary key (device, generation, recording, segment)
) strict, without rowid;
)sql";

}  // namespace liuhen::catalogue
