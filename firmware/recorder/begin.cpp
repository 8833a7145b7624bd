// SPDX-License-Identifier: Apache-2.0
// The recorder's first steps after a start: recovery, boot, and going on where it was cut off.
#include "firmware/recorder/recorder.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::Cbor;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
/// Upper bound of footage not yet durable when the power goes: one part, its wait and its sync.
constexpr std::uint64_t kLostBoundMs = 1000;

}  // namespace

Recorder::Recorder(RecorderConfig config,
                   core::Files& files,
                   core::Clock& clock,
                   Keychain& keychain,
                   media::Tracks tracks)
    : config_(std::move(config)),
      files_(&files),
      clock_(&clock),
      keychain_(&keychain),
      tracks_(std::move(tracks)),
      ledger_(files, config_.cardFolder, clock, keychain),
      lastHeartbeat_(clock.boottime()) {}

Result<std::unique_ptr<Recorder>> Recorder::begin(RecorderConfig config,
                                                  core::Files& files,
                                                  core::Clock& clock,
                                                  Keychain& keychain,
                                                  media::Tracks tracks) {
    std::unique_ptr<Recorder> recorder(
        new Recorder(std::move(config), files, clock, keychain, std::move(tracks)));
    LIUHEN_CHECK(recorder->recoverAndBegin());
    return recorder;
}

Result<void> Recorder::recoverAndBegin() {
    LIUHEN_TRY(const storage::CardStand stand,
               storage::recoverCard(
                   *files_, config_.cardFolder, keychain_->device(), keychain_->state().head));
    Cbor boot = Cbor::map({{"firmware", config_.firmware}});
    if (config_.recipients.empty()) {
        boot.set("names", nullptr);
    } else {
        names_ = evidence::NamesKey::generate();
        LIUHEN_TRY(Cbor names, names_->describe(config_.recipients));
        boot.set("names", std::move(names));
    }
    LIUHEN_TRY(const Ledger::Beginning beginning, ledger_.begin(stand.ledger, std::move(boot)));
    const bool closed = !beginning.rollback && stand.ledger.headKind == "shutdown";
    if (beginning.firstGenesis || (closed && stand.torn.empty() && stand.missing.empty())) {
        return {};
    }
    // A recording cannot go on in another generation: its start is not in this chain.
    const bool goesOn = stand.recording.has_value() && !beginning.rollback;
    evidence::RecoveryBody body;
    body.torn = stand.torn;
    body.missing = beginning.rollback ? std::vector<std::uint64_t>() : stand.missing;
    if (goesOn) {
        body.recording = stand.recording->start;
        body.lostMs = kLostBoundMs;
    }
    LIUHEN_CHECK(ledger_.appendSynced("recovery", body.toCbor()));
    return goesOn ? resume(*stand.recording) : Result<void>();
}

Result<void> Recorder::resume(const storage::OpenRecording& open) {
    const std::int64_t awayUs = std::max<std::int64_t>(0, clock_->utc().count() - open.lastUtcUs);
    Cbor::Array tracks;
    for (const std::uint64_t id : trackIds()) {
        tracks.emplace_back(id);
    }
    LIUHEN_CHECK(ledger_.append("interruption",
                                Cbor::map({{"recording", open.start},
                                           {"tracks", tracks},
                                           {"cause", "power_loss"},
                                           {"declared_by", "recorder"},
                                           {"measurements", Cbor::map({{"away_us", awayUs}})}})));
    LIUHEN_CHECK(
        ledger_.appendSynced("resume", Cbor::map({{"recording", open.start}, {"tracks", tracks}})));
    LIUHEN_TRY(session_, makeSession(open.start));
    session_->segments = open.segments;
    session_->ends = open.ends;
    // Media time goes on where the last part ended, plus the time away as UTC tells it.
    Nanoseconds reached{};
    for (const auto& [track, end] : open.ends) {
        const auto scale = open.timescales.find(track);
        if (scale != open.timescales.end() && scale->second > 0) {
            const auto seconds = static_cast<double>(end) / static_cast<double>(scale->second);
            reached = std::max(reached,
                               Nanoseconds(static_cast<std::int64_t>(
                                   seconds * static_cast<double>(kNsPerSecond))));
        }
    }
    makeBuilder(clock_->boottime() - reached - Nanoseconds(awayUs * kNsPerUs));
    return {};
}

}  // namespace liuhen::recorder
