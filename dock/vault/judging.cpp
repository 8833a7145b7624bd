// SPDX-License-Identifier: Apache-2.0
// What a judge must know of the rest of the vault.
#include "common/crypto/digest.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/upload_use.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::uint64_t kRegistrationBytes = std::uint64_t{64} << 10U;

Judgement waitFor(std::string why) {
    Judgement judgement;
    judgement.outcome = Outcome::Wait;
    judgement.verdict = evidence::Verdict::Incomplete;
    judgement.reason = std::move(why);
    return judgement;
}

Judgement quarantineFor(std::string why) {
    Judgement judgement;
    judgement.outcome = Outcome::Quarantine;
    judgement.verdict = evidence::Verdict::Altered;
    judgement.reason = std::move(why);
    return judgement;
}

std::string earlierAreDue(const Place& place, std::uint64_t next) {
    if (next == 0) {
        return fmt::format(
            "Nothing of generation {} of recorder {} is stored here, and the recorder has its "
            "ledger from entry {} on only; what came before must be brought from where it is kept",
            place.generation,
            place.device,
            place.first);
    }
    return fmt::format(
        "The ledger of recorder {} is stored up to entry {}; the chapters from there on must come "
        "first",
        place.device,
        next - 1);
}

}  // namespace

Result<Vault::Judged> Vault::judge(const Upload& upload, HashedReading& reading) {
    const Place& place = upload.offer.place;
    Judged judged;
    if (place.type == ObjectType::Segment) {
        LIUHEN_TRY(judged.judgement, judgeSegmentAt(place, reading));
    } else {
        Buffer bytes(static_cast<std::size_t>(upload.size()));
        LIUHEN_TRY(const std::size_t got, reading.view()->readAt(0, bytes));
        bytes.resize(got);
        LIUHEN_TRY(judged.judgement, judgeChapterAt(place, std::move(bytes)));
    }
    if (judged.judgement.outcome != Outcome::Wait) {
        LIUHEN_TRY(judged.found, reading.finish());
    }
    return judged;
}

Result<Judgement> Vault::judgeChapterAt(const Place& place, Buffer bytes) {
    ChapterContext context;
    std::optional<ChapterRow> stored;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(const auto last, records_.lastChapter(place.device, place.generation));
        const std::uint64_t next = last ? last->last + 1 : 0;
        if (place.first > next) {
            return waitFor(earlierAreDue(place, next));
        }
        LIUHEN_TRY(context.before, records_.chapterBefore(place));
        if (place.first > 0 && !context.before) {
            return quarantineFor(
                "The chapter cannot be accepted: it begins within a stored chapter");
        }
        if (place.first < next) {
            LIUHEN_TRY(stored, records_.chapterOf(place.device, place.generation, place.first));
        }
    }
    if (stored) {
        LIUHEN_TRY(context.stored, load(*stored));
    }
    if (place.first == 0) {
        const NamedBefore named = namedBeforeOf(bytes);
        LIUHEN_TRY(context.namedHead, namedHead(place, named));
        LIUHEN_TRY(context.docked, isDocked(place, named));
        const std::string name = evidence::registrationName(place.device, place.generation);
        auto message = core::readFile(
            parts_.files, core::joinPath(folders_.registered, name), kRegistrationBytes);
        if (message) {
            context.registration = *std::move(message);
        } else if (message.error().kind != ErrorKind::NotFound) {
            return tl::make_unexpected(message.error());
        }
    }
    auto judgement = judgeChapter(place, std::move(bytes), context, parts_.identity.root);
    if (!judgement && judgement.error().kind == ErrorKind::ResourceExhausted) {
        // Of memory: nobody is to wait for room on the disk.
        return quarantineFor("The chapter cannot be accepted: " + judgement.error().message);
    }
    return judgement;
}

Result<bool> Vault::isDocked(const Place& place, const NamedBefore& named) {
    if (!named.head || !named.docking || named.docking->generation != named.head->generation) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    LIUHEN_TRY(const auto row,
               records_.chapterOf(place.device, named.docking->generation, named.docking->seq));
    return row && row->last == named.docking->seq && row->hash == named.docking->hash;
}

Result<std::optional<evidence::NamedHead>> Vault::namedHead(const Place& place,
                                                            const NamedBefore& named) {
    const auto& head = named.head;
    if (!head) {
        return std::optional<evidence::NamedHead>();
    }
    std::optional<ChapterRow> row;
    std::optional<ChapterRow> before;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(row, records_.chapterOf(place.device, head->generation, head->seq));
        if (!row) {
            return std::optional<evidence::NamedHead>();
        }
        Place start = place;
        start.generation = row->generation;
        start.first = row->first;
        LIUHEN_TRY(before, records_.chapterBefore(start));
    }
    LIUHEN_TRY(const auto stored, load(*row));
    return entryIn(*stored, before ? before->keys : std::nullopt, head->seq);
}

Result<Judgement> Vault::judgeSegmentAt(const Place& place, HashedReading& reading) {
    std::optional<ChapterRow> row;
    std::optional<ChapterRow> before;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(row, records_.chapterOf(place.device, place.generation, place.recording));
        if (!row) {
            return waitFor(chapterIsDue(place));
        }
        Place start = place;
        start.first = row->first;
        LIUHEN_TRY(before, records_.chapterBefore(start));
    }
    LIUHEN_TRY(const auto chapter, load(*row));
    return judgeSegment(place, reading.view(), *chapter, before ? before->keys : std::nullopt);
}

/// Never with the mutex held: reading and checking a long chapter takes seconds.
Result<std::shared_ptr<const StoredChapter>> Vault::load(const ChapterRow& row) {
    if (auto known = chapters_.find(row.object)) {
        return known;
    }
    const auto loading = loadLocks_.take(row.device);
    if (auto known = chapters_.find(row.object)) {
        return known;
    }
    LIUHEN_TRY(Buffer bytes, core::readFile(parts_.files, objectPath(row.object), kChapterBytes));
    Place place;
    place.device = row.device;
    place.generation = row.generation;
    place.first = row.first;
    std::optional<ChapterRow> before;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(before, records_.chapterBefore(place));
    }
    const std::uint64_t size = bytes.size();
    if (crypto::sha256(bytes) != row.object) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read the stored {}: its bytes have changed", describe(place)));
    }
    LIUHEN_TRY(StoredChapter read, readChapter(place, std::move(bytes), before));
    if (read.chapter.problem) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("read the stored {}: {}", describe(place), read.chapter.problem->text));
    }
    auto chapter = std::make_shared<const StoredChapter>(std::move(read));
    chapters_.put(row.object, chapter, size);
    return std::shared_ptr<const StoredChapter>(std::move(chapter));
}

}  // namespace liuhen::vault
