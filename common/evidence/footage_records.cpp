// SPDX-License-Identifier: Apache-2.0
// Takes the entries of a chapter in and sorts them by the segments they tell of.
#include "common/evidence/footage_records.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kMaxMissing = 2;
/// What the order's check keeps beside a record here.
constexpr std::uint64_t kOrderBytesOfSegment = 256;
constexpr std::uint64_t kOrderBytesOfPart = 16;

bool listed(const std::vector<std::uint64_t>& missing, std::uint64_t seq) {
    return std::binary_search(missing.begin(), missing.end(), seq);
}

}  // namespace

Result<void> FootageRecords::charge(std::uint64_t bytes, Budget& budget) {
    bytes_ += bytes;
    return budget.take(bytes);
}

Result<void> FootageRecords::take(const Entry& entry,
                                  const Body& body,
                                  std::uint64_t offset,
                                  Budget& budget) {
    const EntryAt at{entry.seq, offset, static_cast<std::uint32_t>(entry.bytes.size())};
    if (entry.kind == "start" || entry.kind == "boot" || entry.seq == 0) {
        reset_ = offset;  // where a boot follows seq 0, that one counts
    }
    LIUHEN_CHECK(noteClosing(entry, body, budget));
    if (const auto* part = std::get_if<PartBody>(&body)) {
        return take(*part, at, budget);
    }
    if (const auto* segment = std::get_if<SegmentBody>(&body)) {
        return take(*segment, at, budget);
    }
    if (const auto* end = std::get_if<SegmentEndBody>(&body)) {
        SegmentRecord& segment = segments_[openSegment(end->segment)];
        segment.end = at;
        segment.endSize = end->size;
        segment.endParts = end->parts;
        return {};
    }
    if (const auto* lost = std::get_if<PartLostBody>(&body)) {
        lost_.push_back(Lost{0, entry.seq, lost->entry});
        return charge(2 * sizeof(Lost), budget);
    }
    return takeBridges(entry, body, budget);
}

Result<void> FootageRecords::takeBridges(const Entry& entry, const Body& body, Budget& budget) {
    if (const auto* recovery = std::get_if<RecoveryBody>(&body)) {
        Recovery record{entry.seq, recovery->missing};
        std::sort(record.missing.begin(), record.missing.end());
        LIUHEN_CHECK(
            charge(sizeof(Recovery) + record.missing.size() * sizeof(std::uint64_t), budget));
        recoveries_.push_back(std::move(record));
    } else if (const auto* tracks = std::get_if<TracksBody>(&body)) {
        LIUHEN_CHECK(charge(2 * tracks->tracks.size() * sizeof(Bridge), budget));
        for (const std::uint64_t track : tracks->tracks) {
            bridges_.push_back(Bridge{track, entry.seq});
        }
    }
    return {};
}

Result<void> FootageRecords::take(const SegmentBody& body, EntryAt at, Budget& budget) {
    SegmentRecord record;
    record.entry = at;
    record.recording = body.recording;
    record.number = body.segment;
    record.init = body.init;
    record.initSize = static_cast<std::uint32_t>(body.initSize);
    record.encrypted = body.keyCommitment.has_value();
    record.preEvent = body.preEvent;
    if (!segments_.empty() && segments_.back().recording == body.recording) {
        segments_.back().lastOfRecording = false;
    }
    segments_.push_back(record);
    return charge(sizeof(SegmentRecord) + kOrderBytesOfSegment, budget);
}

Result<void> FootageRecords::take(const PartBody& body, EntryAt at, Budget& budget) {
    const std::size_t segment = openSegment(body.segment);
    PartRecord record;
    record.entry = at;
    record.link = reset_;
    record.offset = body.offset;
    record.hash = body.hash;
    record.size = static_cast<std::uint32_t>(body.size);
    record.segment = static_cast<std::uint32_t>(segment);
    record.firstSpan = static_cast<std::uint32_t>(spans_.size());
    record.spans = static_cast<std::uint32_t>(body.tracks.size());
    for (const TrackSpan& track : body.tracks) {
        constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
        spans_.push_back(SpanRecord{track.track,
                                    track.start,
                                    track.duration,
                                    at.seq,
                                    static_cast<std::uint32_t>(std::min(track.samples, kMost)),
                                    record.segment});
    }
    parts_.push_back(record);
    return charge(sizeof(PartRecord) + kOrderBytesOfPart +
                      body.tracks.size() * (sizeof(SpanRecord) + sizeof(std::uint32_t)),
                  budget);
}

