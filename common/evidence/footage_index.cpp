// SPDX-License-Identifier: Apache-2.0
// Sorts the entries of a generation by the segments they tell of.
#include "common/evidence/fields.hpp"
#include "common/evidence/footage_check.hpp"

#include <algorithm>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kMaxMissing = 2;

}  // namespace

const PlacedEntry* FootageIndex::Segment::lastEntry() const {
    if (end != nullptr) {
        return end;
    }
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if (!part->lost) {
            return part->entry;
        }
    }
    return entry;
}

FootageIndex::FootageIndex(const Chain& chain) : chain_(&chain) {
    for (const PlacedEntry& placed : chain.entries) {
        if (placed.entry.kind == "part.lost") {
            lost_.insert(*unsignedAt(placed.entry.body, "entry"));
        }
    }
    std::uint64_t linkFrom = 0;
    for (std::size_t i = 0; i < chain.entries.size(); ++i) {
        const PlacedEntry& placed = chain.entries[i];
        const Entry& entry = placed.entry;
        const bool stands = entry.seq == 0 && (i + 1 == chain.entries.size() ||
                                               chain.entries[i + 1].entry.kind != "boot");
        if (entry.kind == "start" || entry.kind == "boot" || stands) {
            linkFrom = entry.seq;
        }
        if (entry.kind == "segment") {
            auto body = *SegmentBody::fromCbor(entry.body);
            for (Segment& other : segments_) {
                other.lastOfRecording =
                    other.lastOfRecording && other.body.recording != body.recording;
            }
            byName_[{body.recording, body.segment}] = segments_.size();
            Segment segment;
            segment.entry = &placed;
            segment.body = std::move(body);
            segments_.push_back(std::move(segment));
        } else if (entry.kind == "part") {
            notePart(placed, linkFrom);
            // A lost part held nothing: the next link begins where its own would have.
            linkFrom = lost_.contains(entry.seq) ? linkFrom : entry.seq + 1;
        } else if (entry.kind == "segment.end") {
            const auto body = *SegmentEndBody::fromCbor(entry.body);
            Segment& segment = segments_[byName_.at({body.recording, body.segment})];
            segment.end = &placed;
            segment.endBody = body;
        } else if (entry.kind == "part.lost") {
            if (const auto torn = PartLostBody::fromCbor(entry.body)->torn) {
                torn_.emplace(torn->file, *torn);
            }
        } else if (entry.kind == "recovery") {
            noteRecovery(placed);
        } else if (entry.kind == "interruption" || entry.kind == "resume") {
            const auto body = *TracksBody::fromCbor(entry.body);
            gaps_.push_back(Gap{entry.seq, body.recording, body.tracks});
        } else if (entry.kind == "release") {
            const auto body = *ReleaseBody::fromCbor(entry.body);
            const auto found = body.recording && body.segment
                                   ? byName_.find({*body.recording, *body.segment})
                                   : byName_.end();
            if (found != byName_.end()) {
                segments_[found->second].releases.push_back(&placed);
            }
        }
        noteClosing(entry);
    }
}

void FootageIndex::noteClosing(const Entry& entry) {
    const bool all =
        entry.kind == "shutdown" || entry.kind == "recovery" || entry.kind == "docking";
    if (!all && entry.kind != "end" && entry.kind != "segment.end") {
        return;
    }
    const auto recording = unsignedAt(entry.body, "recording");
    const auto number = unsignedAt(entry.body, "segment");
    // Only the segments since the last entry that closed all of them can be open.
    for (std::size_t i = allClosed_; i < segments_.size(); ++i) {
        Segment& segment = segments_[i];
        const bool its = recording && segment.body.recording == *recording;
        const bool named = entry.kind == "end" || (number && segment.body.segment == *number);
        segment.closed = segment.closed || all || (its && named);
    }
    if (all) {
        allClosed_ = segments_.size();
    }
}

void FootageIndex::notePart(const PlacedEntry& placed, std::uint64_t linkFrom) {
    auto body = *PartBody::fromCbor(placed.entry.body);
    Segment& segment = segments_[byName_.at({body.recording, body.segment})];
    const bool lost = lost_.contains(placed.entry.seq);
    segment.parts.push_back(Part{&placed, std::move(body), lost, false, linkFrom});
}

void FootageIndex::noteRecovery(const PlacedEntry& placed) {
    const auto body = *RecoveryBody::fromCbor(placed.entry.body);
    gaps_.push_back(Gap{placed.entry.seq, std::nullopt, {}});
    for (const TornFile& file : body.torn) {
        torn_.emplace(file.file, file);
    }
    const std::uint64_t before = lastRecovery_;
    lastRecovery_ = placed.entry.seq;
    const auto listed = [&body](std::uint64_t seq) {
        return std::find(body.missing.begin(), body.missing.end(), seq) != body.missing.end();
    };
    if (body.missing.size() > kMaxMissing) {
        return;
    }
    // From the newest part backwards: a part is excused as long as every one after it is listed
    // too.
    std::vector<Part*> parts;
    for (Segment& segment : segments_) {
        for (Part& part : segment.parts) {
            if (!part.lost && part.entry->entry.seq > before) {
                parts.push_back(&part);
            }
        }
    }
    std::sort(parts.begin(), parts.end(), [](const Part* a, const Part* b) {
        return a->entry->entry.seq > b->entry->entry.seq;
    });
    for (Part* part : parts) {
        if (!listed(part->entry->entry.seq)) {
            break;
        }
        part->excused = true;
    }
}

const FootageIndex::Segment* FootageIndex::find(std::uint64_t recording,
                                                std::uint64_t segment) const {
    const auto found = byName_.find({recording, segment});
    return found == byName_.end() ? nullptr : &segments_[found->second];
}

bool FootageIndex::allowsGap(std::uint64_t recording,
                             std::uint64_t track,
                             std::uint64_t fromSeq,
                             std::uint64_t toSeq) const {
    return std::any_of(gaps_.begin(), gaps_.end(), [&](const Gap& gap) {
        const bool its = !gap.recording || *gap.recording == recording;
        const bool names =
            !gap.recording ||
            std::find(gap.tracks.begin(), gap.tracks.end(), track) != gap.tracks.end();
        return gap.seq > fromSeq && gap.seq < toSeq && its && names;
    });
}

}  // namespace liuhen::evidence
