// SPDX-License-Identifier: Apache-2.0
// From parts to the card: one after the other, with patience for a card that fails.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr Nanoseconds kSegmentLength = std::chrono::seconds(60);
/// Footage older than this without being safe is told by a `late` entry (design invariant 2).
constexpr Nanoseconds kSafeWithin = std::chrono::seconds(1);
constexpr Nanoseconds kFirstRetry = std::chrono::milliseconds(500);
constexpr Nanoseconds kRetry = std::chrono::seconds(1);
/// What is held for a card that fails: at most this much, then down to that much.
constexpr Nanoseconds kMostHeld = std::chrono::seconds(30);
constexpr Nanoseconds kKeptHeld = std::chrono::seconds(25);
constexpr std::uint64_t kMostHeldBytes = std::uint64_t{64} << 20U;
constexpr std::uint64_t kKeptHeldBytes = std::uint64_t{48} << 20U;
constexpr std::int64_t kNsPerMs = 1'000'000;

void log(core::LogLevel level, const std::string& text) {
    core::log(level, "recorder", text);
}

}  // namespace

void Recorder::queue(Item item) {
    if (const Part* part = std::get_if<Part>(&item);
        part != nullptr && session_->waitsForKey && !part->samples.picture.empty()) {
        session_->waitsForKey = !part->startsWithKey;
        if (session_->waitsForKey) {
            item = Dropped{lengthOf(*part, session_->tracks), "no_key_frame"};
        }
    }
    if (const Part* part = std::get_if<Part>(&item)) {
        if (goesToRing(*part)) {
            session_->ring->queue.push_back(std::move(item));
            return;
        }
        session_->outboxBytes += part->bytes;
    }
    // It must stand behind parts that wait for the card, which may never come back.
    const Note* waiting = std::get_if<Note>(&item);
    if (waiting != nullptr && ledger_.trouble() && !session_->outbox.empty()) {
        ledger_.append(
            "fault",
            Cbor::map(
                {{"what", "entry_waits"},
                 {"measurements", Cbor::map({{"kind", waiting->kind}, {"body", waiting->body}})}}));
    }
    session_->outbox.push_back(std::move(item));
}

void Recorder::queue(std::vector<Part> parts) {
    for (Part& part : parts) {
        queue(Item(std::move(part)));
    }
}

void Recorder::writeReady() {
    Session& session = *session_;
    if (!session.builder) {
        return;
    }
    while (auto part = session.builder->takeReady(clock_->boottime())) {
        queue(Item(*std::move(part)));
    }
    if (!session.outbox.empty()) {
        writeOut();
        giveUpOldest();
    }
}

void Recorder::writeOut() {
    Session& session = *session_;
    if (session.outbox.empty() || clock_->boottime() < session.retryAt || !cardAnswers()) {
        return;
    }
    while (!session.outbox.empty() && clock_->boottime() >= session.retryAt) {
        if (!write(session.outbox.front())) {
            return;
        }
        if (const Part* part = std::get_if<Part>(&session.outbox.front())) {
            session.outboxBytes -= part->bytes;
        }
        session.outbox.pop_front();
    }
}

/// Whether the item is done with.
bool Recorder::write(Item& item) {
    if (const Part* part = std::get_if<Part>(&item)) {
        return writePart(*part);
    }
    if (Note* note = std::get_if<Note>(&item)) {
        session_->newSegmentAtKey = session_->newSegmentAtKey || note->kind == "resume";
        if (note->kind == "explanation" && session_->interruption) {
            note->body.set("entry", *session_->interruption);
        }
        const evidence::Entry entry = ledger_.append(note->kind, std::move(note->body));
        if (note->kind == "interruption") {
            session_->interruption = entry.seq;
        }
        if (session_->ring) {
            session_->ring->seam.told(entry);
        }
    } else if (const Dropped* dropped = std::get_if<Dropped>(&item)) {
        noteDropped(*dropped);
    } else {
        session_->tracks = std::move(std::get<media::Tracks>(item));
        session_->newSegmentAtKey = true;
    }
    return true;
}