/// The order of entries has seen to it that the segment is there, of the open recording.
std::size_t FootageRecords::openSegment(std::uint64_t number) const {
    return segments_.size() - 1 - static_cast<std::size_t>(segments_.back().number - number);
}

Result<void> FootageRecords::noteClosing(const Entry& entry, const Body& body, Budget& budget) {
    const bool recovery = entry.kind == "recovery";
    if (recovery || entry.kind == "shutdown" || entry.kind == "docking") {
        closings_.push_back(Closing{entry.seq, 0, true, recovery});
    } else if (const auto* end = std::get_if<EndBody>(&body)) {
        closings_.push_back(Closing{entry.seq, end->recording, false, false});
    } else {
        return {};
    }
    return charge(2 * sizeof(Closing), budget);
}

void FootageRecords::finish() {
    markLost();
    markMissing();
    placeLinks();
    closeSegments();
    sortSpans();
    groupParts();
    std::sort(bridges_.begin(), bridges_.end());
}

PartRecord* FootageRecords::partOf(std::uint64_t seq) {
    const auto found = std::lower_bound(
        parts_.begin(), parts_.end(), seq, [](const PartRecord& part, std::uint64_t wanted) {
            return part.entry.seq < wanted;
        });
    return found != parts_.end() && found->entry.seq == seq ? &*found : nullptr;
}

void FootageRecords::markLost() {
    for (Lost& lost : lost_) {
        PartRecord* part = partOf(lost.part);
        if (part != nullptr) {
            part->lost = true;
            lost.recording = segments_[part->segment].recording;
        }
    }
    std::sort(lost_.begin(), lost_.end());
}

void FootageRecords::markMissing() {
    std::size_t first = 0;  // part after the recovery before
    for (const Recovery& recovery : recoveries_) {
        std::size_t behind = first;
        while (behind < parts_.size() && parts_[behind].entry.seq < recovery.seq) {
            PartRecord& part = parts_[behind++];
            part.missing = listed(recovery.missing, part.entry.seq);
        }
        // From the newest part backwards: one is excused as long as every one after it is listed.
        for (std::size_t i = behind; i > first && recovery.missing.size() <= kMaxMissing; --i) {
            PartRecord& part = parts_[i - 1];
            if (!part.lost && !part.missing) {
                break;
            }
            part.excused = !part.lost;
        }
        first = behind;
    }
}

void FootageRecords::placeLinks() {
    std::uint64_t behind = 0;
    for (PartRecord& part : parts_) {
        part.link = std::max(part.link, behind);
        if (!part.lost && !part.missing) {
            behind = part.entry.offset + part.entry.size;
        }
    }
}

void FootageRecords::closeSegments() {
    std::uint64_t all = 0;
    for (const Closing& closing : closings_) {
        all = closing.all ? closing.seq : all;
    }
    for (SegmentRecord& segment : segments_) {
        segment.closed = segment.end.has_value() || all > segment.entry.seq;
    }
    for (const Closing& closing : closings_) {
        if (closing.all) {
            continue;
        }
        const auto first = std::lower_bound(segments_.begin(),
                                            segments_.end(),
                                            closing.recording,
                                            [](const SegmentRecord& segment, std::uint64_t wanted) {
                                                return segment.recording < wanted;
                                            });
        for (auto segment = first;
             segment != segments_.end() && segment->recording == closing.recording;
             ++segment) {
            segment->closed = true;
        }
    }
}

void FootageRecords::sortSpans() {
    for (const PartRecord& part : parts_) {
        for (std::uint32_t i = 0; i < part.spans && !part.lost && !part.excused; ++i) {
            inTime_.push_back(part.firstSpan + i);
        }
    }
    const auto key = [this](std::uint32_t index) {
        const SpanRecord& span = spans_[index];
        return std::tuple(segments_[span.segment].recording, span.track, span.start, span.seq);
    };
    std::sort(inTime_.begin(), inTime_.end(), [&key](std::uint32_t a, std::uint32_t b) {
        return key(a) < key(b);
    });
}

