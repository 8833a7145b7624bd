// SPDX-License-Identifier: Apache-2.0
// Reading a segment box by box, and its clear form by range.
#include "common/evidence/clear_segment.hpp"

#include "common/evidence/boxes.hpp"
#include "common/evidence/entry.hpp"
#include "common/media/fragment_reader.hpp"
#include "common/media/init_reader.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

using core::ErrorKind;
using core::fail;
using media::BoxPlace;

constexpr std::uint64_t kTagBytes = 16;
/// A `moof` is shorter, and the header of the `mdat` behind it.
constexpr std::uint64_t kHeadBytes = std::uint64_t{16} << 10U;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

/// The whole box at an offset; nothing at the end and where none is.
Result<std::optional<BoxPlace>> boxAt(const media::ReadAt& read,
                                      std::uint64_t fileBytes,
                                      std::uint64_t offset) {
    if (fileBytes - offset < media::kBoxHeaderBytes) {
        return std::optional<BoxPlace>();
    }
    std::array<std::uint8_t, media::kMaxBoxHeaderBytes> bytes{};
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), fileBytes - offset));
    LIUHEN_CHECK(media::readExactly(read, offset, std::span(bytes).first(count)));
    const auto header = media::readBoxHeader(ByteView(bytes).first(count));
    if (!header || header->size > fileBytes - offset) {
        return std::optional<BoxPlace>();
    }
    return std::optional(
        BoxPlace{header->type, header->userType, offset, header->size, header->headerBytes});
}

bool isBox(const std::optional<BoxPlace>& box, const media::UserType& type) {
    return box && box->userType == type;
}

Result<Buffer> contentOf(const media::ReadAt& read, const BoxPlace& box, std::uint64_t limit) {
    if (box.size - box.headerBytes > limit) {
        return fail(ErrorKind::DataLoss, fmt::format("read box at {}: too long", box.offset));
    }
    Buffer bytes(static_cast<std::size_t>(box.size - box.headerBytes));
    LIUHEN_CHECK(media::readExactly(read, box.offset + box.headerBytes, bytes));
    return bytes;
}

bool overlaps(const MediaSpan& one, const MediaSpan& other) {
    return one.first < other.second && other.first < one.second;
}

}  // namespace

Result<ClearSegment> ClearSegment::open(const media::ReadAt& read,
                                        std::uint64_t fileBytes,
                                        std::size_t mostParts) {
    ClearSegment segment;
    std::uint64_t offset = 0;
    for (const std::uint32_t type : {media::kFtyp, media::kMoov}) {
        LIUHEN_TRY(const auto box, boxAt(read, fileBytes, offset));
        if (!box || box->type != type || box->end() > kMaxInitBytes) {
            return fail(ErrorKind::DataLoss, "open segment: it does not begin as one");
        }
        offset = box->end();
    }
    segment.init_.resize(static_cast<std::size_t>(offset));
    LIUHEN_CHECK(media::readExactly(read, 0, segment.init_));
    LIUHEN_TRY(segment.tracks_, media::readInit(segment.init_));
    LIUHEN_TRY(const auto envelope, boxAt(read, fileBytes, offset));
    Buffer whole = segment.init_;
    if (isBox(envelope, kEnvelopeBox)) {
        LIUHEN_TRY(segment.envelope_, contentOf(read, *envelope, kMaxInitBytes));
        Buffer box(static_cast<std::size_t>(envelope->size));
        LIUHEN_CHECK(media::readExactly(read, offset, box));
        core::append(whole, box);
        offset = envelope->end();
    }
    segment.initHash_ = crypto::sha256(whole);
    LIUHEN_CHECK(segment.readParts(read, fileBytes, offset, mostParts));
    segment.place();
    return segment;
}

Result<void> ClearSegment::readParts(const media::ReadAt& read,
                                     std::uint64_t fileBytes,
                                     std::uint64_t offset,
                                     std::size_t mostParts) {
    while (parts_.size() < mostParts) {
        ClearPart part;
        part.from = offset;
        LIUHEN_TRY(const auto link, boxAt(read, fileBytes, offset));
        if (!isBox(link, kLinkBox)) {
            return {};
        }
        part.content = link->end();
        LIUHEN_TRY(const auto content, boxAt(read, fileBytes, part.content));
        if (!content || (!isBox(content, kLockedBox) && content->type != media::kMoof)) {
            return {};
        }
        std::uint64_t end = content->end();
        if (!isBox(content, kLockedBox)) {
            LIUHEN_TRY(const auto data, boxAt(read, fileBytes, end));
            if (!data || data->type != media::kMdat) {
                return {};
            }
            end = data->end();
        }
        part.proof = end;
        LIUHEN_TRY(const auto proof, boxAt(read, fileBytes, end));
        if (!isBox(proof, kProofBox)) {
            return {};
        }
        LIUHEN_TRY(const Buffer bytes, contentOf(read, *proof, kMaxEntryBytes));
        LIUHEN_TRY(const Entry entry, parseEntry(bytes));
        LIUHEN_TRY(PartBody body, PartBody::fromCbor(entry.body));
        const bool locked = isBox(content, kLockedBox);
        const std::uint64_t least = locked ? kTagBytes + content->headerBytes : 0;
        if (entry.kind != "part" || body.init != initHash_ || locked != isEncrypted() ||
            locked != body.encryption.has_value() || end - part.from > kMaxPartBytes ||
            end - part.content < least) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("open segment: the part at {} is not of it", offset));
        }
        part.size = end - part.content - least;
        part.tracks = std::move(body.tracks);
        part.time = part.tracks.empty() ? MediaSpan() : timeOf(part.tracks.front());
        part.hash = body.hash;
        part.encryption = body.encryption;
        parts_.push_back(std::move(part));
        offset = proof->end();
    }
    return {};
}

