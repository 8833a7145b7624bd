// SPDX-License-Identifier: Apache-2.0
// Rows as statements: each SQL text stands beside the fields that it reads or writes.
#include "dock/vault/records.hpp"

#include "dock/vault/schema.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

std::string_view name(Shelf shelf) {
    switch (shelf) {
        case Shelf::Stored:
            return "stored";
        case Shelf::Quarantined:
            return "quarantined";
        case Shelf::Forked:
            return "forked";
    }
    return "quarantined";
}

Shelf shelfOf(std::string_view text) {
    return text == "stored" ? Shelf::Stored
                            : (text == "forked" ? Shelf::Forked : Shelf::Quarantined);
}

ObjectRow readObject(const Statement& row) {
    ObjectRow object;
    object.object = row.digest(0);
    object.sizeBytes = row.number(1);
    object.shelf = shelfOf(row.text(2));
    Place& place = object.place;
    place.type = row.text(3) == "chapter" ? ObjectType::Chapter : ObjectType::Segment;
    place.device = row.text(4);
    place.generation = row.number(5);
    place.first = row.number(6);
    place.recording = row.number(7);
    place.segment = row.number(8);
    object.leaf = row.number(9);
    object.verdict = row.text(10);
    object.reason = row.text(11);
    if (!row.isNull(12)) {
        object.entry = row.digest(12);
    }
    return object;
}

constexpr std::string_view kObjectColumns =
    "select hash, size_bytes, shelf, type, device, generation, first, recording, segment, leaf,"
    " verdict, reason, entry from object where ";

/// A text that SQLite keeps no pointer to.
std::string selectObject(std::string_view where) {
    return std::string(kObjectColumns).append(where);
}

/// What tells a place; bindPlace() fills it in.
std::string_view placeCondition(ObjectType type) {
    return type == ObjectType::Chapter
               ? "type = 'chapter' and device = ? and generation = ? and first = ?"
               : "type = 'segment' and device = ? and generation = ? and recording = ?"
                 " and segment = ?";
}

void bindPlace(Statement& statement, const Place& place) {
    statement.bind(std::string_view(place.device)).bind(place.generation);
    if (place.type == ObjectType::Chapter) {
        statement.bind(place.first);
    } else {
        statement.bind(place.recording).bind(place.segment);
    }
}

Result<std::optional<ObjectRow>> oneObject(Statement& statement) {
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(readObject(statement)) : std::nullopt;
}

}  // namespace

Result<Records> Records::open(const std::string& databasePath) {
    LIUHEN_TRY(Database database, Database::open(databasePath, kSchema, kSchemaVersion));
    return Records(std::move(database));
}

Result<std::uint64_t> Records::oneNumber(const char* sql) {
    LIUHEN_TRY(Statement statement, database_.prepare(sql));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? statement.number(0) : 0;
}

Result<std::uint64_t> Records::leafCount() {
    LIUHEN_TRY(Statement statement, database_.prepare("select max(idx) from leaf"));
    LIUHEN_TRY(const bool found, statement.step());
    return found && !statement.isNull(0) ? statement.number(0) + 1 : 0;
}

Result<std::vector<Buffer>> Records::leaves(std::uint64_t first, std::uint64_t limit) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select idx, content from leaf where idx >= ? order by idx limit ?"));
    statement.bind(first).bind(limit);
    std::vector<Buffer> leaves;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return leaves;
        }
        if (statement.number(0) != first + leaves.size()) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("read the vault's leaves: leaf {} is not there",
                                    first + leaves.size()));
        }
        leaves.push_back(statement.bytes(1));
    }
}

Result<std::optional<std::uint64_t>> Records::leafWithoutRow() {
    LIUHEN_TRY(Statement statement, database_.prepare(kLeafWithoutRow));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.number(0)) : std::nullopt;
}

Result<void> Records::addLeaf(std::uint64_t index, std::string_view kind, ByteView leaf) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into leaf (idx, kind, content) values (?, ?, ?)"));
    return statement.bind(index).bind(kind).bind(leaf).run();
}

Result<bool> Records::knows(const Digest& hash) {
    LIUHEN_TRY(Statement statement, database_.prepare("select 1 from object where hash = ?"));
    statement.bind(ByteView(hash));
    return statement.step();
}

