// SPDX-License-Identifier: Apache-2.0
// The recorder's first steps after a start: recovery, boot, and going on where it was cut off.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
/// A recording that was cut off longer ago does not go on.
constexpr Nanoseconds kGoesOnWithin = std::chrono::hours(12);
/// Most footage that is held in memory, and a part under way: the bound where no clock tells more.
constexpr Nanoseconds kHeldAtMost = std::chrono::seconds(32);

/// How long ago the open recording's footage ended, and whether a clock that can be believed says
/// so.
struct Away {
    Nanoseconds time{};
    bool known = false;
};

Away awaySince(const storage::OpenRecording& open, const core::Clock& clock, bool sameBoot) {
    const Nanoseconds now = clock.boottime();
    if (sameBoot) {
        return {std::max(Nanoseconds::zero(), now - Nanoseconds(open.durableNs)), true};
    }
    // The last entry tells both times; what was not safe by then is older.
    const std::int64_t safeUs = open.lastUtcUs - (open.lastBoottimeNs - open.durableNs) / kNsPerUs;
    const Nanoseconds byUtc((clock.utc().count() - safeUs) * kNsPerUs);
    // A clock that was set back tells nothing; then it is no less than this machine has been up.
    return byUtc >= Nanoseconds::zero() ? Away{byUtc, true} : Away{now, false};
}

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
      ledger_(files, config_.cardFolder, clock, keychain, config_.internalFolder),
      reserve_(files, config_.cardFolder, config_.reserveBytes),
      clockWatch_(clock),
      room_(config_.room, config_.reserveBytes),
      releaser_(files, config_.cardFolder, clock, ledger_, config_.release),
      ring_(config_.ring),
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

/// On a full card recovery has the reserve's room for what it must keep.
Result<storage::CardStand> Recorder::recover() {
    auto stand = storage::recoverCard(
        *files_, config_.cardFolder, keychain_->state(), config_.internalFolder);
    if (!stand && stand.error().kind == ErrorKind::ResourceExhausted && reserve_.release()) {
        stand = storage::recoverCard(
            *files_, config_.cardFolder, keychain_->state(), config_.internalFolder);
    }
    return stand;
}

Result<void> Recorder::recoverAndBegin() {
    LIUHEN_TRY(const storage::CardStand stand, recover());
    judgeClock(stand);
    recallAssignment(stand.ledger.assignment);
    Cbor boot = Cbor::map({{"firmware", config_.firmware},
                           {"boot_id", config_.bootId},
                           {"release", releaser_.describePolicy()}});
    if (config_.recipients.empty()) {
        boot.set("names", nullptr);
    } else {
        names_ = evidence::NamesKey::generate();
        LIUHEN_TRY(Cbor names, names_->describe(config_.recipients));
        boot.set("names", std::move(names));
    }
    // Whatever may fail comes before the first entry is signed.
    std::unique_ptr<Session> session;
    if (stand.recording) {
        const std::string& manner = stand.recording->manner;
        LIUHEN_TRY(session, makeSession(stand.recording->start, tracksFor(manner)));
        session->manner = manner;
    }
    LIUHEN_TRY(const Ledger::Beginning beginning, ledger_.begin(stand.ledger, std::move(boot)));
    const bool closed =
        beginning.firstGenesis || (!beginning.rollback && stand.ledger.headKind == "shutdown");
    if (!closed || !stand.torn.empty() || !stand.missing.empty()) {
        evidence::RecoveryBody body;
        body.torn = stand.torn;
        body.missing = stand.missing;
        Nanoseconds away{};
        if (stand.recording) {
            const bool sameBoot =
                !config_.bootId.empty() && stand.recording->bootId == config_.bootId;
            const Away found = awaySince(*stand.recording, *clock_, sameBoot);
            away = found.time;
            body.recording = stand.recording->start;
            body.lostMs = static_cast<std::uint64_t>(
                std::max(away, found.known ? away : kHeldAtMost).count() / kNsPerMs + 1);
        }
        ledger_.append("recovery", body.toCbor());
        noteJumpAtStart();
        if (stand.recording) {
            goOnAfterStart(*stand.recording, away, std::move(session));
        }
    }
    if (session_ == nullptr) {
        ledger_.endLink();
    }
    noteJumpAtStart();
    if (const auto synced = ledger_.sync(); !synced) {
        core::log(core::LogLevel::Error, "recorder", "begin: " + synced.error().message);
    }
    if (const auto room = reserve_.make(); !room) {
        core::log(core::LogLevel::Warning, "recorder", room.error().message);
    }
    return {};
}

void Recorder::goOnAfterStart(const storage::OpenRecording& open,
                              Nanoseconds away,
                              std::unique_ptr<Session> session) {
    // Nor does one that has nothing to go on with: a photo, sound without a microphone.
    const bool hasTracks = session->tracks.hasPicture() || session->tracks.audio;
    if (away > kGoesOnWithin || !hasTracks) {
        ledger_.appendAsHead("end",
                             Cbor::map({{"recording", open.start}, {"reason", "not_resumed"}}));
        return;
    }
    session_ = std::move(session);
    const bool crashed = !config_.bootId.empty() && open.bootId == config_.bootId;
    session_->interruption =
        ledger_
            .append("interruption",
                    interruption(trackIds(),
                                 crashed ? "crash" : "power_loss",
                                 Cbor::map({{"away_us", away.count() / kNsPerUs}})))
            .seq;
    ledger_.append("resume", Cbor::map({{"recording", open.start}, {"tracks", trackIds()}}));
    session_->segments = open.segments;
    session_->ends = open.ends;
    if (open.zeroNs) {
        // Media time goes on where safe footage ended, plus the time away; never before the end of
        // a part that is missing.
        const Nanoseconds safe(open.durableNs - *open.zeroNs);
        makeBuilder(clock_->boottime() - std::max(safe + away, Nanoseconds(open.reachedNs())));
    }
}

}  // namespace liuhen::recorder
