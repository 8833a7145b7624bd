// SPDX-License-Identifier: Apache-2.0
// Segment bytes against entries, part by part.
#include "common/evidence/footage_check.hpp"

#include "common/evidence/boxes.hpp"
#include "common/evidence/messages.hpp"
#include "common/media/fragment_reader.hpp"
#include "common/media/init_reader.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

using Segment = FootageIndex::Segment;
using Part = FootageIndex::Part;

constexpr std::size_t kReadChunk = std::size_t{128} << 10U;

/// Checks one segment file.
class SegmentCheck {
public:
    SegmentCheck(const FootageIndex& index,
                 const Segment& segment,
                 const SegmentPlace& place,
                 Report& report)
        : index_(index), segment_(segment), place_(place), report_(report) {}

    core::Result<void> run() {
        LIUHEN_TRY(length_, place_.file->size());
        LIUHEN_TRY(const bool goesOn, checkInit());
        if (!goesOn) {
            return {};
        }
        position_ = segment_.body.initSize;
        std::uint64_t found = 0;
        for (const Part& part : segment_.parts) {
            if (part.lost || (part.excused && length_ <= position_)) {
                continue;
            }
            LIUHEN_TRY(const bool whole, checkPart(part));
            if (!whole) {
                return {};
            }
            ++found;
        }
        checkEnd(found);
        report_.parts += found;
        report_.footageBytes += position_;
        return {};
    }

private:
    void add(Verdict verdict, const PlacedEntry& entry, std::uint64_t offset, std::string text) {
        report_.add(verdict,
                    Place{index_.chain().generation, entry.entry.seq, place_.name, offset},
                    std::move(text));
    }

