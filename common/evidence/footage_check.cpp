// SPDX-License-Identifier: Apache-2.0
// Segment bytes against entries, part by part.
#include "common/evidence/footage_check.hpp"

#include "common/crypto/digest.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/fragment_reader.hpp"
#include "common/media/init_reader.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kReadChunk = std::size_t{128} << 10U;
/// Links are held against the ledger in pieces of this size.
constexpr std::size_t kLinkChunk = std::size_t{64} << 10U;
constexpr std::size_t kTagBytes = 16;  // behind every ciphertext

using Wrong = std::optional<std::string>;

/// Checks one segment file.
class SegmentCheck {
public:
    struct What {
        const FootageRecords& footage;
        const SegmentRecord& segment;
        const SegmentPlace& place;
        ByteWindow& ledger;
        std::uint64_t generation = 0;
    };

    SegmentCheck(const What& what, Buffer& buffer, ProblemList& problems)
        : footage_(what.footage),
          segment_(what.segment),
          place_(what.place),
          ledger_(what.ledger),
          generation_(what.generation),
          buffer_(buffer),
          problems_(problems) {}

    Result<void> run() {
        LIUHEN_TRY(length_, place_.file->size());
        LIUHEN_TRY(const bool goesOn, checkInit());
        if (!goesOn) {
            return {};
        }
        position_ = segment_.initSize;
        for (std::uint32_t i = 0; i < segment_.parts; ++i) {
            const PartRecord& part = footage_.part(segment_, i);
            if (part.lost) {
                continue;
            }
            if (!part.excused || length_ > position_) {
                LIUHEN_TRY(const bool whole, checkPart(part));
                if (!whole) {
                    return {};
                }
                ++found_;
            }
            hasPictures_ = hasPictures_ || tellsOfPictures(part);
        }
        checkEnd();
        return {};
    }

    [[nodiscard]] std::uint64_t found() const { return found_; }
    [[nodiscard]] std::uint64_t position() const { return position_; }

private:
    void add(Verdict verdict, const EntryAt& entry, std::uint64_t offset, std::string text) {
        problems_.add(verdict, Place{generation_, entry.seq, place_.name, offset}, std::move(text));
    }

    [[nodiscard]] bool tellsOfPictures(const PartRecord& part) const {
        for (std::uint32_t i = 0; i < part.spans; ++i) {
            if (footage_.span(part, i).track == kPictureTrack) {
                return true;
            }
        }
        return false;
    }

    /// Reads and hashes `count` bytes into buffer_; fewer if the file ends. Hashed while still in
    /// cache.
    Result<Digest> readHashed(std::uint64_t offset, std::size_t count) {
        buffer_.resize(count);
        crypto::Sha256 hash;
        std::size_t done = 0;
        while (done < count) {
            const auto piece = std::span(buffer_).subspan(done, std::min(kReadChunk, count - done));
            LIUHEN_TRY(const std::size_t got, place_.file->readAt(offset + done, piece));
            if (got == 0) {
                break;
            }
            hash.update(piece.first(got));
            done += got;
        }
        buffer_.resize(done);
        return hash.finish();
    }

    Result<bool> checkInit() {
        if (length_ < segment_.initSize) {
            add(Verdict::Incomplete, segment_.entry, length_, "the file ends within its init");
            return false;
        }
        LIUHEN_TRY(const Digest hash, readHashed(0, segment_.initSize));
        if (hash != segment_.init) {
            add(Verdict::Altered, segment_.entry, 0, "the init is not the one that was signed");
            return false;
        }
        if (auto wrong = readTracks()) {
            add(Verdict::Altered, segment_.entry, 0, *std::move(wrong));
            return false;
        }
        return true;
    }

    /// The init's tracks; what is wrong in an init whose hash holds.
    Wrong readTracks() {
        const auto ftyp = media::readBox(buffer_, 0);
        const auto moov = ftyp ? media::readBox(buffer_, ftyp->end())
                               : Result<media::Box>(tl::make_unexpected(ftyp.error()));
        if (!moov) {
            return moov.error().message;
        }
        const ByteView rest = ByteView(buffer_).subspan(static_cast<std::size_t>(moov->end()));
        const auto envelope = media::readBox(rest, 0);
        const bool sealed = envelope && envelope->userType == kEnvelopeBox &&
                            envelope->headerBytes == media::kUuidHeaderBytes &&
                            envelope->end() == rest.size();
        if (sealed != segment_.encrypted || (!rest.empty() && !sealed)) {
            return "the init holds an envelope exactly if its segment is encrypted, and nothing "
                   "else";
        }
        const auto init =
            media::readInit(ByteView(buffer_).first(static_cast<std::size_t>(moov->end())));
        if (!init) {
            return init.error().message;
        }
        initHasPicture_ = init->hasPicture();
        initHasSound_ = init->audio.has_value();
        return std::nullopt;
    }

    /// False if the rest of the file cannot be judged.
    Result<bool> checkPart(const PartRecord& part) {
        if (part.offset != position_) {
            add(Verdict::Altered,
                part.entry,
                position_,
                "the part does not begin where the one before it ends");
            return false;
        }
        const std::uint64_t next =
            position_ + part.size + media::kUuidHeaderBytes + part.entry.size;
        if (length_ < next) {
            add(Verdict::Incomplete, part.entry, position_, "the file ends within this part");
            return false;
        }
        LIUHEN_TRY(const Digest hash, readHashed(position_, part.size));
        if (hash != part.hash) {
            add(Verdict::Altered, part.entry, position_, "the part is not the one that was signed");
        } else {
            LIUHEN_TRY(Wrong wrong, checkContent(part));
            if (wrong) {
                add(Verdict::Altered, part.entry, position_, *std::move(wrong));
            }
        }
        LIUHEN_TRY(const bool proven, proofHolds(part));
        if (!proven) {
            add(Verdict::Altered,
                part.entry,
                position_ + part.size,
                "the proof box does not hold the part's entry");
        }
        position_ = next;
        return true;
    }

