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
    return object;
}

Result<std::optional<ObjectRow>> oneObject(Statement& statement) {
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(readObject(statement)) : std::nullopt;
}

}  // namespace

Result<Records> Records::open(const std::string& databasePath) {
    LIUHEN_TRY(Database database, Database::open(databasePath, kSchema));
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

Result<void> Records::addLeaf(std::uint64_t index, std::string_view kind, ByteView leaf) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into leaf (idx, kind, content) values (?, ?, ?)"));
    return statement.bind(index).bind(kind).bind(leaf).run();
}

Result<std::optional<ObjectRow>> Records::object(const Digest& hash) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select hash, size_bytes, shelf, type, device, generation, first,"
                                 " recording, segment, leaf, verdict, reason from object"
                                 " where hash = ?"));
    statement.bind(ByteView(hash));
    return oneObject(statement);
}

Result<std::optional<ObjectRow>> Records::storedAt(const Place& place) {
    if (place.type == ObjectType::Chapter) {
        LIUHEN_TRY(
            Statement statement,
            database_.prepare("select hash, size_bytes, shelf, type, device, generation, first,"
                              " recording, segment, leaf, verdict, reason from object"
                              " where shelf = 'stored' and type = 'chapter' and device = ?"
                              " and generation = ? and first = ?"));
        statement.bind(std::string_view(place.device)).bind(place.generation).bind(place.first);
        return oneObject(statement);
    }
    LIUHEN_TRY(Statement statement,
               database_.prepare("select hash, size_bytes, shelf, type, device, generation, first,"
                                 " recording, segment, leaf, verdict, reason from object"
                                 " where shelf = 'stored' and type = 'segment' and device = ?"
                                 " and generation = ? and recording = ? and segment = ?"));
    statement.bind(std::string_view(place.device)).bind(place.generation);
    statement.bind(place.recording).bind(place.segment);
    return oneObject(statement);
}

Result<std::set<Digest>> Records::objects() {
    LIUHEN_TRY(Statement statement, database_.prepare("select hash from object"));
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
                                 " generation, first, recording, segment, leaf, verdict, reason)"
                                 " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
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
    return std::optional(std::move(row));
}

Result<std::optional<ChapterRow>> Records::lastChapter(const std::string& device,
                                                       std::uint64_t generation) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select object, device, generation, first, last, hash, epoch_key,"
                          " resume_key, boot, boottime_ns, identity, witness_key from chapter"
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
                          " resume_key, boot, boottime_ns, identity, witness_key from chapter"
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
                          " resume_key, boot, boottime_ns, identity, witness_key from chapter"
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
                          " epoch_key, resume_key, boot, boottime_ns, identity, witness_key)"
                          " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(ByteView(row.object)).bind(std::string_view(row.device)).bind(row.generation);
    statement.bind(row.first).bind(row.last).bind(ByteView(row.hash));
    statement.bind(ByteView(row.keys->epoch.bytes())).bind(ByteView(row.keys->resume.bytes()));
    statement.bind(row.boot).bind(row.boottimeNs);
    statement.bind(ByteView(row.identity)).bind(ByteView(row.witnessKey));
    return statement.run();
}

Result<std::optional<DueRow>> Records::due(const Place& segment) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select recording, segment, chapter, seq, entry from due where"
                          " device = ? and generation = ? and recording = ? and segment = ?"));
    statement.bind(std::string_view(segment.device)).bind(segment.generation);
    statement.bind(segment.recording).bind(segment.segment);
    LIUHEN_TRY(const bool found, statement.step());
    if (!found) {
        return std::optional<DueRow>();
    }
    return std::optional(DueRow{{statement.number(0), statement.number(1)},
                                statement.digest(2),
                                statement.number(3),
                                statement.digest(4)});
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

Result<std::vector<SegmentName>> Records::missing(const std::string& device,
                                                  std::uint64_t generation) {
    LIUHEN_TRY(
        Statement statement,
        database_.prepare("select recording, segment from due where device = ? and generation = ?"
                          " and not exists (select 1 from object where shelf = 'stored'"
                          " and type = 'segment' and object.device = due.device"
                          " and object.generation = due.generation"
                          " and object.recording = due.recording and object.segment = due.segment)"
                          " order by seq limit ?"));
    statement.bind(std::string_view(device)).bind(generation);
    statement.bind(std::uint64_t{kMissingLimit + 1});
    std::vector<SegmentName> names;
    while (true) {
        LIUHEN_TRY(const bool found, statement.step());
        if (!found) {
            return names;
        }
        names.push_back({statement.number(0), statement.number(1)});
    }
}

Result<std::optional<Buffer>> Records::receipt(const Digest& object) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select message from receipt where object = ?"));
    statement.bind(ByteView(object));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.bytes(0)) : std::nullopt;
}

Result<std::optional<Buffer>> Records::lastReceipt() {
    LIUHEN_TRY(Statement statement,
               database_.prepare("select message from receipt order by leaf desc limit 1"));
    LIUHEN_TRY(const bool found, statement.step());
    return found ? std::optional(statement.bytes(0)) : std::nullopt;
}

Result<std::uint64_t> Records::receiptCount() {
    return oneNumber("select count(*) from receipt");
}

Result<void> Records::add(const ReceiptRow& row) {
    LIUHEN_TRY(Statement statement,
               database_.prepare("insert into receipt (leaf, object, message) values (?, ?, ?)"));
    return statement.bind(row.leaf).bind(ByteView(row.object)).bind(ByteView(row.message)).run();
}

}  // namespace liuhen::vault
