// SPDX-License-Identifier: Apache-2.0
// From whole bytes to a receipt, in the one order in which nothing can be lost.
#include "common/core/log.hpp"
#include "common/core/utf8.hpp"
#include "dock/vault/leaves.hpp"
#include "dock/vault/upload_use.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

/// Below it nothing is kept that is no evidence: its room is for what is.
constexpr std::uint64_t kQuarantineReserveBytes = std::uint64_t{256} << 20U;
constexpr std::size_t kReasonBytes = 1024;
constexpr std::size_t kFetchedAgain = 65'536;

CommitAnswer again(std::string why, std::string_view verdict = {}) {
    CommitAnswer answer;
    answer.state = State::Again;
    answer.reason = std::move(why);
    answer.verdict = verdict;
    return answer;
}

/// Worth another try at once: the bytes were given up.
CommitAnswer resend(std::string why) {
    CommitAnswer answer = again(std::move(why));
    answer.resend = true;
    return answer;
}

void quarantine(Judgement& judgement, const char* why) {
    judgement.outcome = Outcome::Quarantine;
    judgement.reason = why;
}

constexpr const char* kUnreadable =
    "The medium does not give back what was written to it; the recorder must keep it";

Shelf shelfFor(Outcome outcome) {
    switch (outcome) {
        case Outcome::Store:
            return Shelf::Stored;
        case Outcome::Fork:
            return Shelf::Forked;
        default:
            return Shelf::Quarantined;
    }
}

}  // namespace

Result<CommitAnswer> Vault::commit(const std::string& upload) {
    LIUHEN_CHECK(usable());
    touch();
    LIUHEN_TRY(const std::shared_ptr<Upload> found, findUpload(incoming_, upload));
    LIUHEN_TRY(const auto lock, takeUpload(*found));
    LIUHEN_CHECK(takeUpAgain(incoming_, *found));
    if (!found->whole()) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("commit an upload: {} of {} bytes are there",
                                found->size(),
                                found->offer.sizeBytes));
    }
    if (const auto synced = found->sync(); !synced) {
        incoming_.drop(*found);
        core::log(core::LogLevel::Error, "vault", synced.error().message);
        if (synced.error().kind == ErrorKind::ResourceExhausted) {
            return tl::make_unexpected(synced.error());
        }
        return resend("The vault's disk failed while it stored the bytes; they must be sent again");
    }
    return commitWhole(*found);
}

Result<CommitAnswer> Vault::commitWhole(Upload& upload) {
    const Place& place = upload.offer.place;
    const Upload::Written written = upload.written();
    upload.close();  // from here on nobody can write to these bytes
    // Chapters of one recorder stand on each other; segments do not.
    NamedLocks::Held chapterLock;
    if (place.type == ObjectType::Chapter) {
        chapterLock = chapterLocks_.take(place.device);
    }
    LIUHEN_TRY(auto file, parts_.medium.open(upload.path()));
    HashedReading reading(std::move(file), written.key);
    auto judged = judge(upload, reading);
    if (reading.failed() ||
        (judged && judged->judgement.outcome != Outcome::Wait && reading.code() != written.code)) {
        return misread(upload, describe(place));
    }
    if (!judged && judged.error().kind == ErrorKind::DataLoss) {
        // Something that is stored cannot be read; the bytes stay until it can.
        incidentOnce({"read_back", "", judged.error().message});
        return again(judged.error().message);
    }
    if (!judged) {
        return tl::make_unexpected(judged.error());
    }
    Judgement& judgement = judged->judgement;
    if (judgement.outcome == Outcome::Wait) {
        return again(std::move(judgement.reason), evidence::name(judgement.verdict));
    }
    const Digest& object = judged->found;
    std::optional<ObjectRow> known;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(known, records_.object(object, place, Shelf::Stored));
    }
    if (known) {  // the same bytes of one place are stored and logged once
        incoming_.drop(upload);
        chapterLock.release();
        return answerFor(*known, true);
    }
    if (judgement.outcome != Outcome::Store && upload.resumed()) {
        incoming_.drop(upload);
        return resend(
            "Bytes that were left when the vault stopped are not what was sent; they must be sent "
            "again");
    }
    LIUHEN_TRY(const bool room, roomToKeep(upload, judgement));
    if (!room) {
        incoming_.drop(upload);
        return again("There is no room to keep what is no evidence: " + judgement.reason,
                     evidence::name(judgement.verdict));
    }
    LIUHEN_TRY(const auto row, settle(upload, object, judgement));
    chapterLock.release();
    return row ? answerFor(*row, false) : Result<CommitAnswer>(again(kUnreadable));
}