/// After a failure: while not even the ledger can be written, signing parts would only make lost
/// ones. Nor may they go to a card that is not the ledger's.
bool Recorder::cardAnswers() {
    Session& session = *session_;
    const auto& trouble = ledger_.trouble();
    if (session.failures == 0 && (!trouble || trouble->kind != ErrorKind::FailedPrecondition)) {
        return true;
    }
    const auto synced = ledger_.sync();
    if (!synced) {
        session.noRoom = session.noRoom || synced.error().kind == ErrorKind::ResourceExhausted;
        backOff();
    }
    return synced.has_value();
}

bool Recorder::writePart(const Part& part) {
    Session& session = *session_;
    PartOutcome outcome{PartFate::Unusable, {}};
    if (const auto rotated = rotate(part); rotated) {
        if (session.ring) {
            tellSeam(session.ring->seam.dueBeforeLive(
                part.samples, [this](std::uint64_t track) { return ringHasMore(track, 0); }));
        }
        outcome = session.segment->write(part.samples);
    } else {
        outcome.error = rotated.error();
    }
    if (outcome.fate == PartFate::Written) {
        session.failures = 0;
        if (session.ring) {
            session.ring->seam.liveWritten(part.samples, ledger_.head().seq);
        }
        ++partsWritten_;
        noteLate(part.oldest);
        return true;
    }
    log(core::LogLevel::Error, outcome.error.message);
    if (outcome.fate == PartFate::Unusable) {
        noteDropped(Dropped{lengthOf(part, session.tracks), "unusable"});
        return true;
    }
    // A lost part's samples become the next part, in a segment of its own.
    session.newSegmentNow = session.newSegmentNow || outcome.fate == PartFate::Lost;
    session.lossSince = session.lossSince || outcome.fate == PartFate::Lost;
    session.noRoom = session.noRoom || outcome.error.kind == ErrorKind::ResourceExhausted;
    backOff();
    return false;
}

void Recorder::backOff() {
    Session& session = *session_;
    session.retryAt = clock_->boottime() + (session.failures == 0 ? kFirstRetry : kRetry);
    ++session.failures;
}

Result<void> Recorder::rotate(const Part& part) {
    Session& session = *session_;
    const bool atKey = part.startsWithKey || part.samples.picture.empty();
    const bool due =
        part.oldest - session.segmentBegan >= kSegmentLength || session.newSegmentAtKey;
    if (session.segment != nullptr && !session.newSegmentNow && !(due && atKey)) {
        return {};
    }
    if (session.ring && session.ring->newSegmentNow && session.lossSince &&
        (atKey || !session.newSegmentNow)) {
        // What the ring lost must have no other segment between it and the one that begins with it.
        LIUHEN_CHECK(rotateRing(false));
    }
    endSegment();
    SegmentWriter::Config config;
    config.generation = ledger_.head().generation;
    config.recording = session.start;
    config.segment = session.segments;
    config.zeroNs = session.zero.count();
    config.tracks = session.tracks;
    Locking* locking = session.locking ? &*session.locking : nullptr;
    LIUHEN_TRY(
        session.segment,
        SegmentWriter::begin(*files_, config_.cardFolder, ledger_, locking, std::move(config)));
    ++session.segments;
    session.lossSince = false;
    session.segmentBegan = part.oldest;
    session.newSegmentNow = false;
    session.newSegmentAtKey = false;
    return {};
}

void Recorder::endSegment() {
    if (session_->segment != nullptr) {
        leaveSegment(std::move(session_->segment));
    }
}

void Recorder::mendSegments() {
    for (const auto& segment : dirty_) {
        // A segment's end must stand before that of its recording.
        if (session_ != nullptr && segment->config().recording == session_->start &&
            !segment->config().preEvent) {
            segment->end();
        } else {
            segment->mend();
        }
    }
    std::erase_if(dirty_, [](const auto& segment) { return !segment->isDirty(); });
}

