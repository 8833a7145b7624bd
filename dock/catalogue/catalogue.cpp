// SPDX-License-Identifier: Apache-2.0
// The catalogue's reads and writes.
#include "dock/catalogue/catalogue.hpp"

#include "common/core/file_lock.hpp"
#include "common/core/files.hpp"
#include "dock/catalogue/chapter_rows.hpp"
#include "dock/catalogue/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::catalogue {

using core::ErrorKind;
using core::fail;

namespace {

constexpr const char* kFile = "catalogue.db";
constexpr mode_t kLockMode = 0600;

core::Digest digestOf(const Statement& row, int column) {
    core::Digest digest{};
    const core::Buffer bytes = row.bytes(column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
    return digest;
}

std::optional<std::uint64_t> optionalOf(const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(row.number(column));
}

SegmentRow segmentOf(const Statement& row) {
    SegmentRow segment;
    segment.recording = row.number(0);
    segment.segment = row.number(1);
    segment.sizeBytes = row.number(2);
    segment.parts = row.number(3);
    segment.partsLost = row.number(4);
    if (!row.isNull(5)) {
        segment.entry = digestOf(row, 5);
    }
    return segment;
}

Result<std::vector<StoredObject>> storedOf(Statement& asked) {
    std::vector<StoredObject> rows;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return rows;
        }
        rows.push_back(StoredObject{asked.number(7),
                                    digestOf(asked, 0),
                                    asked.number(1),
                                    asked.number(2),
                                    optionalOf(asked, 3),
                                    optionalOf(asked, 4),
                                    optionalOf(asked, 5),
                                    digestOf(asked, 6)});
    }
}

Result<void> insertObject(Connection& connection, const LoggedObject& object) {
    LIUHEN_TRY(Statement row,
               connection.prepare("insert into object values "
                                  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
                                  "on conflict do nothing"));
    const evidence::ObjectLeaf& leaf = object.leaf;
    row.bind(object.index).bind(core::ByteView(leaf.object)).bind(leaf.size).bind(leaf.type);
    row.bind(leaf.device).bind(leaf.generation).bind(leaf.first).bind(leaf.recording);
    row.bind(leaf.segment).bind(leaf.seq).bind(core::ByteView(leaf.entry));
    return row.bind(leaf.verdict).bind(leaf.timeUs).run();
}

}  // namespace

Result<core::UniqueFd> lockFolder(const std::string& folder) {
    auto lock = core::lockForWriting(core::joinPath(folder, "catalogue.lock"), kLockMode);
    if (!lock && lock.error().kind == ErrorKind::Unavailable) {
        return fail(ErrorKind::AlreadyExists,
                    lock.error().message + ": a liuhen-dock uses this folder");
    }
    return lock;
}

Result<std::unique_ptr<Catalogue>> Catalogue::open(const std::string& folder) {
    LIUHEN_TRY(core::UniqueFd lock, lockFolder(folder));
    LIUHEN_TRY(
        Connection connection,
        Connection::open(
            core::joinPath(folder, kFile), Connection::Mode::Write, kSchema, kSchemaVersion));
    return std::unique_ptr<Catalogue>(new Catalogue(std::move(connection), std::move(lock)));
}

Result<std::unique_ptr<Catalogue>> Catalogue::openReading(const std::string& folder) {
    LIUHEN_TRY(Connection connection,
               Connection::open(
                   core::joinPath(folder, kFile), Connection::Mode::Read, kSchema, kSchemaVersion));
    return std::unique_ptr<Catalogue>(new Catalogue(std::move(connection), core::UniqueFd()));
}

Result<void> Catalogue::project(const EntrySource& entries, const LoggedObject& object) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    LIUHEN_TRY(Statement known,
               connection_.prepare("select 1 from chapter where device = ?1 and generation = ?2 "
                                   "and first = ?3"));
    known.bind(object.leaf.device).bind(object.leaf.generation).bind(object.leaf.first);
    LIUHEN_TRY(const bool held, known.step());
    if (!held) {
        ChapterRows rows(connection_);
        for (;;) {
            LIUHEN_TRY(const auto entry, entries());
            if (!entry) {
                break;
            }
            LIUHEN_CHECK(rows.add(*entry));
        }
        LIUHEN_CHECK(rows.finish());
    }
    LIUHEN_CHECK(insertObject(connection_, object));
    return transaction.commit();
}

Result<void> Catalogue::project(std::span<const LoggedObject> segments) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Transaction transaction, Transaction::begin(connection_));
    for (const LoggedObject& object : segments) {
        LIUHEN_CHECK(insertObject(connection_, object));
    }
    return transaction.commit();
}

