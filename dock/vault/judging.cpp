// SPDX-License-Identifier: Apache-2.0
// What a judge must know of the rest of the vault.
#include "common/crypto/digest.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kCachedChapters = 4;
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

}  // namespace

Result<Judgement> Vault::judge(const Upload& upload) {
    if (upload.offer.place.type == ObjectType::Segment) {
        return judgeSegmentAt(upload);
    }
    LIUHEN_TRY(Buffer bytes, core::readFile(parts_.files, upload.path(), kChapterBytes));
    return judgeChapterAt(upload.offer.place, std::move(bytes));
}

Result<Judgement> Vault::judgeChapterAt(const Place& place, Buffer bytes) {
    ChapterContext context;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(const auto last, records_.lastChapter(place.device, place.generation));
        const std::uint64_t next = last ? last->last + 1 : 0;
        if (place.first > next) {
            return waitFor(
                fmt::format("The ledger of recorder {} is stored up to entry {}; the chapters from "
                            "there on must "
                            "come first",
                            place.device,
                            next));
        }
        LIUHEN_TRY(context.before, records_.chapterBefore(place));
        if (place.first > 0 && !context.before) {
            return quarantineFor(
                "The chapter cannot be accepted: it begins within a stored chapter");
        }
        if (place.first < next) {
            LIUHEN_TRY(const auto stored,
                       records_.chapterOf(place.device, place.generation, place.first));
            LIUHEN_TRY(context.stored, load(*stored));
        }
        if (place.first == 0) {
            LIUHEN_TRY(context.namedHead, namedHead(place, bytes));
        }
    }
    if (place.first == 0) {
        const std::string name = evidence::registrationName(place.device, place.generation);
        auto message = core::readFile(
            parts_.files, core::joinPath(folders_.registered, name), kRegistrationBytes);
        if (message) {
            context.registration = *std::move(message);
        } else if (message.error().kind != ErrorKind::NotFound) {
            return tl::make_unexpected(message.error());
        }
    }
    return judgeChapter(place, std::move(bytes), context, parts_.identity.root);
}

Result<std::optional<evidence::NamedHead>> Vault::namedHead(const Place& place, ByteView chapter) {
    const auto head = namedHeadOf(chapter);
    if (!head) {
        return std::optional<evidence::NamedHead>();
    }
    LIUHEN_TRY(const auto row, records_.chapterOf(place.device, head->generation, head->seq));
    if (!row) {
        return std::optional<evidence::NamedHead>();
    }
    Place start = place;
    start.generation = row->generation;
    start.first = row->first;
    LIUHEN_TRY(const auto before, records_.chapterBefore(start));
    LIUHEN_TRY(const auto stored, load(*row));
    return entryIn(*stored, before ? before->keys : std::nullopt, head->seq);
}

Result<Judgement> Vault::judgeSegmentAt(const Upload& upload) {
    const Place& place = upload.offer.place;
    std::shared_ptr<const StoredChapter> chapter;
    std::optional<evidence::NextKeys> keys;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(const auto row,
                   records_.chapterOf(place.device, place.generation, place.recording));
        if (!row) {
            return waitFor(fmt::format(
                "The chapter that tells of recording {} of recorder {} is not stored yet",
                place.recording,
                place.device));
        }
        Place start = place;
        start.first = row->first;
        LIUHEN_TRY(const auto before, records_.chapterBefore(start));
        keys = before ? before->keys : std::nullopt;
        LIUHEN_TRY(chapter, load(*row));
    }
    LIUHEN_TRY(auto file, parts_.files.open(upload.path(), core::OpenMode::Read));
    LIUHEN_TRY(Judgement judgement, judgeSegment(place, std::move(file), *chapter, keys));
    return judgement;
}

Result<std::shared_ptr<const StoredChapter>> Vault::load(const ChapterRow& row) {
    const auto known = std::find_if(chapters_.begin(), chapters_.end(), [&row](const auto& item) {
        return item.first == row.object;
    });
    if (known != chapters_.end()) {
        chapters_.splice(chapters_.begin(), chapters_, known);
        return chapters_.front().second;
    }
    LIUHEN_TRY(Buffer bytes, core::readFile(parts_.files, objectPath(row.object), kChapterBytes));
    Place place;
    place.device = row.device;
    place.generation = row.generation;
    place.first = row.first;
    LIUHEN_TRY(const auto before, records_.chapterBefore(place));
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
    chapters_.emplace_front(row.object, chapter);
    if (chapters_.size() > kCachedChapters) {
        chapters_.pop_back();
    }
    return std::shared_ptr<const StoredChapter>(std::move(chapter));
}

}  // namespace liuhen::vault