void FootageRecords::groupParts() {
    std::sort(parts_.begin(), parts_.end(), [](const PartRecord& a, const PartRecord& b) {
        return std::tuple(a.segment, a.entry.seq) < std::tuple(b.segment, b.entry.seq);
    });
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
        SegmentRecord& segment = segments_[parts_[i].segment];
        segment.firstPart = segment.parts == 0 ? i : segment.firstPart;
        ++segment.parts;
        if (!parts_[i].lost && !parts_[i].excused) {
            segment.lastKept = parts_[i].entry.seq;
        }
    }
}

const SegmentRecord* FootageRecords::find(std::uint64_t recording, std::uint64_t number) const {
    const auto wanted = std::tuple(recording, number);
    const auto found = std::lower_bound(
        segments_.begin(), segments_.end(), wanted, [](const SegmentRecord& a, const auto& b) {
            return std::tuple(a.recording, a.number) < b;
        });
    return found != segments_.end() && std::tuple(found->recording, found->number) == wanted
               ? &*found
               : nullptr;
}

EntryAt FootageRecords::lastEntry(const SegmentRecord& segment) const {
    if (segment.end) {
        return *segment.end;
    }
    for (std::uint32_t i = segment.parts; i > 0; --i) {
        if (!part(segment, i - 1).lost) {
            return part(segment, i - 1).entry;
        }
    }
    return segment.entry;
}

const PartRecord* FootageRecords::firstDue(const SegmentRecord& segment) const {
    for (std::uint32_t i = 0; i < segment.parts; ++i) {
        const PartRecord& due = part(segment, i);
        if (!due.lost && !due.excused) {
            return &due;
        }
    }
    return nullptr;
}

bool FootageRecords::startExcused(const SegmentRecord& segment, const PartRecord& part) const {
    const auto index = static_cast<std::size_t>(part.segment);
    const bool first = index == 0 || segments_[index - 1].recording != segment.recording;
    const std::uint64_t since = first ? segment.recording : segments_[index - 1].entry.seq;
    const auto found =
        std::upper_bound(lost_.begin(),
                         lost_.end(),
                         Lost{segment.recording, since, std::numeric_limits<std::uint64_t>::max()});
    return found != lost_.end() && found->recording == segment.recording &&
           found->seq < part.entry.seq;
}

std::optional<FootageRecords::Gap> FootageRecords::gapBetween(const SpanRecord& before,
                                                              const SpanRecord& after) const {
    const std::uint64_t step = after.start - before.start;
    if (before.track != after.track || step == before.duration ||
        segments_[before.segment].recording != segments_[after.segment].recording) {
        return std::nullopt;
    }
    const auto [low, high] = std::minmax(before.seq, after.seq);
    if (step > before.duration && (isBridged(before, low, high) || endsInRing(before))) {
        return std::nullopt;
    }
    const SpanRecord& later = before.seq > after.seq ? before : after;
    const SegmentRecord& segment = segments_[later.segment];
    const auto begin = parts_.begin() + segment.firstPart;
    const auto found = std::lower_bound(
        begin, begin + segment.parts, later.seq, [](const PartRecord& part, std::uint64_t seq) {
            return part.entry.seq < seq;
        });
    return Gap{&*found, before.track};
}

bool FootageRecords::isBridged(const SpanRecord& before,
                               std::uint64_t low,
                               std::uint64_t high) const {
    const auto bridge =
        std::upper_bound(bridges_.begin(), bridges_.end(), Bridge{before.track, low});
    if (bridge != bridges_.end() && bridge->track == before.track && bridge->seq < high) {
        return true;
    }
    const auto recovery = std::upper_bound(
        recoveries_.begin(), recoveries_.end(), low, [](std::uint64_t seq, const Recovery& other) {
            return seq < other.seq;
        });
    return recovery != recoveries_.end() && recovery->seq < high;
}

/// Whether the part is the last of a ring that a power cut left unfinished.
bool FootageRecords::endsInRing(const SpanRecord& before) const {
    const SegmentRecord& segment = segments_[before.segment];
    if (!segment.preEvent || segment.end || segment.lastKept != before.seq) {
        return false;
    }
    const auto closing =
        std::upper_bound(closings_.begin(),
                         closings_.end(),
                         before.seq,
                         [](std::uint64_t seq, const Closing& other) { return seq < other.seq; });
    return closing != closings_.end() && closing->recovery;
}

}  // namespace liuhen::evidence
