// SPDX-License-Identifier: Apache-2.0
// Recording: units, what happens to their sources, start and end.
#include "firmware/recorder/recorder.hpp"

#include "common/core/log.hpp"
#include "common/media/h264.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

/// How long the first unit of a recording waits for one of the other track.
constexpr Nanoseconds kEarly = std::chrono::milliseconds(200);

std::uint64_t idOf(Track track) {
    return track == Track::Picture ? evidence::kPictureTrack : evidence::kSoundTrack;
}

}  // namespace

void Recorder::takeUnit(EncodedUnit unit) {
    if (closed_) {
        return;
    }
    if (session_ == nullptr) {
        ring_.add(unit);
        return;
    }
    if (session_->paused || !records(unit.track)) {
        return;
    }
    if (!session_->builder) {
        takeEarly(std::move(unit));
        return;
    }
    addUnit(std::move(unit));
    writeReady();
}

/// Which track began first is known only once both are there: sound that was captured before the
/// first picture may arrive after it.
void Recorder::takeEarly(EncodedUnit unit) {
    Session& session = *session_;
    const auto has = [&session](Track track) {
        return std::any_of(session.early.begin(),
                           session.early.end(),
                           [track](const EncodedUnit& held) { return held.track == track; });
    };
    if (unit.track == Track::Picture && !unit.key && !has(Track::Picture)) {
        return;
    }
    if (session.early.empty()) {
        session.earlySince = clock_->boottime();
    }
    session.early.push_back(std::move(unit));
    const bool picture = !records(Track::Picture) || lost_.contains(Track::Picture);
    const bool sound = !records(Track::Sound) || lost_.contains(Track::Sound);
    if (((picture || has(Track::Picture)) && (sound || has(Track::Sound))) || waitedForOther()) {
        openBuilder();
        writeReady();
    }
}

bool Recorder::waitedForOther() const {
    return !session_->early.empty() && clock_->boottime() - session_->earlySince >= kEarly;
}

