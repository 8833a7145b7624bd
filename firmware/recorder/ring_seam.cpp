// SPDX-License-Identifier: Apache-2.0
// Both sides of the seam.
#include "firmware/recorder/ring_seam.hpp"

namespace liuhen::recorder {

std::vector<RingSeam::Span> RingSeam::spansOf(const PartSamples& samples) {
    std::vector<Span> spans;
    const auto add = [&spans](std::uint64_t track, const std::vector<media::Sample>& of) {
        if (!of.empty()) {
            spans.push_back({track, of.front().start, of.back().start + of.back().duration});
        }
    };
    add(evidence::kPictureTrack, samples.picture);
    add(evidence::kSoundTrack, samples.sound);
    return spans;
}

void RingSeam::told(const evidence::Entry& entry) {
    const core::Cbor* tracks = entry.body.find("tracks");
    const core::Cbor::Array* list = tracks != nullptr ? tracks->items() : nullptr;
    if (list == nullptr || (entry.kind != "interruption" && entry.kind != "resume")) {
        return;
    }
    for (const core::Cbor& track : *list) {
        sides_[index(track.unsignedInteger().value_or(0))].toldSeq = entry.seq;
    }
}

std::vector<std::uint64_t> RingSeam::dueBeforeLive(const PartSamples& part,
                                                   const MoreOf& more) const {
    std::vector<std::uint64_t> due;
    for (const Span& span : spansOf(part)) {
        const Side& side = sides_[index(span.track)];
        if (!side.liveSeq && side.ringSeq && side.ringEnd != span.begin &&
            side.toldSeq <= *side.ringSeq && !more(span.track)) {
            due.push_back(span.track);
        }
    }
    return due;
}

std::vector<std::uint64_t> RingSeam::dueBeforeRing(const PartSamples& part,
                                                   const MoreOf& more) const {
    std::vector<std::uint64_t> due;
    for (const Span& span : spansOf(part)) {
        const Side& side = sides_[index(span.track)];
        if (side.liveSeq && side.liveBegin != span.end && side.toldSeq <= *side.liveSeq &&
            !more(span.track)) {
            due.push_back(span.track);
        }
    }
    return due;
}

void RingSeam::liveWritten(const PartSamples& part, std::uint64_t seq) {
    for (const Span& span : spansOf(part)) {
        Side& side = sides_[index(span.track)];
        if (!side.liveSeq) {
            side.liveSeq = seq;
            side.liveBegin = span.begin;
        }
    }
}

void RingSeam::ringWritten(const PartSamples& part, std::uint64_t seq) {
    for (const Span& span : spansOf(part)) {
        Side& side = sides_[index(span.track)];
        side.ringSeq = seq;
        side.ringEnd = span.end;
    }
}

bool RingSeam::hasRing() const {
    return sides_[0].ringSeq || sides_[1].ringSeq;
}

}  // namespace liuhen::recorder