MediaSpan ClearSegment::timeOf(const TrackSpan& span) const {
    const std::uint64_t scale = span.track == media::kSoundTrackId && tracks_.audio
                                    ? tracks_.audio->sampleRate
                                    : media::kPictureTimescale;
    constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
    const auto toNs = [scale](std::uint64_t ticks) {
        return ticks / scale >= kLast / kSecondNs
                   ? kLast
                   : ticks / scale * kSecondNs + ticks % scale * kSecondNs / scale;
    };
    const std::uint64_t end =
        span.start > kLast - span.duration ? kLast : span.start + span.duration;
    return {toNs(span.start), toNs(end)};
}

Result<void> ClearSegment::unlock(const crypto::PrivateKey& recipient) {
    LIUHEN_TRY(FootageKey key, FootageKey::open(envelope_, recipient));
    key_ = std::move(key);
    return {};
}

void ClearSegment::narrow(const MediaSpan& span) {
    std::erase_if(parts_, [&](const ClearPart& part) {
        return std::none_of(part.tracks.begin(), part.tracks.end(), [&](const TrackSpan& track) {
            return overlaps(timeOf(track), span);
        });
    });
    place();
}

void ClearSegment::place() {
    std::uint64_t offset = init_.size();
    for (ClearPart& part : parts_) {
        part.offset = offset;
        offset += part.size;
    }
    held_.reset();
}

std::uint64_t ClearSegment::size() const {
    return parts_.empty() ? init_.size() : parts_.back().offset + parts_.back().size;
}

Result<std::size_t> ClearSegment::readAt(const media::ReadAt& read,
                                         std::uint64_t offset,
                                         std::span<std::uint8_t> into) {
    std::size_t done = 0;
    const auto give = [&](ByteView bytes, std::uint64_t at) {
        const ByteView rest = bytes.subspan(static_cast<std::size_t>(offset + done - at));
        const std::size_t count = std::min(rest.size(), into.size() - done);
        std::copy_n(rest.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(done));
        done += count;
    };
    if (offset < init_.size()) {
        give(init_, 0);
    }
    while (done < into.size() && offset < size() && offset + done < size()) {
        const auto behind = std::upper_bound(
            parts_.begin(),
            parts_.end(),
            offset + done,
            [](std::uint64_t at, const ClearPart& part) { return at < part.offset; });
        const auto index = static_cast<std::size_t>(behind - parts_.begin()) - 1;
        if (held_ != index) {
            held_.reset();
            LIUHEN_TRY(heldBytes_, clearPart(read, parts_[index]));
            held_ = index;
        }
        give(heldBytes_, parts_[index].offset);
    }
    return done;
}

Result<Buffer> ClearSegment::clearPart(const media::ReadAt& read, const ClearPart& part) const {
    Buffer bytes(static_cast<std::size_t>(part.proof - part.from));
    LIUHEN_CHECK(media::readExactly(read, part.from, bytes));
    const auto refuse = [&part](std::string_view why) {
        return fail(ErrorKind::DataLoss, fmt::format("read part at {}: {}", part.from, why));
    };
    if (crypto::sha256(bytes) != part.hash) {
        return refuse("its bytes are not those that were signed");
    }
    const ByteView content =
        ByteView(bytes).subspan(static_cast<std::size_t>(part.content - part.from));
    if (!part.encryption) {
        return core::toBuffer(content);
    }
    if (!key_) {
        return fail(ErrorKind::FailedPrecondition,
                    "read part: it is encrypted, and no key opens it here");
    }
    LIUHEN_TRY(const media::BoxHeader header, media::readBoxHeader(content));
    LIUHEN_TRY(
        Buffer clear,
        key_->unlock(part.encryption->counter, initHash_, content.subspan(header.headerBytes)));
    const ByteView piece(clear);
    if (key_->clearHash(part.encryption->counter, std::span(&piece, 1)) != part.encryption->clear) {
        return refuse("its clear bytes are not those that were signed");
    }
    return clear;
}

Result<bool> ClearSegment::beginsWithKey(const media::ReadAt& read, const ClearPart& part) const {
    const std::uint64_t stored = part.proof - part.content;
    Buffer bytes(static_cast<std::size_t>(part.encryption ? stored : std::min(stored, kHeadBytes)));
    LIUHEN_CHECK(media::readExactly(read, part.content, bytes));
    if (part.encryption) {
        if (!key_) {
            return fail(ErrorKind::FailedPrecondition,
                        "read part: it is encrypted, and no key opens it here");
        }
        LIUHEN_TRY(const media::BoxHeader header, media::readBoxHeader(bytes));
        LIUHEN_TRY(
            bytes,
            key_->unlock(
                part.encryption->counter, initHash_, ByteView(bytes).subspan(header.headerBytes)));
    }
    LIUHEN_TRY(const media::FragmentInfo head, media::readFragmentHead(bytes));
    return head.picture && head.picture->samples.front().key;
}

}  // namespace liuhen::evidence
