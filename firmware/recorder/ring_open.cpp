// SPDX-License-Identifier: Apache-2.0
// At a press: what the ring holds becomes the recording's beginning, up to the first key frame
// after the press.
#include "firmware/recorder/recorder.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::Cbor;
using core::Nanoseconds;

namespace {

Track trackOf(const Ring::Event& event) {
    return std::visit([](const auto& one) { return one.track; }, event);
}

}  // namespace

bool Recorder::pictureExpected() const {
    return records(Track::Picture) && !lost_.contains(Track::Picture);
}

void Recorder::openRing(Nanoseconds press) {
    Session& session = *session_;
    if (session.tracks.photo) {
        return;  // the ring goes on
    }
    const Nanoseconds now = clock_->boottime();
    std::vector<Ring::Event> events = ring_.take(now);
    std::erase_if(events, [this](const Ring::Event& event) { return !records(trackOf(event)); });
    events.erase(events.begin(),
                 std::find_if(events.begin(), events.end(), [](const Ring::Event& event) {
                     return std::holds_alternative<EncodedUnit>(event);
                 }));
    if (events.empty()) {
        return;
    }
    makeBuilder(std::get<EncodedUnit>(events.front()).captureTime);
    session.ring.emplace();
    session.ring->tracks = session.tracks;
    session.ring->press = std::min(press, now);
    std::map<Track, capture::SourceLost> lost;
    for (Ring::Event& event : events) {
        if (auto* unit = std::get_if<EncodedUnit>(&event)) {
            replayRing(std::move(*unit));
        } else if (const auto* loss = std::get_if<capture::SourceLost>(&event)) {
            queue(session.builder->finish(loss->track));
            queue(session.builder->flush());
            lost.emplace(loss->track, *loss);
        } else {
            const Track track = std::get<Ring::Returned>(event).track;
            if (const auto before = lost.extract(track)) {
                noteRingGap(track, lossOf(before.mapped()));
            }
        }
    }
    if (!pictureExpected()) {
        queue(session.builder->flush());
        closeRing();
    } else if (!session.ring->liveFrom && config_.askKeyFrame) {
        config_.askKeyFrame();
    }
}

void Recorder::replayRing(EncodedUnit unit) {
    watchForKey(unit);
    PartBuilder& builder = *session_->builder;
    if (builder.leavesGap(unit)) {
        queue(builder.finish(unit.track));
        queue(builder.flush());
        noteRingGap(unit.track, Cbor::map({{"found", "gap"}}));
    }
    builder.add(std::move(unit), clock_->boottime());
}

/// A hole inside the ring is told where it is, between its parts.
void Recorder::noteRingGap(Track track, Cbor measurements) {
    const std::uint64_t id =
        track == Track::Picture ? evidence::kPictureTrack : evidence::kSoundTrack;
    auto& waiting = session_->ring->queue;
    waiting.emplace_back(Note{
        "interruption", interruption(Cbor::array({id}), "source_lost", std::move(measurements))});
    waiting.emplace_back(
        Note{"resume", Cbor::map({{"recording", session_->start}, {"tracks", Cbor::array({id})}})});
}

/// Finds the key frame with which live footage begins. Until then units stay for as long as the
/// ring is written: they must not be the encoder's.
void Recorder::watchForKey(EncodedUnit& unit) {
    if (!session_->ring || !session_->ring->open) {
        return;
    }
    RingFlush& ring = *session_->ring;
    const bool key = unit.track == Track::Picture && unit.key;
    if (key && !ring.liveFrom) {
        if (unit.captureTime >= ring.press) {
            ring.liveFrom = unit.captureTime;
        } else if (config_.askKeyFrame && clock_->boottime() > ring.press) {
            config_.askKeyFrame();  // the one asked for was captured before the press
        }
    }
    if (!ring.liveFrom || unit.captureTime < *ring.liveFrom) {
        unit = Ring::copy(unit);
    }
}

bool Recorder::goesToRing(const Part& part) {
    if (!session_->ring || !session_->ring->open) {
        return false;
    }
    RingFlush& ring = *session_->ring;
    if (ring.liveFrom && part.begins >= *ring.liveFrom) {
        closeRing();
        return false;
    }
    ring.heldLive = ring.heldLive || part.begins + lengthOf(part, ring.tracks) > ring.press;
    return true;
}

void Recorder::closeRing() {
    if (session_->ring) {
        session_->ring->open = false;
    }
}

/// Without pictures no key frame is to come.
void Recorder::endOfRingPhase() {
    if (session_->ring && session_->ring->open && !pictureExpected()) {
        closeRing();
    }
}

}  // namespace liuhen::recorder
