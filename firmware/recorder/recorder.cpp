// SPDX-License-Identifier: Apache-2.0
// Recording: from units to parts on the card, with the entries around them.
#include "firmware/recorder/recorder.hpp"

#include "common/core/log.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr Nanoseconds kSegmentLength = std::chrono::seconds(60);
constexpr Nanoseconds kEpochRecording = std::chrono::seconds(55);
constexpr Nanoseconds kEpochStandby = std::chrono::seconds(290);
constexpr Nanoseconds kHeartbeat = std::chrono::seconds(60);
/// Footage older than this without being safe is told by a `late` entry (design invariant 2).
constexpr Nanoseconds kSafeWithin = std::chrono::seconds(1);
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kClockAgreesUs = 1'000'000;

std::uint64_t idOf(Track track) {
    return track == Track::Picture ? evidence::kPictureTrack : evidence::kSoundTrack;
}

void report(const Result<void>& result, std::string_view what) {
    if (!result) {
        core::log(
            core::LogLevel::Error, "recorder", fmt::format("{}: {}", what, result.error().message));
    }
}

template <class T>
Result<void> withoutValue(const Result<T>& result) {
    if (!result) {
        return core::fail(result.error().kind, result.error().message);
    }
    return {};
}

}  // namespace

void Recorder::takeUnit(EncodedUnit unit) {
    if (session_ == nullptr) {
        return;
    }
    const Nanoseconds now = clock_->boottime();
    if (!session_->builder) {
        makeBuilder(unit.captureTime);
    }
    if (session_->builder->leavesGap(unit)) {
        const Track track = unit.track;
        interrupt(track, "source_lost", Cbor::map({{"found", "gap"}}));
        takeReturn(track);
    }
    session_->builder->add(std::move(unit), now);
    writeReady();
}

void Recorder::makeBuilder(Nanoseconds zero) {
    Session& session = *session_;
    PartBuilder::Config config;
    if (tracks_.audio) {
        config.soundTimescale = tracks_.audio->sampleRate;
    }
    session.zero = zero;
    session.builder.emplace(
        config, zero, session.ends[evidence::kPictureTrack], session.ends[evidence::kSoundTrack]);
}

void Recorder::writeReady() {
    // At most what was ready at the call: a part put back waits for the next one.
    for (int i = 0; i < 64 && session_ != nullptr && session_->builder; ++i) {
        auto part = session_->builder->takeReady(clock_->boottime());
        if (!part) {
            return;
        }
        writePart(*std::move(part));
        if (session_->newSegmentNow) {
            return;
        }
    }
}

Result<void> Recorder::rotate(const Part& part) {
    Session& session = *session_;
    const bool atKey = part.startsWithKey || part.samples.picture.empty();
    const bool due =
        part.oldest - session.segmentBegan >= kSegmentLength || session.newSegmentAtKey;
    if (session.segment != nullptr && !session.newSegmentNow && !(due && atKey)) {
        return {};
    }
    if (session.segment != nullptr) {
        LIUHEN_CHECK(session.segment->end());
        session.segment.reset();
    }
    SegmentWriter::Config config;
    config.generation = ledger_.head().generation;
    config.recording = session.start;
    config.segment = session.segments;
    config.zeroNs = session.zero.count();
    config.tracks = tracks_;
    Locking* locking = session.locking ? &*session.locking : nullptr;
    LIUHEN_TRY(
        session.segment,
        SegmentWriter::begin(*files_, config_.cardFolder, ledger_, locking, std::move(config)));
    ++session.segments;
    session.segmentBegan = part.oldest;
    session.newSegmentNow = false;
    session.newSegmentAtKey = false;
    return {};
}

void Recorder::writePart(Part part) {
    if (part.empty()) {
        return;
    }
    auto written = rotate(part);
    if (written) {
        written = session_->segment->write(part.samples);
    }
    if (!written) {
        report(written, "write part");
        session_->newSegmentNow = true;
        session_->builder->putBack(std::move(part));
        return;
    }
    noteLate(part.oldest);
}

void Recorder::noteLate(Nanoseconds oldest) {
    const Nanoseconds age = clock_->boottime() - oldest;
    if (age > kSafeWithin) {
        report(withoutValue(ledger_.append("late",
                                           Cbor::map({{"recording", session_->start},
                                                      {"age_ms", age.count() / kNsPerMs}}))),
               "note late footage");
    }
}

void Recorder::interrupt(Track track, std::string_view cause, Cbor measurements) {
    if (session_->builder) {
        writePart(session_->builder->finish(track));
    }
    report(withoutValue(note("interruption",
                             Cbor::map({{"recording", session_->start},
                                        {"tracks", Cbor::array({idOf(track)})},
                                        {"cause", cause},
                                        {"declared_by", "recorder"},
                                        {"measurements", std::move(measurements)}}))),
           "note interruption");
}

void Recorder::takeLoss(const capture::SourceLost& lost) {
    const std::uint64_t id = idOf(lost.track);
    if (session_ == nullptr ||
        std::find(session_->lost.begin(), session_->lost.end(), id) != session_->lost.end()) {
        return;
    }
    session_->lost.push_back(id);
    Cbor measurements = Cbor::map({{"found", lost.cause}, {"at", lost.at.count()}});
    if (lost.lastUnit) {
        measurements.set("last_unit", lost.lastUnit->count());
    }
    interrupt(lost.track, "source_lost", std::move(measurements));
}

void Recorder::takeReturn(Track track) {
    if (session_ == nullptr) {
        return;
    }
    std::erase(session_->lost, idOf(track));
    report(withoutValue(note("resume",
                             Cbor::map({{"recording", session_->start},
                                        {"tracks", Cbor::array({idOf(track)})}}))),
           "note return of a source");
}