Result<void> Catalogue::noteDelivered(const Digest& object, std::uint64_t copies) {
    const std::scoped_lock guard(mutex_);
    return insertDelivered(connection_, object, copies);
}

Result<std::optional<ChapterEnd>> Catalogue::lastChapter(const std::string& device,
                                                         std::uint64_t generation) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare("select last, entry from chapter where device = ?1 and "
                                   "generation = ?2 order by first desc limit 1"));
    LIUHEN_TRY(const bool row, asked.bind(device).bind(generation).step());
    if (!row) {
        return std::optional<ChapterEnd>();
    }
    return std::optional<ChapterEnd>(ChapterEnd{asked.number(0), digestOf(asked, 1)});
}

Result<std::optional<SegmentRow>> Catalogue::segment(const std::string& device,
                                                     std::uint64_t generation,
                                                     std::uint64_t recording,
                                                     std::uint64_t segment) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select recording, segment, size_bytes, parts, parts_lost, entry from segment "
                   "where device = ?1 and generation = ?2 and recording = ?3 and segment = ?4"));
    asked.bind(device).bind(generation).bind(recording).bind(segment);
    LIUHEN_TRY(const bool row, asked.step());
    return row ? std::optional<SegmentRow>(segmentOf(asked)) : std::nullopt;
}

Result<std::vector<SegmentRow>> Catalogue::segmentsWithoutObject(
    const std::string& device,
    std::uint64_t generation,
    std::size_t limit,
    std::optional<std::pair<std::uint64_t, std::uint64_t>> after) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select s.recording, s.segment, s.size_bytes, s.parts, s.parts_lost, s.entry "
                   "from segment s where s.device = ?1 and s.generation = ?2 "
                   "and s.parts > s.parts_lost and not exists (select 1 from object o "
                   "where o.device = s.device and o.generation = s.generation "
                   "and o.recording = s.recording and o.segment = s.segment) "
                   "and (?4 is null or (s.recording, s.segment) > (?4, ?5)) "
                   "order by s.recording, s.segment limit ?3"));
    asked.bind(device).bind(generation).bind(std::uint64_t{limit});
    asked.bind(after ? std::optional(after->first) : std::nullopt);
    asked.bind(after ? std::optional(after->second) : std::nullopt);
    std::vector<SegmentRow> rows;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return rows;
        }
        rows.push_back(segmentOf(asked));
    }
}

Result<std::vector<StoredObject>> Catalogue::undelivered(const std::string& device,
                                                         std::size_t limit,
                                                         std::optional<std::uint64_t> after) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select object, size_bytes, generation, first, recording, segment, entry, leaf "
                   "from object where device = ?1 and object not in "
                   "(select object from receipt_delivered) and leaf >= ?3 order by leaf limit ?2"));
    asked.bind(device).bind(std::uint64_t{limit}).bind(after ? *after + 1 : std::uint64_t{0});
    return storedOf(asked);
}

Result<std::vector<StoredObject>> Catalogue::singleCopies(const std::string& device,
                                                          std::uint64_t generation,
                                                          std::size_t limit,
                                                          std::optional<std::uint64_t> after) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select object, size_bytes, generation, first, recording, segment, entry, leaf "
                   "from object where device = ?1 and generation = ?4 and leaf >= ?3 and "
                   "(select max(copies) from receipt_delivered as given "
                   "where given.object = object.object) < 2 and not exists "
                   "(select 1 from release where release.device = object.device and "
                   "release.generation = object.generation and "
                   "release.recording = object.recording and "
                   "release.segment = object.segment) order by leaf limit ?2"));
    asked.bind(device).bind(std::uint64_t{limit}).bind(after ? *after + 1 : std::uint64_t{0});
    asked.bind(generation);
    return storedOf(asked);
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> Catalogue::generations() {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select device, generation from generation order by device, generation"));
    std::vector<std::pair<std::string, std::uint64_t>> rows;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return rows;
        }
        rows.emplace_back(asked.text(0), asked.number(1));
    }
}

Result<std::uint64_t> Catalogue::objectCount() {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked, connection_.prepare("select count(*) from object"));
    LIUHEN_TRY(const bool row, asked.step());
    return row ? asked.number(0) : 0;
}

Result<std::optional<std::uint64_t>> Catalogue::highestLeaf() {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked, connection_.prepare("select max(leaf) from object"));
    LIUHEN_TRY(const bool row, asked.step());
    return row ? optionalOf(asked, 0) : std::nullopt;
}

}  // namespace liuhen::catalogue