Result<std::optional<ObjectRow>> Records::object(const Digest& hash,
                                                 const Place& place,
                                                 Shelf shelf) {
    const std::string sql =
        selectObject(fmt::format("{} and hash = ? and shelf = ?", placeCondition(place.type)));
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    bindPlace(statement, place);
    statement.bind(ByteView(hash)).bind(name(shelf));
    return oneObject(statement);
}

Result<std::optional<ObjectRow>> Records::refusedAt(const Offer& offer) {
    const std::string sql = selectObject(
        fmt::format("{} and shelf <> 'stored' and size_bytes = ? and entry is ? order by leaf desc"
                    " limit 1",
                    placeCondition(offer.place.type)));
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    bindPlace(statement, offer.place);
    statement.bind(offer.sizeBytes);
    if (offer.entry) {
        statement.bind(ByteView(*offer.entry));
    } else {
        statement.bindNull();
    }
    return oneObject(statement);
}

Result<std::optional<ObjectRow>> Records::storedAt(const Place& place) {
    const std::string sql =
        selectObject(fmt::format("{} and shelf = 'stored'", placeCondition(place.type)));
    LIUHEN_TRY(Statement statement, database_.prepare(sql.c_str()));
    bindPlace(statement, place);
    return oneObject(statement);
}

Result<std::set<Digest>> Records::objects() {
    LIUHEN_TRY(Statement statement, database_.prepare("select distinct hash from object"));
    std::set<Digest> hashes;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return hashes;
        }
        hashes.insert(statement.digest(0));
    }
}

Result<std::uint64_t> Records::count(Shelf shelf) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select count(*) from object where shelf = ?"));
    statement.bind(name(shelf));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? statement.number(0) : 0;
}

Result<void> Records::add(const ObjectRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into object (hash, size_bytes, shelf, type, device,"
                                 " generation, first, recording, segment, leaf, verdict, reason,"
                                 " entry) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const Place& place = row.place;
    statement.bind(ByteView(row.object)).bind(row.sizeBytes).bind(name(row.shelf));
    statement.bind(vault::name(place.type))
        .bind(std::string_view(place.device))
        .bind(place.generation);
    if (place.type == ObjectType::Chapter) {
        statement.bind(place.first).bindNull().bindNull();
    } else {
        statement.bindNull().bind(place.recording).bind(place.segment);
    }
    statement.bind(row.leaf).bind(std::string_view(row.verdict)).bind(std::string_view(row.reason));
    if (row.entry) {
        statement.bind(ByteView(*row.entry));
    } else {
        statement.bindNull();
    }
    return statement.run();
}

Result<std::optional<ChapterRow>> Records::oneChapter(Statement& statement) {
    LIUHEN_TRY(const bool found, statement.step());
    if (!found) {
        return std::optional<ChapterRow>();
    }
    ChapterRow row;
    row.object = statement.digest(0);
    row.device = statement.text(1);
    row.generation = statement.number(2);
    row.first = statement.number(3);
    row.last = statement.number(4);
    row.hash = statement.digest(5);
    LIUHEN_TRY(crypto::PublicKey epoch, crypto::PublicKey::fromBytes(statement.bytes(6)));
    LIUHEN_TRY(crypto::PublicKey resume, crypto::PublicKey::fromBytes(statement.bytes(7)));
    row.keys = evidence::NextKeys{std::move(epoch), std::move(resume)};
    row.boot = statement.number(8);
    row.boottimeNs = statement.number(9);
    row.identity = statement.bytes(10);
    row.witnessKey = statement.bytes(11);
    row.leaf = statement.number(12);
    return std::optional(std::move(row));
}

Result<std::optional<ChapterRow>> Records::lastChapter(const std::string& device,
                                                       std::uint64_t generation) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select object, device, generation, first, last, hash, epoch_key,"
                          " resume_key, boot, boottime_ns, identity, witness_key, leaf from chapter"
                          " where device = ? and generation = ? order by last desc limit 1"));
    statement.bind(std::string_view(device)).bind(generation);
    return oneChapter(statement);
}

