// SPDX-License-Identifier: Apache-2.0
// From an offer to a receipt, in the one order in which nothing can be lost.
#include "common/core/log.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/vault.hpp"

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

/// Kept free for rows and tiles.
constexpr std::uint64_t kReserveBytes = std::uint64_t{32} << 20U;

Result<std::unique_lock<std::mutex>> take(Upload& upload) {
    std::unique_lock lock(upload.mutex, std::try_to_lock);
    if (!lock.owns_lock()) {
        return fail(ErrorKind::Unavailable, "use an upload: another connection is at it");
    }
    return lock;
}

tl::unexpected<core::Error> unknownUpload() {
    return fail(ErrorKind::NotFound, "use an upload: it is not known; offer it again");
}

CommitAnswer again(std::string why, std::string_view verdict = {}) {
    CommitAnswer answer;
    answer.state = State::Again;
    answer.reason = std::move(why);
    answer.verdict = verdict;
    return answer;
}

Buffer quarantineLeaf(std::int64_t time, const ObjectRow& row) {
    const Place& place = row.place;
    const bool chapter = place.type == ObjectType::Chapter;
    return evidence::encodeLeaf(time,
                                "quarantine",
                                Cbor::map({{"object", row.object},
                                           {"size", row.sizeBytes},
                                           {"type", name(place.type)},
                                           {"device", place.device},
                                           {"generation", place.generation},
                                           {"recording", chapter ? Cbor() : Cbor(place.recording)},
                                           {"segment", chapter ? Cbor() : Cbor(place.segment)},
                                           {"first", chapter ? Cbor(place.first) : Cbor()},
                                           {"reason", row.reason}}));
}

Buffer forkLeaf(std::int64_t time, const ObjectRow& row, const Divergence& divergence) {
    return evidence::encodeLeaf(time,
                                "fork",
                                Cbor::map({{"device", row.place.device},
                                           {"generation", row.place.generation},
                                           {"seq", divergence.seq},
                                           {"held", divergence.held},
                                           {"other", divergence.other},
                                           {"object", row.object}}));
}

Buffer objectLeaf(std::int64_t time, const ObjectRow& row, const Judgement& judgement) {
    evidence::ObjectLeaf leaf;
    leaf.timeUs = time;
    leaf.object = row.object;
    leaf.size = row.sizeBytes;
    leaf.type = name(row.place.type);
    leaf.device = row.place.device;
    leaf.generation = row.place.generation;
    leaf.seq = judgement.seq;
    leaf.entry = judgement.entry;
    if (row.place.type == ObjectType::Chapter) {
        leaf.first = row.place.first;
    } else {
        leaf.recording = row.place.recording;
        leaf.segment = row.place.segment;
    }
    leaf.verdict = row.verdict;
    leaf.findings = judgement.findings;
    return leaf.encode();
}

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

Result<OfferAnswer> Vault::offer(const Offer& offer) {
    LIUHEN_CHECK(usable());
    std::optional<ObjectRow> stored;
    bool same = false;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(stored, records_.storedAt(offer.place));
        if (stored && stored->sizeBytes == offer.sizeBytes) {
            LIUHEN_TRY(const auto leaves, records_.leaves(stored->leaf, 1));
            const auto leaf = leaves.empty() ? Result<evidence::ObjectLeaf>(unknownUpload())
                                             : evidence::ObjectLeaf::decode(leaves.front());
            same = !offer.entry || (leaf && leaf->entry == *offer.entry);
        }
    }
    OfferAnswer answer;
    if (same) {
        answer.state = State::Receipted;
        LIUHEN_TRY(answer.receipt, receiptFor(*stored));
        return answer;
    }
    LIUHEN_CHECK(claimFound(offer));
    const std::shared_ptr<Upload> upload = incoming_.at(offer);
    LIUHEN_TRY(const auto lock, take(*upload));
    auto ready = upload->open();
    if (ready && !upload->whole()) {
        ready = upload->sync();
    }
    if (!ready) {
        if (ready.error().kind != ErrorKind::ResourceExhausted) {
            incoming_.drop(*upload);
        }
        return core::failWith(ready.error(), "take up " + describe(offer.place));
    }
    LIUHEN_TRY(const std::uint64_t free, parts_.files.freeBytes(folders_.vault));
    if (free < kReserveBytes || free - kReserveBytes < offer.sizeBytes - upload->size()) {
        return fail(
            ErrorKind::ResourceExhausted,
            fmt::format(
                "take up {}: the vault's disk has {} bytes left", describe(offer.place), free));
    }
    answer.state = State::Receiving;
    answer.upload = upload->name;
    answer.offset = upload->size();
    return answer;
}

Result<Vault::Appender> Vault::append(const std::string& upload,
                                      std::uint64_t offset,
                                      std::uint64_t length) {
    LIUHEN_CHECK(usable());
    std::shared_ptr<Upload> found = incoming_.find(upload);
    if (found == nullptr) {
        return unknownUpload();
    }
    LIUHEN_TRY(auto lock, take(*found));
    if (found->lost()) {
        return unknownUpload();
    }
    if (offset != found->size()) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("append at {}: the upload stands at {}", offset, found->size()));
    }
    if (length > found->offer.sizeBytes - found->size()) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "append {} bytes at {}: {} were offered", length, offset, found->offer.sizeBytes));
    }
    return Appender(incoming_, std::move(found), std::move(lock));
}

