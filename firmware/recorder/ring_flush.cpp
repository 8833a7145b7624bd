// SPDX-License-Identifier: Apache-2.0
// From the ring to the card: a segment of its own, a part at a time, behind all live parts.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr Nanoseconds kRetry = std::chrono::milliseconds(500);
constexpr Nanoseconds kLongRetry = std::chrono::seconds(10);
/// Failures in a row before the ring gives way.
constexpr int kPatience = 3;
constexpr std::int64_t kNsPerMs = 1'000'000;

bool decodes(const Part& part) {
    return part.startsWithKey || part.samples.picture.empty();
}

bool hasTrack(const Part& part, std::uint64_t track) {
    return !(track == evidence::kPictureTrack ? part.samples.picture : part.samples.sound).empty();
}

}  // namespace

bool Recorder::ringHasMore(std::uint64_t track, std::size_t from) const {
    const RingFlush& ring = *session_->ring;
    if (ring.open) {
        return true;
    }
    const auto begin =
        ring.queue.begin() + static_cast<std::ptrdiff_t>(std::min(from, ring.queue.size()));
    return std::any_of(begin, ring.queue.end(), [track](const Item& item) {
        const Part* part = std::get_if<Part>(&item);
        return part != nullptr && hasTrack(*part, track);
    });
}

/// The hole was told before its other side was written; what stands between the two is told again.
void Recorder::tellSeam(const std::vector<std::uint64_t>& due) {
    for (const std::uint64_t track : due) {
        session_->ring->seam.told(ledger_.append(
            "resume",
            Cbor::map({{"recording", session_->start}, {"tracks", Cbor::array({track})}})));
    }
}

/// Live footage comes first, and a card that fails it has nothing for the ring.
bool Recorder::mayWriteRing() {
    if (session_ == nullptr || !session_->ring) {
        return false;
    }
    Session& session = *session_;
    RingFlush& ring = *session.ring;
    if (ring.queue.empty()) {
        if (!ring.open) {
            finishRing();
        }
        return false;
    }
    const Nanoseconds now = clock_->boottime();
    if (ring.untilEnd || now < ring.retryAt || !session.outbox.empty() || session.failures > 0 ||
        session.newSegmentNow || !cardAnswers()) {
        return false;
    }
    if (ring.failures > 0 && !ledger_.sync()) {
        ring.retryAt = now + kRetry;
        return false;
    }
    return true;
}

/// Writes up to and with the next part; answers whether it is safe.
bool Recorder::writeRing() {
    RingFlush& ring = *session_->ring;
    while (!ring.queue.empty()) {
        Item& item = ring.queue.front();
        if (const Part* part = std::get_if<Part>(&item)) {
            const bool anew = ring.newSegmentNow && !session_->lossSince;
            if (anew && !decodes(*part)) {
                if (!dropToKey()) {
                    ring.untilEnd = true;
                    return false;
                }
                continue;
            }
            if (!writeRingPart(*part)) {
                return false;
            }
            ring.queue.pop_front();
            return true;
        }
        if (Note* note = std::get_if<Note>(&item)) {
            ring.newSegmentAtKey = ring.newSegmentAtKey || note->kind == "resume";
            ring.seam.told(ledger_.append(note->kind, std::move(note->body)));
        } else {
            noteRingDropped(std::get<Dropped>(item));
        }
        ring.queue.pop_front();
    }
    return false;
}

bool Recorder::writeRingPart(const Part& part) {
    RingFlush& ring = *session_->ring;
    PartOutcome outcome{PartFate::Refused, {}};
    if (const auto rotated = rotateRing(decodes(part)); rotated) {
        tellSeam(ring.seam.dueBeforeRing(
            part.samples, [this](std::uint64_t track) { return ringHasMore(track, 1); }));
        outcome = ring.segment->write(part.samples);
    } else {
        outcome.error = rotated.error();
    }
    if (outcome.fate != PartFate::Written) {
        ringFailed(outcome);
        return false;
    }
    ring.failures = 0;
    ring.seam.ringWritten(part.samples, ledger_.head().seq);
    // Only now: the last part of a ring that a power cut leaves unfinished has no segment.end.
    for (auto& before : std::exchange(ring.before, {})) {
        leaveSegment(std::move(before));
    }
    return true;
}

Result<void> Recorder::rotateRing(bool atKey) {
    Session& session = *session_;
    RingFlush& ring = *session.ring;
    if (ring.segment != nullptr && !ring.newSegmentNow && !(ring.newSegmentAtKey && atKey)) {
        return {};
    }
    SegmentWriter::Config config;
    config.generation = ledger_.head().generation;
    config.recording = session.start;
    config.segment = session.segments;
    config.zeroNs = session.zero.count();
    config.preEvent = true;
    config.tracks = ring.tracks;
    Locking* locking = session.locking ? &*session.locking : nullptr;
    LIUHEN_TRY(
        auto begun,
        SegmentWriter::begin(*files_, config_.cardFolder, ledger_, locking, std::move(config)));
    if (ring.segment != nullptr) {
        ring.before.push_back(std::move(ring.segment));
    }
    ring.segment = std::move(begun);
    ++session.segments;
    session.lossSince = false;
    ring.newSegmentNow = false;
    ring.newSegmentAtKey = false;
    return {};
}