Result<std::optional<ChapterRow>> Records::chapterBefore(const Place& place) {
    if (place.first == 0) {
        return std::optional<ChapterRow>();
    }
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select object, device, generation, first, last, hash, epoch_key,"
                          " resume_key, boot, boottime_ns, identity, witness_key, leaf from chapter"
                          " where device = ? and generation = ? and last = ?"));
    statement.bind(std::string_view(place.device)).bind(place.generation).bind(place.first - 1);
    return oneChapter(statement);
}

Result<std::optional<ChapterRow>> Records::chapterOf(const std::string& device,
                                                     std::uint64_t generation,
                                                     std::uint64_t seq) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select object, device, generation, first, last, hash, epoch_key,"
                          " resume_key, boot, boottime_ns, identity, witness_key, leaf from chapter"
                          " where device = ? and generation = ? and last >= ?"
                          " order by last limit 1"));
    statement.bind(std::string_view(device)).bind(generation).bind(seq);
    return oneChapter(statement);
}

Result<std::vector<Buffer>> Records::witnessKeys(const std::string& device) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select witness_key from chapter where device = ? and first = 0"
                                 " order by generation desc limit 16"));
    statement.bind(std::string_view(device));
    std::vector<Buffer> keys;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return keys;
        }
        keys.push_back(statement.bytes(0));
    }
}

Result<void> Records::add(const ChapterRow& row) {
    LIUHEN_ASSERT(row.keys.has_value());
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("insert into chapter (object, device, generation, first, last, hash,"
                          " epoch_key, resume_key, boot, boottime_ns, identity, witness_key, leaf)"
                          " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(ByteView(row.object)).bind(std::string_view(row.device)).bind(row.generation);
    statement.bind(row.first).bind(row.last).bind(ByteView(row.hash));
    statement.bind(ByteView(row.keys->epoch.bytes())).bind(ByteView(row.keys->resume.bytes()));
    statement.bind(row.boot).bind(row.boottimeNs);
    statement.bind(ByteView(row.identity)).bind(ByteView(row.witnessKey)).bind(row.leaf);
    return statement.run();
}

Result<void> Records::addDue(const std::string& device,
                             std::uint64_t generation,
                             const DueRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into due (device, generation, recording, segment, chapter,"
                                 " seq, entry) values (?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(std::string_view(device)).bind(generation);
    statement.bind(row.name.recording).bind(row.name.segment).bind(ByteView(row.chapter));
    statement.bind(row.seq).bind(ByteView(row.entry));
    return statement.run();
}

Result<std::vector<DueRow>> Records::missing(const std::string& device,
                                             std::uint64_t generation,
                                             std::optional<std::uint64_t> after) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select recording, segment, seq from due where device = ?"
                          " and generation = ? and seq >= ?"
                          " and not exists (select 1 from object where shelf = 'stored'"
                          " and type = 'segment' and object.device = due.device"
                          " and object.generation = due.generation"
                          " and object.recording = due.recording and object.segment = due.segment)"
                          " order by seq limit ?"));
    statement.bind(std::string_view(device)).bind(generation);
    statement.bind(after ? *after + 1 : 0).bind(std::uint64_t{kMissingLimit + 1});
    std::vector<DueRow> rows;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return rows;
        }
        DueRow row;
        row.name = {statement.number(0), statement.number(1)};
        row.seq = statement.number(2);
        rows.push_back(row);
    }
}

Result<std::optional<ReceiptRow>> Records::receipt(std::uint64_t objectLeaf) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select leaf, copies, message from receipt where object_leaf = ?"
                                 " and copies > 0 order by leaf desc limit 1"));
    statement.bind(objectLeaf);
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(ReceiptRow{
                       statement.number(0), objectLeaf, statement.number(1), statement.bytes(2)})
                 : std::nullopt;
}

Result<std::optional<Buffer>> Records::lastReceipt() {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select message from receipt where copies > 0"
                                 " order by leaf desc limit 1"));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.bytes(0)) : std::nullopt;
}

Result<std::uint64_t> Records::receiptCount() {
    return oneNumber("select count(*) from receipt");
}

Result<void> Records::add(const ReceiptRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into receipt (leaf, object_leaf, copies, message)"
                                 " values (?, ?, ?, ?)"));
    return statement.bind(row.leaf)
        .bind(row.objectLeaf)
        .bind(row.copies)
        .bind(ByteView(row.message))
        .run();
}

}  // namespace liuhen::vault