Result<void> Vault::Appender::checked(Result<void> done) {
    if (!done && upload_->lost()) {
        incoming_->drop(*upload_);
    }
    return done;
}

Result<void> Vault::Appender::append(ByteView bytes) {
    return checked(upload_->append(bytes));
}

Result<std::uint64_t> Vault::Appender::finish(bool sync) {
    if (sync) {
        LIUHEN_CHECK(checked(upload_->sync()));
    }
    return upload_->size();
}

Result<CommitAnswer> Vault::commit(const std::string& upload) {
    LIUHEN_CHECK(usable());
    const std::shared_ptr<Upload> found = incoming_.find(upload);
    if (found == nullptr) {
        return unknownUpload();
    }
    LIUHEN_TRY(const auto lock, take(*found));
    if (found->lost()) {
        return unknownUpload();
    }
    if (!found->whole()) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("commit an upload: {} of {} bytes are there",
                                found->size(),
                                found->offer.sizeBytes));
    }
    if (const auto synced = found->sync(); !synced) {
        incoming_.drop(*found);
        core::log(core::LogLevel::Error, "vault", synced.error().message);
        return again("The vault's disk failed while it stored the bytes; they must be sent again");
    }
    return commitWhole(*found);
}

Result<CommitAnswer> Vault::commitWhole(Upload& upload) {
    const Digest object = upload.hash();
    upload.close();  // from here on nobody can write to these bytes
    // Chapters of one recorder stand on each other; segments do not.
    std::unique_lock chapterLock(chapterMutex_, std::defer_lock);
    if (upload.offer.place.type == ObjectType::Chapter) {
        chapterLock.lock();
    }
    std::optional<ObjectRow> known;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(known, records_.object(object));
    }
    if (known) {  // the same bytes are stored and logged once
        incoming_.drop(upload);
        return answerFor(*known);
    }
    LIUHEN_TRY(Judgement judgement, judge(upload));
    if (judgement.outcome == Outcome::Wait) {
        return again(std::move(judgement.reason), evidence::name(judgement.verdict));
    }
    if (judgement.outcome != Outcome::Store && upload.resumed()) {
        incoming_.drop(upload);
        return again(
            "Bytes that were left when the vault stopped are not what was sent; they must be sent "
            "again");
    }
    return settle(upload, std::move(judgement));
}

Result<CommitAnswer> Vault::settle(Upload& upload, Judgement judgement) {
    const Digest object = upload.hash();
    LIUHEN_CHECK(moveIn(upload, object));
    ObjectRow row;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(row, record(upload, object, judgement));
    }
    incoming_.drop(upload);
    return answerFor(row);
}

Result<void> Vault::moveIn(const Upload& upload, const Digest& object) {
    const std::string path = objectPath(object);
    const std::string folder = core::folderOf(path);
    LIUHEN_CHECK(parts_.files.makeFolders(folder));
    if (const auto moved = parts_.files.renameNoReplace(upload.path(), path);
        !moved && moved.error().kind != ErrorKind::AlreadyExists) {
        return moved;
    }
    LIUHEN_CHECK(parts_.files.syncFolder(folder));
    LIUHEN_CHECK(parts_.files.syncFolder(incomingFolder()));
    return parts_.medium.freeze(path);
}

/// The commit point. Called with the mutex held.
Result<ObjectRow> Vault::record(const Upload& upload, const Digest& object, Judgement& judgement) {
    const Place& place = upload.offer.place;
    LIUHEN_TRY(const auto known, records_.object(object));
    if (known) {
        return *known;  // the same bytes came twice at once
    }
    LIUHEN_TRY(const auto taken, records_.storedAt(place));
    if (judgement.outcome == Outcome::Store && taken) {
        judgement.outcome = Outcome::Quarantine;
        judgement.reason =
            "The footage cannot be accepted: the vault already holds it in another form";
    }
    ObjectRow row;
    row.object = object;
    row.sizeBytes = upload.size();
    row.shelf = shelfFor(judgement.outcome);
    row.place = place;
    row.verdict = evidence::name(judgement.verdict);
    row.reason = judgement.reason;
    {
        LIUHEN_TRY(Transaction transaction, records_.begin());
        if (const auto added = addRows(row, judgement); !added) {
            log_->abandoned();
            return core::failWith(added.error(), "record " + describe(place));
        }
        if (const auto done = transaction.commit(); !done) {
            return broke(done.error());
        }
    }
    if (const auto staged = log_->committed(); !staged) {
        return broke(staged.error());
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
        LIUHEN_CHECK(records_.add(*judgement.chapter));
        for (DueRow& due : judgement.due) {
            due.chapter = row.object;
            LIUHEN_CHECK(records_.addDue(row.place.device, row.place.generation, due));
        }
    }
    return {};
}

Result<CommitAnswer> Vault::answerFor(const ObjectRow& row) {
    CommitAnswer answer;
    answer.verdict = row.verdict;
    if (row.shelf != Shelf::Stored) {
        const std::lock_guard lock(mutex_);
        if (row.leaf >= log_->tiles().size()) {
            LIUHEN_TRY(const std::string note, log_->publish());
        }
        answer.state = row.shelf == Shelf::Forked ? State::Forked : State::Quarantined;
        answer.reason = row.reason;
        return answer;
    }
    auto receipt = receiptFor(row);
    if (!receipt) {
        return again(receipt.error().message, row.verdict);
    }
    answer.state = State::Receipted;
    answer.receipt = *std::move(receipt);
    return answer;
}

}  // namespace liuhen::vault
