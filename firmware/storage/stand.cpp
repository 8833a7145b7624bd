// SPDX-License-Identifier: Apache-2.0
// From entries to segments and the open recording.
#include "firmware/storage/stand.hpp"

#include <algorithm>

namespace liuhen::storage {

using evidence::Entry;

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

/// Ticks of a track as ns; 0 where its timescale is not known.
std::int64_t nsOf(const OpenRecording& recording, std::uint64_t track, std::uint64_t ticks) {
    const auto scale = recording.timescales.find(track);
    if (scale == recording.timescales.end() || scale->second == 0) {
        return 0;
    }
    const auto whole = static_cast<std::int64_t>(ticks / scale->second);
    const auto rest = static_cast<std::int64_t>(ticks % scale->second) * kNsPerSecond /
                      static_cast<std::int64_t>(scale->second);
    return whole * kNsPerSecond + rest;
}

void notePart(const Entry& entry, const evidence::PartBody& body, Footage& footage) {
    const auto segment = footage.segments.find({body.recording, body.segment});
    if (segment == footage.segments.end()) {
        return;
    }
    segment->second.parts.push_back({entry.seq, entry.bytes.size(), body});
    if (footage.recording) {
        for (const evidence::TrackSpan& span : body.tracks) {
            std::uint64_t& end = footage.recording->ends[span.track];
            end = std::max(end, span.start + span.duration);
        }
    }
}

void noteSegment(const Entry& entry, Footage& footage) {
    auto body = evidence::SegmentBody::fromCbor(entry.body);
    if (!body) {
        return;
    }
    if (footage.recording) {
        OpenRecording& open = *footage.recording;
        open.segments = std::max(open.segments, body->segment + 1);
        open.zeroNs = body->zeroNs;
        for (const evidence::TrackDescription& track : body->tracks) {
            open.timescales[track.id] = track.timescale;
        }
    }
    const SegmentKey key{body->recording, body->segment};
    footage.segments[key] = SegmentStand{*std::move(body), false, false, {}};
}

void noteLoss(const Entry& entry, Footage& footage) {
    if (entry.kind == "part.lost") {
        if (const core::Cbor* lost = entry.body.find("entry"); lost != nullptr) {
            dropParts({lost->unsignedInteger().value_or(UINT64_MAX)}, footage);
        }
    } else if (const auto body = evidence::RecoveryBody::fromCbor(entry.body)) {
        dropParts(body->missing, footage);
    }
}

void noteSegmentEnd(const Entry& entry, Footage& footage) {
    const auto body = evidence::SegmentEndBody::fromCbor(entry.body);
    const auto segment =
        body ? footage.segments.find({body->recording, body->segment}) : footage.segments.end();
    if (segment != footage.segments.end()) {
        segment->second.ended = true;
    }
}

void noteRelease(const Entry& entry, Footage& footage) {
    const auto body = evidence::ReleaseBody::fromCbor(entry.body);
    if (body && body->generation == entry.generation && body->recording && body->segment) {
        const auto segment = footage.segments.find({*body->recording, *body->segment});
        if (segment != footage.segments.end()) {
            segment->second.released = true;
        }
    }
}

void note(const Entry& entry, Footage& footage) {
    if (entry.kind == "start") {
        footage.recording = OpenRecording();
        footage.recording->start = entry.seq;
        const core::Cbor* manner = entry.body.find("manner");
        footage.recording->manner =
            manner != nullptr && manner->text() != nullptr ? *manner->text() : "";
        footage.recording->durableNs = static_cast<std::int64_t>(entry.time.boottimeNs);
    } else if (entry.kind == "end" || entry.kind == "docking") {
        footage.recording.reset();
    } else if (entry.kind == "segment") {
        noteSegment(entry, footage);
    } else if (entry.kind == "part") {
        if (const auto body = evidence::PartBody::fromCbor(entry.body)) {
            notePart(entry, *body, footage);
        }
    } else if (entry.kind == "part.lost" || entry.kind == "recovery") {
        noteLoss(entry, footage);
    } else if (entry.kind == "segment.end") {
        noteSegmentEnd(entry, footage);
    } else if (entry.kind == "release") {
        noteRelease(entry, footage);
    }
}

}  // namespace

std::int64_t OpenRecording::reachedNs() const {
    std::int64_t reached = 0;
    for (const auto& [track, end] : ends) {
        reached = std::max(reached, nsOf(*this, track, end));
    }
    return reached;
}

void dropParts(const std::vector<std::uint64_t>& seqs, Footage& footage) {
    for (auto& [key, segment] : footage.segments) {
        std::erase_if(segment.parts, [&seqs](const SegmentStand::Part& part) {
            return std::find(seqs.begin(), seqs.end(), part.seq) != seqs.end();
        });
    }
}

Footage collectFootage(const std::vector<Entry>& chain) {
    Footage footage;
    std::string bootId;
    for (const Entry& entry : chain) {
        if (entry.kind == "boot" || entry.kind == "start") {
            const core::Cbor* id = entry.body.find("boot_id");
            bootId = id != nullptr && id->text() != nullptr ? *id->text() : "";
        }
        note(entry, footage);
        if (footage.recording) {
            footage.recording->bootId = bootId;
            footage.recording->lastUtcUs = entry.time.utcUs;
            footage.recording->lastBoottimeNs = static_cast<std::int64_t>(entry.time.boottimeNs);
        }
    }
    return footage;
}

void findDurableEnd(Footage& footage) {
    if (!footage.recording) {
        return;
    }
    OpenRecording& open = *footage.recording;
    if (!open.zeroNs) {
        return;
    }
    std::int64_t reached = 0;
    for (const auto& [key, segment] : footage.segments) {
        if (key.first != open.start) {
            continue;
        }
        for (const SegmentStand::Part& part : segment.parts) {
            for (const evidence::TrackSpan& span : part.body.tracks) {
                reached = std::max(reached, nsOf(open, span.track, span.start + span.duration));
            }
        }
    }
    open.durableNs = *open.zeroNs + reached;
}

}  // namespace liuhen::storage