    Result<bool> proofHolds(const PartRecord& part) {
        LIUHEN_TRY(const ByteView entry, ledger_.at(part.entry.offset, part.entry.size));
        Buffer expected;
        LIUHEN_CHECK(media::appendUuidBox(expected, kProofBox, entry));
        Buffer found(expected.size());
        LIUHEN_TRY(const std::size_t got, place_.file->readAt(position_ + part.size, found));
        return got == expected.size() && found == expected;
    }

    /// What is wrong inside a part whose hash holds: something that its recorder got wrong.
    Result<Wrong> checkContent(const PartRecord& part) {
        const auto link = media::readBox(buffer_, 0);
        if (!link || link->userType != kLinkBox || link->headerBytes != media::kUuidHeaderBytes) {
            return Wrong("the part does not begin with a link box");
        }
        LIUHEN_TRY(const bool linked, linkHolds(part, link->payload));
        if (!linked) {
            return Wrong("the link does not hold exactly the entries since the part before");
        }
        for (std::uint32_t i = 0; i < part.spans; ++i) {
            const std::uint64_t track = footage_.span(part, i).track;
            if (!(track == kPictureTrack && initHasPicture_) &&
                !(track == kSoundTrack && initHasSound_)) {
                return Wrong("the part has a track that the init does not");
            }
        }
        const ByteView rest = ByteView(buffer_).subspan(static_cast<std::size_t>(link->end()));
        return segment_.encrypted ? checkLocked(rest) : checkClear(rest, part);
    }

    /// Whether a link holds the bytes from the ledger's entries.
    Result<bool> linkHolds(const PartRecord& part, ByteView held) {
        std::uint64_t at = part.link;
        if (held.size() != part.entry.offset - at) {
            return false;
        }
        while (!held.empty()) {
            const std::size_t count = std::min(held.size(), kLinkChunk);
            LIUHEN_TRY(const ByteView due, ledger_.at(at, count));
            if (!core::equal(due, held.first(count))) {
                return false;
            }
            held = held.subspan(count);
            at += count;
        }
        return true;
    }

    static Wrong checkLocked(ByteView rest) {
        const auto box = media::readBox(rest, 0);
        const bool good = box && box->userType == kLockedBox &&
                          box->headerBytes == media::kUuidHeaderBytes &&
                          box->payload.size() >= kTagBytes && box->end() == rest.size();
        return good ? std::nullopt : Wrong("the part does not hold one locked box");
    }

    [[nodiscard]] Wrong checkClear(ByteView rest, const PartRecord& part) const {
        const auto fragment = media::readFragment(rest);
        if (!fragment) {
            return fragment.error().message;
        }
        std::uint32_t told = 0;
        if (!isTold(part, kPictureTrack, fragment->picture, told) ||
            !isTold(part, kSoundTrack, fragment->sound, told) || told != part.spans) {
            return "the media times are not the part's";
        }
        if (fragment->picture && !fragment->picture->samples.front().key && !hasPictures_ &&
            !footage_.startExcused(segment_, part)) {
            return "the first picture of the segment is no key frame";
        }
        return std::nullopt;
    }

    /// Whether the part's entry tells of a fragment's track as it is, or of none where there is
    /// none. `told` counts the tracks.
    bool isTold(const PartRecord& part,
                std::uint64_t track,
                const std::optional<media::TrackRun>& run,
                std::uint32_t& told) const {
        if (!run) {
            return true;
        }
        if (told >= part.spans) {
            return false;
        }
        const SpanRecord& span = footage_.span(part, told++);
        return span.track == track && span.start == run->start && span.duration == run->duration &&
               span.samples == run->samples.size();
    }

    void checkEnd() {
        if (length_ > position_) {
            const bool open = (segment_.lastOfRecording || segment_.preEvent) && !segment_.closed;
            add(open ? Verdict::Incomplete : Verdict::Altered,
                footage_.lastEntry(segment_),
                position_,
                "bytes that belong to no part");
        }
        if (segment_.end && (segment_.endSize != position_ || segment_.endParts != found_)) {
            add(Verdict::Altered,
                *segment_.end,
                position_,
                "segment.end tells another length or number of parts");
        }
    }

    const FootageRecords& footage_;
    const SegmentRecord& segment_;
    const SegmentPlace& place_;
    ByteWindow& ledger_;
    std::uint64_t generation_;
    Buffer& buffer_;
    ProblemList& problems_;
    std::uint64_t length_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t found_ = 0;
    bool initHasPicture_ = false;
    bool initHasSound_ = false;
    bool hasPictures_ = false;  // a part before this one, not lost, has some by its entry
};

}  // namespace

Result<void> FootageCheck::check(const FootageRecords& footage,
                                 const SegmentRecord& segment,
                                 const SegmentPlace& place,
                                 ByteWindow& ledger) {
    SegmentCheck one({footage, segment, place, ledger, generation_}, buffer_, *problems_);
    LIUHEN_CHECK(one.run());
    parts_ += one.found();
    bytes_ += one.position();
    return {};
}

}  // namespace liuhen::evidence