/// The bytes on the medium are not those that were written: they are given up, so that the next try
/// writes them elsewhere.
CommitAnswer Vault::misread(Upload& upload, const std::string& what) {
    incidentOnce({"read_back", "", what});
    incoming_.drop(upload);
    return again(kUnreadable);
}

/// Whether bytes that are no evidence may be kept. Refused ones are told by an incident.
Result<bool> Vault::roomToKeep(const Upload& upload, const Judgement& judgement) {
    if (judgement.outcome != Outcome::Quarantine) {
        return true;
    }
    LIUHEN_TRY(const std::uint64_t free, parts_.files.freeBytes(folders_.vault));
    if (free >= kQuarantineReserveBytes) {
        return true;
    }
    incidentOnce(
        {"quarantine.refused",
         upload.offer.place.device,
         core::utf8Prefix(describe(upload.offer.place) + ": " + judgement.reason, kReasonBytes)});
    return false;
}

/// Nothing if the medium has these bytes since before, and does not give them back.
Result<std::optional<ObjectRow>> Vault::settle(Upload& upload,
                                               const Digest& object,
                                               Judgement& judgement) {
    // The same bytes may come twice at once: what one takes back must not be what the other found.
    const auto objectLock = objectLocks_.take(core::toHex(object));
    LIUHEN_TRY(const bool moved, moveIn(upload, object));
    if (!moved) {
        // Kept for another reason before: what is logged now is that copy.
        const auto found = readBack(parts_.medium, objectPath(object));
        if (!found || *found != object) {
            static_cast<void>(misread(upload, "object " + core::toHex(object)));
            return std::optional<ObjectRow>();
        }
    }
    auto row = record(upload, object, judgement);
    if (!row) {
        if (moved && !broken_) {
            moveBack(upload, object);
        }
        return tl::make_unexpected(std::move(row).error());
    }
    incoming_.drop(upload);
    return std::optional(*std::move(row));
}

/// Answers whether the bytes were new. After an error of a folder the vault is broken; after any
/// other nothing has moved.
Result<bool> Vault::moveIn(const Upload& upload, const Digest& object) {
    const std::string path = objectPath(object);
    const std::string folder = core::folderOf(path);
    LIUHEN_CHECK(parts_.files.makeFolders(folder));
    const auto moved = parts_.files.renameNoReplace(upload.path(), path);
    if (!moved && moved.error().kind == ErrorKind::AlreadyExists) {
        return false;
    }
    LIUHEN_CHECK(moved);
    for (const std::string& touched : {folder, incomingFolder()}) {
        if (const auto synced = parts_.files.syncFolder(touched); !synced) {
            return broke(synced.error());
        }
    }
    if (const auto frozen = parts_.medium.freeze(path); !frozen) {
        moveBack(upload, object);
        return tl::make_unexpected(frozen.error());
    }
    return true;
}

/// Undoes moveIn(). In a sandbox nothing leaves objects/: what stays behind is used by the next
/// upload of the same bytes, or found by the next start, which does the same as this.
void Vault::moveBack(const Upload& upload, const Digest& object) {
    const std::string path = objectPath(object);
    auto done = parts_.files.renameNoReplace(path, upload.path());
    if (done) {
        done = parts_.files.syncFolder(incomingFolder());
    }
    if (done) {
        done = parts_.files.syncFolder(core::folderOf(path));
    }
    if (!done) {
        core::log(
            core::LogLevel::Error,
            "vault",
            done.error().message + "; it stays until the same bytes come again, or the next start");
    }
}

/// The commit point.
Result<ObjectRow> Vault::record(const Upload& upload, const Digest& object, Judgement& judgement) {
    const Place& place = upload.offer.place;
    ObjectRow row;
    row.object = object;
    row.sizeBytes = upload.size();
    row.place = place;
    row.verdict = evidence::name(judgement.verdict);
    for (;;) {
        bool added = false;
        const auto done = inGroup(
            [&]() -> Result<void> {
                LIUHEN_TRY(added, addObject(upload.offer, row, judgement));
                return {};
            },
            Then::Publish);
        if (done && !added) {
            return row;
        }
        if (done) {
            break;
        }
        if (judgement.outcome == Outcome::Store && done.error().kind == ErrorKind::AlreadyExists) {
            // Signed, and yet at odds with what is stored: kept, not refused.
            quarantine(judgement,
                       "It cannot be accepted: its entries contradict what the vault already "
                       "holds");
            row.verdict = evidence::name(evidence::Verdict::Altered);
            continue;
        }
        return core::failWith(done.error(), "record " + describe(place));
    }
    if (row.shelf != Shelf::Stored) {
        core::log(core::LogLevel::Warning,
                  "vault",
                  fmt::format("{}: {}: {}",
                              describe(place),
                              row.shelf == Shelf::Forked ? "forked" : "quarantined",
                              row.reason));
    }
    return row;
}