    /// Reads and hashes `count` bytes into buffer_; fewer if the file ends. Hashed while still in
    /// cache.
    core::Result<Digest> readHashed(std::uint64_t offset, std::size_t count) {
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

    core::Result<bool> checkInit() {
        const SegmentBody& body = segment_.body;
        if (length_ < body.initSize) {
            add(Verdict::Incomplete, *segment_.entry, length_, "the file ends within its init");
            return false;
        }
        LIUHEN_TRY(const Digest hash, readHashed(0, static_cast<std::size_t>(body.initSize)));
        if (hash != body.init) {
            add(Verdict::Altered, *segment_.entry, 0, "the init is not the one that was signed");
            return false;
        }
        if (auto wrong = readTracks()) {
            add(Verdict::Altered, *segment_.entry, 0, *std::move(wrong));
            return false;
        }
        return true;
    }

    /// The init's tracks; what is wrong in an init whose hash holds.
    std::optional<std::string> readTracks() {
        const auto ftyp = media::readBox(buffer_, 0);
        const auto moov = ftyp ? media::readBox(buffer_, ftyp->end())
                               : core::Result<media::Box>(tl::make_unexpected(ftyp.error()));
        if (!moov) {
            return moov.error().message;
        }
        const ByteView rest = ByteView(buffer_).subspan(static_cast<std::size_t>(moov->end()));
        const auto envelope = media::readBox(rest, 0);
        const bool sealed = envelope && envelope->userType == kEnvelopeBox &&
                            envelope->headerBytes == media::kUuidHeaderBytes &&
                            envelope->end() == rest.size();
        if (sealed != segment_.body.keyCommitment.has_value() || (!rest.empty() && !sealed)) {
            return "the init holds an envelope exactly if its segment is encrypted, and nothing "
                   "else";
        }
        const auto init =
            media::readInit(ByteView(buffer_).first(static_cast<std::size_t>(moov->end())));
        if (!init) {
            return init.error().message;
        }
        hasPicture_ = init->hasPicture();
        hasSound_ = init->audio.has_value();
        return std::nullopt;
    }

    /// False if the rest of the file cannot be judged.
    core::Result<bool> checkPart(const Part& part) {
        const PartBody& body = part.body;
        if (body.offset != position_) {
            add(Verdict::Altered,
                *part.entry,
                position_,
                "the part does not begin where the one before it ends");
            return false;
        }
        const Buffer& entryBytes = part.entry->entry.bytes;
        const std::uint64_t next =
            position_ + body.size + media::kUuidHeaderBytes + entryBytes.size();
        if (length_ < next) {
            add(Verdict::Incomplete, *part.entry, position_, "the file ends within this part");
            return false;
        }
        LIUHEN_TRY(const Digest hash, readHashed(position_, static_cast<std::size_t>(body.size)));
        if (hash != body.hash) {
            add(Verdict::Altered,
                *part.entry,
                position_,
                "the part is not the one that was signed");
        } else if (auto wrong = checkContent(part)) {
            add(Verdict::Altered, *part.entry, position_, *std::move(wrong));
        }
        LIUHEN_TRY(const bool proven, proofHolds(position_ + body.size, entryBytes));
        if (!proven) {
            add(Verdict::Altered,
                *part.entry,
                position_ + body.size,
                "the proof box does not hold the part's entry");
        }
        position_ = next;
        return true;
    }

    core::Result<bool> proofHolds(std::uint64_t offset, const Buffer& entryBytes) {
        Buffer expected;
        LIUHEN_CHECK(media::appendUuidBox(expected, kProofBox, entryBytes));
        Buffer found(expected.size());
        LIUHEN_TRY(const std::size_t got, place_.file->readAt(offset, found));
        return got == expected.size() && found == expected;
    }

    /// What is wrong inside a part whose hash holds: something that its recorder got wrong.
    std::optional<std::string> checkContent(const Part& part) {
        const auto link = media::readBox(buffer_, 0);
        if (!link || link->userType != kLinkBox || link->headerBytes != media::kUuidHeaderBytes) {
            return "the part does not begin with a link box";
        }
        ByteView held = link->payload;
        for (std::uint64_t seq = part.linkFrom; seq < part.entry->entry.seq; ++seq) {
            const PlacedEntry* due = index_.chain().find(seq);
            if (due == nullptr || held.size() < due->entry.bytes.size() ||
                !core::equal(held.first(due->entry.bytes.size()), due->entry.bytes)) {
                return "the link does not hold the entries since the part before";
            }
            held = held.subspan(due->entry.bytes.size());
        }
        if (!held.empty()) {
            return "the link holds more than the entries since the part before";
        }
        const ByteView rest = ByteView(buffer_).subspan(static_cast<std::size_t>(link->end()));
        const bool locked = segment_.body.keyCommitment.has_value();
        if (locked != part.body.encryption.has_value()) {
            return "the part is encrypted otherwise than its segment says";
        }
        return locked ? checkLocked(rest) : checkClear(rest, part.body.tracks);
    }

    static std::optional<std::string> checkLocked(ByteView rest) {
        const auto box = media::readBox(rest, 0);
        const bool good = box && box->userType == kLockedBox &&
                          box->headerBytes == media::kUuidHeaderBytes && box->end() == rest.size();
        return good ? std::nullopt
                    : std::optional<std::string>("the part does not hold one locked box");
    }

    [[nodiscard]] std::optional<std::string> checkClear(ByteView rest,
                                                        const std::vector<TrackSpan>& spans) const {
        const auto fragment = media::readFragment(rest);
        if (!fragment) {
            return fragment.error().message;
        }
        if ((fragment->picture && !hasPicture_) || (fragment->sound && !hasSound_)) {
            return "the part has a track that the init does not";
        }
        std::vector<TrackSpan> found;
        if (fragment->picture) {
            found.push_back({kPictureTrack,
                             fragment->picture->start,
                             fragment->picture->duration,
                             fragment->picture->samples.size()});
        }
        if (fragment->sound) {
            found.push_back({kSoundTrack,
                             fragment->sound->start,
                             fragment->sound->duration,
                             fragment->sound->samples.size()});
        }
        return found == spans ? std::nullopt
                              : std::optional<std::string>("the media times are not the part's");
    }

    void checkEnd(std::uint64_t found) {
        if (length_ > position_) {
            const bool open =
                (segment_.lastOfRecording || segment_.body.preEvent) && !segment_.closed;
            add(open ? Verdict::Incomplete : Verdict::Altered,
                *segment_.lastEntry(),
                position_,
                "bytes that belong to no part");
        }
        if (segment_.endBody &&
            (segment_.endBody->size != position_ || segment_.endBody->parts != found)) {
            add(Verdict::Altered,
                *segment_.end,
                position_,
                "segment.end tells another length or number of parts");
        }
    }

    const FootageIndex& index_;
    const Segment& segment_;
    const SegmentPlace& place_;
    Report& report_;
    Buffer buffer_;
    std::uint64_t length_ = 0;
    std::uint64_t position_ = 0;
    bool hasPicture_ = false;
    bool hasSound_ = false;
};

/// Whether a release entry and its receipt cover the segment's absence.
bool covers(const PlacedEntry& placed,
            const FootageIndex& index,
            const Segment& segment,
            const crypto::Certificate& root) {
    const auto release = ReleaseBody::fromCbor(placed.entry.body);
    const PlacedEntry* entry = release && release->receipt.generation == index.chain().generation
                                   ? index.chain().find(release->receipt.seq)
                                   : nullptr;
    if (entry == nullptr || entry->entry.kind != "receipt" ||
        entry->entry.hash != release->receipt.hash) {
        return false;
    }
    const core::Cbor* message = entry->entry.body.find("message");
    const auto receipt = Receipt::verify(*message->bytes(), root);
    return receipt && receipt->type == "segment" && receipt->device == entry->entry.device &&
           receipt->generation == index.chain().generation &&
           receipt->recording == segment.body.recording &&
           receipt->segment == segment.body.segment &&
           receipt->entry == segment.lastEntry()->entry.hash;
}

bool isReleased(const FootageIndex& index,
                const Segment& segment,
                const std::optional<crypto::Certificate>& root) {
    return root &&
           std::any_of(
               segment.releases.begin(), segment.releases.end(), [&](const PlacedEntry* release) {
                   return covers(*release, index, segment, *root);
               });
}

void checkAbsent(const FootageIndex& index,
                 const Segment& segment,
                 const SegmentPlace& place,
                 const std::optional<crypto::Certificate>& root,
                 Report& report) {
    if (isReleased(index, segment, root)) {
        return;
    }
    for (const Part& part : segment.parts) {
        if (!part.lost && !part.excused) {
            report.add(
                Verdict::Incomplete,
                Place{index.chain().generation, part.entry->entry.seq, place.name, std::nullopt},
                "the segment's file is not there");
            return;
        }
    }
}

struct Span {
    std::uint64_t start = 0;
    std::uint64_t duration = 0;
    const Part* part = nullptr;
    std::uint64_t segment = 0;
};

void checkTrack(const FootageIndex& index,
                std::uint64_t recording,
                std::uint64_t track,
                const std::function<std::optional<std::string>(std::uint64_t)>& nameOf,
                Report& report) {
    std::vector<Span> spans;
    for (const Segment& segment : index.segments()) {
        if (segment.body.recording != recording) {
            continue;
        }
        for (const Part& part : segment.parts) {
            for (const TrackSpan& span : part.body.tracks) {
                if (span.track == track && !part.lost && !part.excused) {
                    spans.push_back(Span{span.start, span.duration, &part, segment.body.segment});
                }
            }
        }
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return std::tuple(a.start, a.part->entry->entry.seq) <
               std::tuple(b.start, b.part->entry->entry.seq);
    });
    for (std::size_t i = 1; i < spans.size(); ++i) {
        const Span& before = spans[i - 1];
        const Span& after = spans[i];
        const std::uint64_t step = after.start - before.start;
        if (step == before.duration) {
            continue;
        }
        const auto [low, high] =
            std::minmax(before.part->entry->entry.seq, after.part->entry->entry.seq);
        if (step > before.duration && index.allowsGap(recording, track, low, high)) {
            continue;
        }
        const Span& later = after.part->entry->entry.seq == high ? after : before;
        report.add(
            Verdict::Altered,
            Place{index.chain().generation, high, nameOf(later.segment), later.part->body.offset},
            fmt::format("track {} has a gap or an overlap that nothing explains", track));
    }
}

}  // namespace

