// SPDX-License-Identifier: Apache-2.0
// What becomes of an offer, and the bytes that follow it.
#include "common/evidence/messages.hpp"
#include "common/media/box.hpp"
#include "dock/vault/upload_use.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

/// Kept free for rows and tiles.
constexpr std::uint64_t kReserveBytes = std::uint64_t{32} << 20U;
/// A file may go on behind what its entries tell of: a part whose entry was lost with the power.
constexpr std::uint64_t kTailBytes = evidence::kMaxPartBytes + evidence::kMaxInitBytes;

/// The length that a segment's entries tell of.
std::uint64_t toldBytes(const evidence::FootageRecords& footage, const Place& place) {
    const evidence::SegmentRecord* segment = footage.find(place.recording, place.segment);
    if (segment == nullptr) {
        return 0;
    }
    if (segment->end) {
        return segment->endSize;
    }
    std::uint64_t end = segment->initSize;
    for (std::uint32_t i = 0; i < segment->parts; ++i) {
        const evidence::PartRecord& part = footage.part(*segment, i);
        end = std::max(end, part.offset + part.size + media::kUuidHeaderBytes + part.entry.size);
    }
    return end;
}

OfferAnswer refused(State state, std::string reason, std::string_view verdict) {
    OfferAnswer answer;
    answer.state = state;
    answer.reason = std::move(reason);
    answer.verdict = verdict;
    return answer;
}

}  // namespace

Result<OfferAnswer> Vault::offer(const Offer& offer) {
    LIUHEN_CHECK(usable());
    LIUHEN_TRY(auto settled, settledBefore(offer));
    if (!settled && offer.place.type == ObjectType::Segment) {
        LIUHEN_TRY(settled, boundSegment(offer));
    }
    if (settled) {
        return *std::move(settled);
    }
    LIUHEN_CHECK(claimFound(offer));
    const std::shared_ptr<Upload> upload = incoming_.at(offer);
    LIUHEN_TRY(const auto lock, takeUpload(*upload));
    auto ready = upload->open();
    if (ready && !upload->whole()) {
        ready = upload->sync();
    }
    if (ready) {
        ready = checkRoom(*upload);
    }
    if (!ready) {
        if (upload->spoilt()) {
            incoming_.drop(*upload);
        } else {
            upload->rest();
        }
        return core::failWith(ready.error(), "take up " + describe(offer.place));
    }
    OfferAnswer answer;
    answer.state = State::Receiving;
    answer.upload = upload->name;
    answer.offset = upload->size();
    return answer;
}

/// The answer where no byte is needed: the place is stored with this very last entry, or footage
/// like this was kept as no evidence and fetching it again did not help.
Result<std::optional<OfferAnswer>> Vault::settledBefore(const Offer& offer) {
    std::optional<ObjectRow> stored;
    std::optional<ObjectRow> kept;
    if (!offer.entry) {
        return std::optional<OfferAnswer>();  // other bytes of the same length are another matter
    }
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(stored, records_.storedAt(offer.place));
        const bool same =
            stored && stored->sizeBytes == offer.sizeBytes && stored->entry == offer.entry;
        if (!same) {
            stored.reset();
        }
        if (!same && fetchedInVain(offer)) {
            LIUHEN_TRY(kept, records_.refusedAt(offer));
        }
    }
    if (kept) {
        const State state = kept->shelf == Shelf::Forked ? State::Forked : State::Quarantined;
        return std::optional(refused(state, kept->reason, kept->verdict));
    }
    if (!stored) {
        return std::optional<OfferAnswer>();
    }
    LIUHEN_TRY(CommitAnswer known, answerFor(*stored, true));
    OfferAnswer answer = refused(known.state, std::move(known.reason), known.verdict);
    answer.receipt = std::move(known.receipt);
    return std::optional(std::move(answer));
}

/// Whether footage that was quarantined was fetched once more lately, and was the same. With the
/// mutex held.
bool Vault::fetchedInVain(const Offer& offer) const {
    constexpr core::Nanoseconds kLately = std::chrono::hours(7 * 24);
    const auto last = fetchedAgain_.find(uploadName(offer));
    return last != fetchedAgain_.end() && parts_.clock.boottime() - last->second < kLately;
}

/// Nothing if the offer is for footage that a stored chapter tells of, and not too long.
Result<std::optional<OfferAnswer>> Vault::boundSegment(const Offer& offer) {
    const Place& place = offer.place;
    std::optional<ChapterRow> row;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(row, records_.chapterOf(place.device, place.generation, place.recording));
    }
    if (!row) {
        return std::optional(refused(State::Again, chapterIsDue(place), "incomplete"));
    }
    const auto chapter = load(*row);
    if (!chapter && chapter.error().kind == ErrorKind::DataLoss) {
        return std::optional(refused(State::Again, chapter.error().message, ""));
    }
    if (!chapter) {
        return tl::make_unexpected(chapter.error());
    }
    const std::uint64_t most = toldBytes((*chapter)->chapter.footage, place) + kTailBytes;
    if (offer.sizeBytes > most) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("take up {}: {} bytes were offered, its entries tell of {} at most",
                                describe(place),
                                offer.sizeBytes,
                                most));
    }
    return std::optional<OfferAnswer>();
}

Result<void> Vault::checkRoom(const Upload& upload) {
    LIUHEN_TRY(const std::uint64_t free, parts_.files.freeBytes(folders_.vault));
    const std::uint64_t others = incoming_.promisedBeside(upload);
    const std::uint64_t needed = upload.offer.sizeBytes - upload.size();
    if (free < kReserveBytes || free - kReserveBytes < others ||
        free - kReserveBytes - others < needed) {
        return fail(
            ErrorKind::ResourceExhausted,
            fmt::format(
                "the vault's disk has {} bytes left, {} of them promised to others", free, others));
    }
    return {};
}

Result<Vault::Appender> Vault::append(const std::string& upload,
                                      std::uint64_t offset,
                                      std::uint64_t length) {
    LIUHEN_CHECK(usable());
    touch();
    LIUHEN_TRY(std::shared_ptr<Upload> found, findUpload(incoming_, upload));
    LIUHEN_TRY(auto lock, takeUpload(*found));
    LIUHEN_CHECK(takeUpAgain(incoming_, *found));
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
    if (!done && upload_->spoilt()) {
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

}  // namespace liuhen::vault