void Recorder::openBuilder() {
    Session& session = *session_;
    if (session.builder || session.early.empty()) {
        return;
    }
    const auto first = std::min_element(
        session.early.begin(), session.early.end(), [](const auto& one, const auto& other) {
            return one.captureTime < other.captureTime;
        });
    makeBuilder(first->captureTime);
    for (EncodedUnit& unit : std::exchange(session.early, {})) {
        addUnit(std::move(unit));
    }
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

void Recorder::addUnit(EncodedUnit unit) {
    PartBuilder& builder = *session_->builder;
    watchForKey(unit);
    if (builder.leavesGap(unit)) {
        interrupt(unit.track, "source_lost", Cbor::map({{"found", "gap"}}));
        noteResume(unit.track);
    }
    builder.add(std::move(unit), clock_->boottime());
}

Cbor Recorder::interruption(Cbor tracks,
                            std::string_view cause,
                            Cbor measurements,
                            std::string_view declaredBy) const {
    return Cbor::map({{"recording", session_->start},
                      {"tracks", std::move(tracks)},
                      {"cause", cause},
                      {"declared_by", declaredBy},
                      {"measurements", std::move(measurements)}});
}

void Recorder::interrupt(Track track, std::string_view cause, Cbor measurements) {
    openBuilder();
    if (session_->builder) {
        queue(session_->builder->finish(track));
        // What the other track's last picture held back: it must not share a part with what comes
        // behind the hole.
        queue(session_->builder->flush());
    }
    endOfRingPhase();
    queue(Note{
        "interruption",
        interruption(Cbor::array({idOf(track)}), cause, std::move(measurements)),
    });
    writeOut();
}

void Recorder::noteResume(Track track) {
    queue(Note{
        "resume",
        Cbor::map({{"recording", session_->start}, {"tracks", Cbor::array({idOf(track)})}}),
    });
    writeOut();
}

namespace {

/// Words of a driver or library as an entry may hold them.
std::string plainText(std::string_view text) {
    constexpr std::size_t kMost = 200;
    std::string plain(text.substr(0, kMost));
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return plain;
}

}  // namespace

Cbor Recorder::lossOf(const capture::SourceLost& lost) const {
    Cbor measurements = Cbor::map({{"found", plainText(lost.cause)}, {"at", lost.at.count()}});
    if (lost.lastUnit) {
        measurements.set("last_unit", lost.lastUnit->count());
    }
    return measurements;
}

void Recorder::takeLoss(const capture::SourceLost& lost) {
    if (closed_ || !lost_.emplace(lost.track, lost).second) {
        return;
    }
    if (records(lost.track) && !session_->paused) {
        interrupt(lost.track, "source_lost", lossOf(lost));
    } else if (session_ == nullptr) {
        ring_.addLoss(lost);
    }
}

void Recorder::takeReturn(Track track) {
    if (closed_ || lost_.erase(track) == 0) {
        return;
    }
    if (records(track) && !session_->paused) {
        noteResume(track);
    } else if (session_ == nullptr) {
        ring_.addReturn(track);
    }
}

namespace {

/// The tracks with another codec configuration, and the size that it says.
Result<media::Tracks> withParameters(media::Tracks tracks, Track track, core::Buffer parameters) {
    if (track == Track::Picture && tracks.video) {
        LIUHEN_TRY(const media::AvcConfig config, media::parseAvcC(parameters));
        LIUHEN_TRY(const media::SpsInfo sps, media::parseSps(config.sps.front()));
        tracks.video = media::VideoTrack{sps.width, sps.height, std::move(parameters)};
    } else if (track == Track::Sound && tracks.audio) {
        tracks.audio->audioSpecificConfig = std::move(parameters);
    }
    LIUHEN_CHECK(media::checkTracks(tracks));
    return tracks;
}

}  // namespace

void Recorder::takeParameters(Track track, core::Buffer parameters) {
    auto tracks = withParameters(tracks_, track, std::move(parameters));
    if (!tracks) {
        // Footage under the old ones is better than none.
        core::log(core::LogLevel::Error,
                  "recorder",
                  "new parameters are not taken: " + tracks.error().message);
        return;
    }
    tracks_ = *std::move(tracks);
    ring_.clear();  // a segment has one set of parameters
    if (closed_ || !records(track)) {
        return;
    }
    // Units made with the old ones belong to the old segment.
    openBuilder();
    if (session_->builder) {
        queue(session_->builder->flush());
    }
    closeRing();
    queue(tracksFor(session_->manner));
    writeOut();
}

Cbor Recorder::trackIds() const {
    Cbor::Array ids;
    if (session_->tracks.hasPicture()) {
        ids.emplace_back(evidence::kPictureTrack);
    }
    if (session_->tracks.audio) {
        ids.emplace_back(evidence::kSoundTrack);
    }
    return ids;
}

bool Recorder::records(Track track) const {
    if (session_ == nullptr) {
        return false;
    }
    return track == Track::Picture ? session_->tracks.hasPicture()
                                   : session_->tracks.audio.has_value();
}

Result<std::unique_ptr<Session>> Recorder::makeSession(std::uint64_t start, media::Tracks tracks) {
    auto session = std::make_unique<Session>();
    session->start = start;
    session->tracks = std::move(tracks);
    if (!config_.recipients.empty()) {
        evidence::FootageKey key = evidence::FootageKey::generate();
        LIUHEN_TRY(core::Buffer envelope, key.envelop(config_.recipients));
        session->locking.emplace(Locking{std::move(key), std::move(envelope), 0, {}});
    }
    return session;
}

Cbor Recorder::startBody(std::string_view manner, std::string_view trigger, Nanoseconds press) {
    Cbor body = Cbor::map({{"manner", manner},
                           {"trigger", trigger},
                           {"press", press.count()},
                           {"boot_id", config_.bootId}});
    describeWearer(body);
    return body;
}

Result<std::uint64_t> Recorder::startAs(std::string_view manner,
                                        media::Tracks tracks,
                                        std::string_view trigger,
                                        Nanoseconds press) {
    LIUHEN_CHECK(checkOpen());
    if (session_ != nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "start recording: already recording");
    }
    if (!tracks.hasPicture() && !tracks.audio) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "start recording: there is no track for it");
    }
    if (const auto room = reserve_.make();
        !room && room.error().kind == ErrorKind::ResourceExhausted) {
        (void)noteFault("storage_full",
                        Cbor::map({{"press", press.count()}}));  // told by trouble()
        return core::fail(ErrorKind::ResourceExhausted, "start recording: the card is full");
    }
    // Whatever may fail comes before the entry: what is signed has begun.
    LIUHEN_TRY(auto session, makeSession(0, std::move(tracks)));
    session->manner = manner;
    session->start = ledger_.appendAsHead("start", startBody(manner, trigger, press)).seq;
    session_ = std::move(session);
    (void)ledger_.sync();  // told by trouble(); the parts' links hold the start
    noteKeystore();
    noteLost();
    openRing(press);
    return session_->start;
}

/// Tells of the tracks that are not there as a stretch begins.
void Recorder::noteLost() {
    for (const auto& [track, lost] : lost_) {
        if (records(track) && !session_->tracks.photo) {
            queue(Note{"interruption",
                       interruption(Cbor::array({idOf(track)}), "source_lost", lossOf(lost))});
        }
    }
    writeOut();
}

Result<void> Recorder::end(std::string_view reason, std::string_view cause) {
    if (session_ == nullptr) {
        return {};
    }
    writeLast(cause);
    mendSegments();
    const std::uint64_t start = session_->start;
    session_.reset();
    ledger_.appendAsHead("end", Cbor::map({{"recording", start}, {"reason", reason}}));
    ledger_.endLink();
    auto synced = ledger_.sync();
    noteKeystore();
    return synced;
}

}  // namespace liuhen::recorder