/// Keeps what waits for the card within its bound. The oldest goes first, up to a key frame.
void Recorder::giveUpOldest() {
    Session& session = *session_;
    const Nanoseconds now = clock_->boottime();
    const auto waits = [now](const Item& item, Nanoseconds most) {
        const Part* part = std::get_if<Part>(&item);
        return part != nullptr && now - part->oldest > most;
    };
    if (session.outboxBytes <= kMostHeldBytes &&
        std::none_of(session.outbox.begin(), session.outbox.end(), [&waits](const Item& item) {
            return waits(item, kMostHeld);
        })) {
        return;
    }
    giveUpRing("held_too_long");
    std::deque<Item> kept;
    Dropped dropped{{}, "held_too_long"};
    for (; !session.outbox.empty(); session.outbox.pop_front()) {
        Item& item = session.outbox.front();
        if (const Part* part = std::get_if<Part>(&item)) {
            const bool decodes = part->startsWithKey || part->samples.picture.empty();
            if (session.outboxBytes <= kKeptHeldBytes && !waits(item, kKeptHeld) && decodes) {
                break;
            }
            dropped.length += lengthOf(*part, session.tracks);
            session.outboxBytes -= part->bytes;
        } else if (const Dropped* before = std::get_if<Dropped>(&item)) {
            dropped.length += before->length;
        } else {
            kept.push_back(std::move(item));
        }
    }
    log(core::LogLevel::Error,
        fmt::format("the card takes nothing: {} ms of footage given up",
                    dropped.length.count() / kNsPerMs));
    kept.emplace_back(dropped);
    session.outbox.insert(session.outbox.begin(),
                          std::make_move_iterator(kept.begin()),
                          std::make_move_iterator(kept.end()));
}

void Recorder::noteDropped(const Dropped& dropped) {
    ledger_.append("interruption",
                   interruption(trackIds(),
                                session_->noRoom ? "storage_full" : "equipment_fault",
                                Cbor::map({{"found", dropped.why},
                                           {"given_up_ms", dropped.length.count() / kNsPerMs}})));
    const evidence::Entry resume = ledger_.append(
        "resume", Cbor::map({{"recording", session_->start}, {"tracks", trackIds()}}));
    if (session_->ring) {
        session_->ring->seam.told(resume);
    }
    session_->newSegmentAtKey = true;
}

void Recorder::noteLate(Nanoseconds oldest) {
    const Nanoseconds age = clock_->boottime() - oldest;
    if (age > kSafeWithin) {
        ledger_.append(
            "late",
            Cbor::map({{"recording", session_->start}, {"age_ms", age.count() / kNsPerMs}}));
    }
}

/// Battery and room as an interruption that ends a recording has them.
Cbor Recorder::lastMeasured() const {
    Cbor measurements = Cbor::map({{"battery", batteryPercent_}});
    if (session_->noRoom) {
        measurements.set("found", "no_room");
    }
    return measurements;
}

/// All that is left to write of a recording that ends.
void Recorder::writeLast(std::string_view cause) {
    Session& session = *session_;
    openBuilder();
    if (session.builder) {
        queue(session.builder->finishAll());
    }
    closeRing();
    // A refused part is tried once more, on a new segment and with the reserve's room; then it
    // stays lost, and said so.
    constexpr int kTries = 2;
    for (int i = 0; i < kTries; ++i) {
        if (session.noRoom) {
            reserve_.release();
        }
        session.retryAt = {};
        writeOut();
    }
    Dropped dropped{{}, ""};
    for (const Item& item : session.outbox) {
        if (const Part* part = std::get_if<Part>(&item)) {
            dropped.length += lengthOf(*part, session.tracks);
        } else if (const Dropped* before = std::get_if<Dropped>(&item)) {
            dropped.length += before->length;
        }
    }
    writeRingLast();
    const bool gaveUp = dropped.length > Nanoseconds::zero();
    if (gaveUp || !cause.empty()) {
        Cbor measurements = lastMeasured();
        if (gaveUp) {
            measurements.set("given_up_ms", dropped.length.count() / kNsPerMs);
        }
        const std::string_view found = session.noRoom ? "storage_full" : "equipment_fault";
        ledger_.append(
            "interruption",
            interruption(trackIds(), cause.empty() ? found : cause, std::move(measurements)));
    }
    endSegment();
}

}  // namespace liuhen::recorder
