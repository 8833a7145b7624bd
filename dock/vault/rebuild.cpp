// SPDX-License-Identifier: Apache-2.0
// The database made anew: it is a projection of the log and the objects, but for receipts'
// messages and what opens commitments.
#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/retention_leaves.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::uint64_t kRowsAtOnce = 256;

Place placeOf(const evidence::ObjectLeaf& leaf) {
    Place place;
    place.device = leaf.device;
    place.generation = leaf.generation;
    place.type = leaf.type == "chapter" ? ObjectType::Chapter : ObjectType::Segment;
    place.first = leaf.first.value_or(0);
    place.recording = leaf.recording.value_or(0);
    place.segment = leaf.segment.value_or(0);
    return place;
}

Result<ObjectRow> quarantinedRow(std::uint64_t index, const core::Cbor& body) {
    ObjectRow row;
    row.leaf = index;
    row.shelf = Shelf::Quarantined;
    LIUHEN_TRY(row.object, evidence::digestAt(body, "object"));
    LIUHEN_TRY(row.sizeBytes, evidence::unsignedAt(body, "size"));
    LIUHEN_TRY(const std::string type, evidence::textAt(body, "type"));
    row.place.type = type == "chapter" ? ObjectType::Chapter : ObjectType::Segment;
    LIUHEN_TRY(row.place.device, evidence::textAt(body, "device"));
    LIUHEN_TRY(const auto generation, evidence::optionalUnsignedAt(body, "generation"));
    LIUHEN_TRY(const auto first, evidence::optionalUnsignedAt(body, "first"));
    LIUHEN_TRY(const auto recording, evidence::optionalUnsignedAt(body, "recording"));
    LIUHEN_TRY(const auto segment, evidence::optionalUnsignedAt(body, "segment"));
    row.place.generation = generation.value_or(0);
    row.place.first = first.value_or(0);
    row.place.recording = recording.value_or(0);
    row.place.segment = segment.value_or(0);
    LIUHEN_TRY(row.reason, evidence::textAt(body, "reason"));
    return row;
}

}  // namespace

/// A row like the one that the commit of this leaf wrote.
Result<void> Vault::remakeObject(std::uint64_t index, ByteView bytes) {
    LIUHEN_TRY(const evidence::ObjectLeaf leaf, evidence::ObjectLeaf::decode(bytes));
    if (leaf.type == "torn") {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("make the row of leaf {}: it stores a torn file, which this version "
                        "does not take in; use the version that did",
                        index));
    }
    ObjectRow row;
    row.leaf = index;
    row.object = leaf.object;
    row.sizeBytes = leaf.size;
    row.place = placeOf(leaf);
    row.entry = leaf.entry;
    row.verdict = leaf.verdict;
    LIUHEN_CHECK(records_.add(row));
    if (row.place.type != ObjectType::Chapter) {
        return {};
    }
    auto content = core::readFile(parts_.files, objectPath(row.object), kChapterBytes);
    if (!content || crypto::sha256(*content) != row.object) {
        core::log(core::LogLevel::Error,
                  "vault",
                  fmt::format("{} is not whole in any copy: what follows it cannot be taken in",
                              describe(row.place)));
        return {};
    }
    LIUHEN_TRY(Judgement judgement, judgeChapterAt(row.place, *std::move(content)));
    if (judgement.outcome != Outcome::Store || !judgement.chapter ||
        judgement.entry != leaf.entry) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("make the row of {} (leaf {}): {}; is the folder of registrations "
                                "whole?",
                                describe(row.place),
                                index,
                                judgement.reason.empty() ? "it is another" : judgement.reason));
    }
    judgement.chapter->object = row.object;
    judgement.chapter->leaf = index;
    LIUHEN_CHECK(records_.add(*judgement.chapter));
    for (DueRow& due : judgement.due) {
        due.chapter = row.object;
        LIUHEN_CHECK(records_.addDue(row.place.device, row.place.generation, due));
    }
    return {};
}

Result<void> Vault::remakeRow(std::uint64_t index,
                              ByteView bytes,
                              const std::optional<Buffer>& next) {
    LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(bytes));
    LIUHEN_CHECK(records_.addLeaf(index, leaf.kind, bytes));
    if (leaf.kind == "object") {
        return remakeObject(index, bytes);
    }
    if (leaf.kind == "quarantine") {
        LIUHEN_TRY(ObjectRow row, quarantinedRow(index, leaf.body));
        const auto after = next ? evidence::Leaf::decode(*next)
                                : Result<evidence::Leaf>(tl::make_unexpected(core::Error{}));
        if (after && after->kind == "fork") {
            row.shelf = Shelf::Forked;
        }
        return records_.add(row);
    }
    if (leaf.kind == "imported") {
        LIUHEN_TRY(const Digest object, evidence::digestAt(leaf.body, "object"));
        LIUHEN_TRY(const std::uint64_t size, evidence::unsignedAt(leaf.body, "size"));
        return records_.addImport(index, object, size);
    }
    if (leaf.kind == "receipt") {
        LIUHEN_TRY(const Digest object, evidence::digestAt(leaf.body, "object"));
        LIUHEN_TRY(const auto stored, records_.storedLeafOf(object));
        if (!stored) {
            return fail(ErrorKind::FailedPrecondition,
                        fmt::format("make the row of leaf {}: it is a receipt of what no leaf "
                                    "stores",
                                    index));
        }
        return records_.add(ReceiptRow{index, *stored, 0, {}});
    }
    return addRetentionRow(records_, index, leaf);
}

Result<void> Vault::remakeRows(tlog::TileStore& log) {
    for (std::uint64_t at = 0; at < log.size();) {
        LIUHEN_TRY(Transaction transaction, records_.begin());
        const std::uint64_t end = std::min(log.size(), at + kRowsAtOnce);
        for (; at < end; ++at) {
            LIUHEN_TRY(const Buffer leaf, log.leaf(at));
            std::optional<Buffer> next;
            if (at + 1 < log.size()) {
                LIUHEN_TRY(next, log.leaf(at + 1));
            }
            LIUHEN_CHECK(remakeRow(at, leaf, next));
        }
        LIUHEN_CHECK(transaction.commit());
    }
    LIUHEN_TRY(const std::uint64_t unopened, records_.unopenedCount());
    if (unopened > 0) {
        core::log(core::LogLevel::Warning,
                  "vault",
                  fmt::format("by whom, and why, {} holds and classes were told was in the "
                              "database that is lost, and nowhere else: they stand, without that",
                              unopened));
    }
    return {};
}

Result<void> Vault::makeDatabase(const VaultParts& parts, const VaultFolders& folders) {
    const std::string path = core::joinPath(folders.database, "vault.db");
    const std::string made = path + ".new";
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::filesystem::remove(made + suffix, error);
    }
    LIUHEN_TRY(tlog::TileStore log,
               tlog::TileStore::open(parts.files,
                                     core::joinPath(folders.vault, "log"),
                                     core::joinPath(folders.vault, "scratch")));
    {
        LIUHEN_TRY(Records records, Records::open(made));
        const std::unique_ptr<Vault> vault(
            new Vault(parts, folders, core::UniqueFd(), std::move(records)));
        LIUHEN_CHECK(vault->remakeRows(log));
    }
    const auto files = core::systemFiles();
    if (files->exists(made + "-wal")) {
        return fail(ErrorKind::DataLoss,
                    "make " + made + ": SQLite did not finish it; see to the disk");
    }
    LIUHEN_CHECK(files->renameNoReplace(made, path));
    return files->syncFolder(folders.database);
}

}  // namespace liuhen::vault