void Recorder::ringFailed(const PartOutcome& outcome) {
    RingFlush& ring = *session_->ring;
    core::log(core::LogLevel::Error, "recorder", "ring: " + outcome.error.message);
    if (outcome.fate == PartFate::Lost) {
        ring.newSegmentNow = true;
        session_->lossSince = true;
    }
    ++ring.failures;
    ring.retryAt = clock_->boottime() + kRetry;
    if (outcome.error.kind == ErrorKind::ResourceExhausted) {
        ring.full = true;
        ring.untilEnd = true;
        giveUpRing("no_room");
    } else if (ring.failures >= kPatience) {
        ring.retryAt = clock_->boottime() + kLongRetry;
        giveUpRing("card_fails");
    }
}

/// A segment begins with a key frame unless a part was lost since the one before it was begun.
/// Answers whether there is one: the last of the ring must not be dropped.
bool Recorder::dropToKey() {
    RingFlush& ring = *session_->ring;
    if (std::none_of(ring.queue.begin(), ring.queue.end(), [](const Item& item) {
            const Part* part = std::get_if<Part>(&item);
            return part != nullptr && decodes(*part);
        })) {
        return false;
    }
    Dropped dropped{{}, "no_key_frame"};
    while (!ring.queue.empty()) {
        const Part* part = std::get_if<Part>(&ring.queue.front());
        if (part == nullptr || decodes(*part)) {
            break;
        }
        dropped.length += lengthOf(*part, ring.tracks);
        ring.queue.pop_front();
    }
    ring.queue.emplace_front(dropped);
    return true;
}

/// Lets go of all but the last group of each track: those must still be written, so that the hole
/// lies inside the ring, where the entries that tell of it stand between its two sides.
void Recorder::giveUpRing(std::string_view why) {
    if (!session_->ring || session_->ring->queue.empty()) {
        return;
    }
    RingFlush& ring = *session_->ring;
    const auto partAt = [&ring](std::size_t i) { return std::get_if<Part>(&ring.queue[i]); };
    std::vector<bool> kept(ring.queue.size());
    for (const std::uint64_t track : {evidence::kPictureTrack, evidence::kSoundTrack}) {
        std::size_t i = ring.queue.size();
        while (i > 0 && (partAt(i - 1) == nullptr || !hasTrack(*partAt(i - 1), track))) {
            --i;
        }
        for (bool begun = false; i > 0 && !begun; --i) {
            kept[i - 1] = true;
            begun = partAt(i - 1) != nullptr && decodes(*partAt(i - 1));
        }
    }
    std::deque<Item> rest;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const Part* part = partAt(i);
        if (part == nullptr || kept[i]) {
            rest.push_back(std::move(ring.queue[i]));
            continue;
        }
        if (rest.empty() || !std::holds_alternative<Dropped>(rest.back())) {
            rest.emplace_back(Dropped{{}, why});
        }
        std::get<Dropped>(rest.back()).length += lengthOf(*part, ring.tracks);
    }
    ring.queue = std::move(rest);
}

void Recorder::noteRingDropped(const Dropped& dropped) {
    RingFlush& ring = *session_->ring;
    const bool full = ring.full || session_->noRoom;
    ledger_.append("interruption",
                   interruption(trackIds(),
                                full ? "storage_full" : "equipment_fault",
                                Cbor::map({{"found", dropped.why},
                                           {"pre_event", true},
                                           {"given_up_ms", dropped.length.count() / kNsPerMs}})));
    ring.seam.told(ledger_.append(
        "resume", Cbor::map({{"recording", session_->start}, {"tracks", trackIds()}})));
    ring.newSegmentAtKey = true;
    core::log(core::LogLevel::Error,
              "recorder",
              fmt::format("{} ms from before the press given up: {}",
                          dropped.length.count() / kNsPerMs,
                          dropped.why));
}

void Recorder::leaveSegment(std::unique_ptr<SegmentWriter> segment) {
    segment->end();
    if (segment->isDirty()) {
        dirty_.push_back(std::move(segment));
    }
}

/// All of the ring is safe.
void Recorder::finishRing() {
    RingFlush& ring = *session_->ring;
    if (ring.segment == nullptr) {
        return;
    }
    for (auto& before : std::exchange(ring.before, {})) {
        leaveSegment(std::move(before));
    }
    leaveSegment(std::move(ring.segment));
    if (ring.heldLive) {
        noteLate(ring.press);
    }
}

/// At the end of a recording, when live footage is written or given up.
void Recorder::writeRingLast() {
    if (!session_->ring) {
        return;
    }
    Session& session = *session_;
    RingFlush& ring = *session.ring;
    if (session.noRoom) {
        giveUpRing("no_room");
    }
    for (int i = 0; i < kPatience && !ring.queue.empty(); ++i) {
        if (ring.full || session.noRoom) {
            reserve_.release();
        }
        while (!ring.queue.empty() && writeRing()) {
        }
    }
    if (ring.queue.empty()) {
        finishRing();
        return;
    }
    Dropped dropped{{}, "ended"};
    for (const Item& item : ring.queue) {
        if (const Part* part = std::get_if<Part>(&item)) {
            dropped.length += lengthOf(*part, ring.tracks);
        } else if (const Dropped* before = std::get_if<Dropped>(&item)) {
            dropped.length += before->length;
        }
    }
    noteRingDropped(dropped);
    if (ring.segment != nullptr) {
        ring.before.push_back(std::move(ring.segment));
    }
    for (auto& segment : std::exchange(ring.before, {})) {
        dirty_.push_back(std::move(segment));  // end() mends them
    }
    if (ring.seam.hasRing()) {
        // Its end is open for ever: only a recovery may close such a ring.
        evidence::RecoveryBody body;
        body.recording = session.start;
        body.lostMs = static_cast<std::uint64_t>(dropped.length.count() / kNsPerMs + 1);
        ledger_.append("recovery", body.toCbor());
    }
}

}  // namespace liuhen::recorder