void Recorder::takeParameters(Track track, core::Buffer parameters) {
    if (track == Track::Picture && tracks_.video) {
        tracks_.video->avcC = std::move(parameters);
    } else if (track == Track::Sound && tracks_.audio) {
        tracks_.audio->audioSpecificConfig = std::move(parameters);
    }
    if (session_ != nullptr) {
        session_->newSegmentAtKey = true;
    }
}

std::vector<std::uint64_t> Recorder::trackIds() const {
    std::vector<std::uint64_t> ids;
    if (tracks_.hasPicture()) {
        ids.push_back(evidence::kPictureTrack);
    }
    if (tracks_.audio) {
        ids.push_back(evidence::kSoundTrack);
    }
    return ids;
}

Result<std::unique_ptr<Recorder::Session>> Recorder::makeSession(std::uint64_t start) {
    auto session = std::make_unique<Session>();
    session->start = start;
    if (!config_.recipients.empty()) {
        evidence::FootageKey key = evidence::FootageKey::generate();
        LIUHEN_TRY(core::Buffer envelope, key.envelop(config_.recipients));
        session->locking.emplace(Locking{std::move(key), std::move(envelope), 0, {}});
    }
    return session;
}

Result<std::uint64_t> Recorder::start(std::string_view trigger, Nanoseconds press) {
    if (session_ != nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "start recording: already recording");
    }
    Cbor body =
        Cbor::map({{"manner", config_.manner}, {"trigger", trigger}, {"press", press.count()}});
    if (names_ && !config_.wearer.empty()) {
        body.set("wearer", names_->lock(config_.wearer));
    }
    if (names_ && !config_.place.empty()) {
        body.set("place", names_->lock(config_.place));
    }
    LIUHEN_TRY(const evidence::Entry entry, ledger_.appendAsHead("start", std::move(body)));
    LIUHEN_TRY(session_, makeSession(entry.seq));
    return entry.seq;
}

Result<void> Recorder::end(std::string_view reason) {
    if (session_ == nullptr) {
        return {};
    }
    if (session_->builder) {
        writeReady();
        writePart(session_->builder->finishAll());
        // One more try on a new segment, if the card refused: then it stays lost, and said so.
        if (session_->newSegmentNow) {
            if (auto again = session_->builder->takeReady(clock_->boottime())) {
                writePart(*std::move(again));
            }
        }
    }
    if (session_->segment != nullptr) {
        report(session_->segment->end(), "end segment");
    }
    const std::uint64_t start = session_->start;
    session_.reset();
    return withoutValue(
        ledger_.appendAsHead("end", Cbor::map({{"recording", start}, {"reason", reason}})));
}

Result<void> Recorder::mark(std::string_view what, Nanoseconds at) {
    if (session_ == nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "mark: not recording");
    }
    return withoutValue(note(
        "mark", Cbor::map({{"recording", session_->start}, {"what", what}, {"at", at.count()}})));
}

Result<void> Recorder::statement(std::string_view what, Nanoseconds from, Nanoseconds to) {
    if (session_ == nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "statement: not recording");
    }
    return withoutValue(note("statement",
                             Cbor::map({{"recording", session_->start},
                                        {"what", what},
                                        {"from", from.count()},
                                        {"to", to.count()},
                                        {"asked", 0},
                                        {"speech_ms", nullptr},
                                        {"result", "declared"}})));
}

Result<evidence::Entry> Recorder::note(std::string_view kind, Cbor body) {
    if (session_ != nullptr && session_->builder) {
        return ledger_.append(kind, std::move(body));
    }
    return ledger_.appendSynced(kind, std::move(body));
}

Result<evidence::Entry> Recorder::dock(core::ByteView nonce) {
    if (const auto held = ledger_.dockingOver(nonce)) {
        return *held;
    }
    if (session_ != nullptr) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "dock: still recording; hold REC for two seconds to end first");
    }
    return ledger_.dock(nonce);
}

Result<evidence::Entry> Recorder::setClock(std::int64_t utcUs, core::Buffer message) {
    LIUHEN_TRY(
        evidence::Entry entry,
        ledger_.appendSynced("clock",
                             Cbor::map({{"before", clock_->utc().count()},
                                        {"after", utcUs},
                                        {"source", static_cast<int>(evidence::UtcSource::Dock)},
                                        {"message", std::move(message)}})));
    // Only a clock that agrees counts as set: a wrong one is never silently corrected.
    if (std::abs(utcUs - clock_->utc().count()) < kClockAgreesUs) {
        ledger_.setClockQuality(ClockQuality{evidence::UtcSource::Dock, clock_->boottime()});
    }
    return entry;
}

Result<void> Recorder::shutdown(std::string_view reason) {
    LIUHEN_CHECK(end("shutdown"));
    return withoutValue(ledger_.appendAsHead("shutdown", Cbor::map({{"reason", reason}})));
}

void Recorder::tick(int batteryPercent, std::uint64_t freeBytes) {
    writeReady();
    const Nanoseconds now = clock_->boottime();
    const Nanoseconds limit = session_ != nullptr ? kEpochRecording : kEpochStandby;
    if (now - ledger_.epochBegan() >= limit) {
        report(withoutValue(ledger_.changeEpoch()), "change keys");
    }
    if (session_ == nullptr && now - lastHeartbeat_ >= kHeartbeat) {
        lastHeartbeat_ = now;
        report(withoutValue(ledger_.appendAsHead("heartbeat",
                                                 Cbor::map({{"state", "standby"},
                                                            {"battery", batteryPercent},
                                                            {"free_bytes", freeBytes}}))),
               "heartbeat");
    }
}

}  // namespace liuhen::recorder