/// Within a group: completes and adds the row; false if it was there already, and is `row` then.
Result<bool> Vault::addObject(const Offer& offer, ObjectRow& row, Judgement& judgement) {
    LIUHEN_TRY(const auto taken, records_.storedAt(row.place));
    if (judgement.outcome == Outcome::Store && taken && taken->object != row.object) {
        quarantine(judgement,
                   "The footage cannot be accepted: the vault already holds it in another form");
    }
    row.shelf = shelfFor(judgement.outcome);
    row.entry = row.shelf == Shelf::Stored ? std::optional(judgement.entry) : offer.entry;
    row.reason = core::utf8Prefix(judgement.reason, kReasonBytes);
    LIUHEN_TRY(const auto known, records_.object(row.object, row.place, row.shelf));
    if (known) {  // the same bytes came before, or twice at once
        noteFetched(offer, *known);
        row = *known;
        return false;
    }
    LIUHEN_CHECK(addRows(row, judgement));
    return true;
}

/// Remembers footage that was fetched once more and is still no evidence.
void Vault::noteFetched(const Offer& offer, const ObjectRow& row) {
    if (row.shelf == Shelf::Stored || offer.place.type != ObjectType::Segment) {
        return;
    }
    if (fetchedAgain_.size() >= kFetchedAgain) {
        fetchedAgain_.clear();
    }
    fetchedAgain_[uploadName(offer)] = parts_.clock.boottime();
}

Result<void> Vault::addRows(ObjectRow& row, Judgement& judgement) {
    const std::int64_t time = parts_.clock.utc().count();
    if (row.shelf == Shelf::Stored) {
        LIUHEN_TRY(row.leaf, log_->add("object", objectLeaf(time, row, judgement)));
    } else {
        LIUHEN_TRY(row.leaf, log_->add("quarantine", quarantineLeaf(time, row)));
    }
    LIUHEN_CHECK(records_.add(row));
    if (row.shelf == Shelf::Forked) {
        LIUHEN_TRY(const std::uint64_t index,
                   log_->add("fork", forkLeaf(time, row, judgement.divergence)));
        static_cast<void>(index);
    }
    if (row.shelf == Shelf::Stored && judgement.chapter) {
        judgement.chapter->object = row.object;
        judgement.chapter->leaf = row.leaf;
        LIUHEN_CHECK(records_.add(*judgement.chapter));
        for (DueRow& due : judgement.due) {
            due.chapter = row.object;
            LIUHEN_CHECK(records_.addDue(row.place.device, row.place.generation, due));
        }
    }
    return {};
}

/// `readBack` unless the bytes were just read off the medium. Errors: ResourceExhausted, and those
/// after which the vault is broken.
Result<CommitAnswer> Vault::answerFor(const ObjectRow& row, bool readBack) {
    if (const auto frozen = makeImmutable(row.object); !frozen) {
        LIUHEN_CHECK(usable());
        return again("It is stored and cannot be made immutable: " + frozen.error().message,
                     row.verdict);
    }
    CommitAnswer answer;
    answer.verdict = row.verdict;
    if (row.shelf != Shelf::Stored) {
        LIUHEN_CHECK(publishThrough(row.leaf));
        answer.state = row.shelf == Shelf::Forked ? State::Forked : State::Quarantined;
        answer.reason = row.reason;
        return answer;
    }
    auto receipt = receiptFor(row, readBack);
    if (!receipt && receipt.error().kind == ErrorKind::DataLoss) {
        return again(receipt.error().message, row.verdict);
    }
    if (!receipt) {
        return tl::make_unexpected(std::move(receipt).error());
    }
    answer.state = State::Receipted;
    answer.receipt = *std::move(receipt);
    return answer;
}

}  // namespace liuhen::vault