core::Result<void> checkSegment(const FootageIndex& index,
                                const FootageIndex::Segment& segment,
                                const SegmentPlace& place,
                                const std::optional<crypto::Certificate>& root,
                                Report& report) {
    if (place.file == nullptr) {
        checkAbsent(index, segment, place, root, report);
        return {};
    }
    return SegmentCheck(index, segment, place, report).run();
}

core::Result<void> checkFootage(const FootageIndex& index,
                                const OpenSegment& open,
                                const std::optional<crypto::Certificate>& root,
                                Report& report) {
    std::vector<std::uint64_t> recordings;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::optional<std::string>> names;
    std::map<std::uint64_t, std::set<std::uint64_t>> tracks;
    for (const Segment& segment : index.segments()) {
        LIUHEN_TRY(const SegmentPlace place,
                   open(index.chain().generation, segment.body.recording, segment.body.segment));
        names[{segment.body.recording, segment.body.segment}] = place.name;
        LIUHEN_CHECK(checkSegment(index, segment, place, root, report));
        if (std::find(recordings.begin(), recordings.end(), segment.body.recording) ==
            recordings.end()) {
            recordings.push_back(segment.body.recording);
        }
        for (const Part& part : segment.parts) {
            for (const TrackSpan& span : part.body.tracks) {
                tracks[segment.body.recording].insert(span.track);
            }
        }
    }
    for (const std::uint64_t recording : recordings) {
        const auto nameOf = [&names, recording](std::uint64_t segment) {
            return names[{recording, segment}];
        };
        for (const std::uint64_t track : tracks[recording]) {
            checkTrack(index, recording, track, nameOf, report);
        }
    }
    return {};
}

}  // namespace liuhen::evidence
