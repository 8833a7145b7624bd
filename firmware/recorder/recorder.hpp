// SPDX-License-Identifier: Apache-2.0
// What the recorder does with units, buttons and requests: entries, parts and segments, in order.
#pragma once

#include "common/evidence/assignment.hpp"
#include "common/evidence/private_value.hpp"
#include "firmware/capture/capture.hpp"
#include "firmware/recorder/clock_watch.hpp"
#include "firmware/recorder/releaser.hpp"
#include "firmware/recorder/ring.hpp"
#include "firmware/recorder/session.hpp"
#include "firmware/storage/recovery.hpp"
#include "firmware/storage/reserve.hpp"
#include "firmware/storage/room.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace liuhen::recorder {

struct RecorderConfig {
    std::string cardFolder;
    std::string internalFolder;  // for entries that the card does not take; "" for none
    std::string firmware;        // version, for `boot`
    std::vector<crypto::Certificate> recipients;  // evidence and escrow; empty: footage is clear
    std::string wearer;                           // private; "" for none
    std::string place;                            // private; "" for none
    std::vector<std::string> fullMatters;         // to be recorded from beginning to end
    std::string manner = "video";                 // of start(): "video" or "sound"
    std::string bootId;                           // of the machine's boot; "" if it cannot be told
    std::uint64_t reserveBytes = std::uint64_t{4} << 20U;  // room kept on the card; 0 for none
    Ring::Config ring;                  // footage from before the press; length 0 for none
    std::function<void()> askKeyFrame;  // must not block; may be empty
    storage::RoomLimits room = {};
    ReleasePolicy release;
    /// Told of another level of room, on the writer thread; may be empty.
    std::function<void(storage::StorageEvent)> onStorage;
};

/// What an officer said before a pause, BOOTTIME; `from` equals `to` if nothing was asked for.
struct SpokenReason {
    core::Nanoseconds from{};
    core::Nanoseconds to{};
    std::optional<std::uint64_t> speechMs;  // none: not listened for
};

/// What the recorder's clock makes of its assignment.
enum class AssignmentState { None, Early, Valid, Expired };
/// "none", "early", "valid", "expired".
[[nodiscard]] std::string_view name(AssignmentState state);

/// An assignment and the entry that holds it.
struct Assigned {
    evidence::Head entry;
    evidence::Assignment given;  // its names only while this process runs
    evidence::AssignmentMessage content;
};

/// What a self check found, as `GET /v1/device` tells it.
struct CheckResult {
    bool passed = false;
    std::string occasion;             // power_on, taken
    std::vector<std::string> failed;  // camera, microphone, space, battery, clock, keys
    std::int64_t utcUs = 0;
};

/// The heart of the firmware. Single-threaded: all members run on the writer thread.
///
/// What was signed stays: in memory while the card refuses it, and goes out with the next write
/// that works. So do units, up to a bound (docs/recorder.md). Errors that members answer are the
/// card's or the keystore's.
class Recorder {
public:
    /// Recovers the card, begins this process's stretch of the ledger, and goes on with a recording
    /// that was open. `keychain`, `files` and `clock` must outlive the recorder.
    [[nodiscard]] static core::Result<std::unique_ptr<Recorder>> begin(RecorderConfig config,
                                                                       core::Files& files,
                                                                       core::Clock& clock,
                                                                       Keychain& keychain,
                                                                       media::Tracks tracks);

    [[nodiscard]] bool recording() const { return session_ != nullptr; }
    /// The open recording: the seq of its `start`.
    [[nodiscard]] std::optional<std::uint64_t> recordingSeq() const {
        return session_ != nullptr ? std::optional(session_->start) : std::nullopt;
    }
    [[nodiscard]] Ledger& ledger() { return ledger_; }
    [[nodiscard]] Keychain& keychain() { return *keychain_; }
    [[nodiscard]] const RecorderConfig& config() const { return config_; }

    void takeUnit(EncodedUnit unit);
    /// The card was pulled: said at once, and kept on internal storage.
    void takeCardPulled();
    /// A card was put in: the one from before goes on; on another one of this recorder, or an empty
    /// one, a new generation begins, and in it the recording that runs goes on as a new one.
    void takeCardReturned();
    void takeLoss(const capture::SourceLost& lost);
    void takeReturn(Track track);
    /// New parameter sets, told before the first unit made with them: it begins a new segment.
    void takeParameters(Track track, core::Buffer parameters);

    /// Begins a recording in the configured manner; answers its seq. `press` is BOOTTIME. A card or
    /// a keystore that fails does not prevent it. Errors: FailedPrecondition while recording or
    /// after shutdown(), or if no track is there for the manner; ResourceExhausted on a full card.
    [[nodiscard]] core::Result<std::uint64_t> start(std::string_view trigger,
                                                    core::Nanoseconds press);
    /// The same of sound alone: no picture track at all.
    [[nodiscard]] core::Result<std::uint64_t> startSound(std::string_view trigger,
                                                         core::Nanoseconds press);
    /// A whole recording of one part, the photo its only sample; answers its seq. While recording
    /// it cannot be: at most one recording is open (docs/format/ledger.md section 6).
    ///
    /// Errors: as start(); InvalidArgument for a size that cannot be; Unavailable if the card did
    /// not take it (the entries say so).
    [[nodiscard]] core::Result<std::uint64_t> takePhoto(std::string_view trigger,
                                                        core::Nanoseconds press,
                                                        const capture::Photo& photo);
    /// Writes what there is and ends the recording, whatever the card answers. Nothing to do in
    /// standby. `cause`: of an `interruption` entry before the end; "" for none.
    [[nodiscard]] core::Result<void> end(std::string_view reason, std::string_view cause = "");
    /// The officer interrupts: writes what there is; units are dropped until goOn(). Errors:
    /// FailedPrecondition unless recording.
    [[nodiscard]] core::Result<void> pause(const SpokenReason& reason);
    /// Ends a pause; the next picture must be a key frame. Errors: FailedPrecondition if none is
    /// on.
    [[nodiscard]] core::Result<void> goOn();
    [[nodiscard]] bool paused() const { return session_ != nullptr && session_->paused; }
    /// What was said of the last interruption of this recording, BOOTTIME. Errors:
    /// FailedPrecondition if there was none in this process.
    [[nodiscard]] core::Result<void> explain(core::Nanoseconds from, core::Nanoseconds to);
    [[nodiscard]] core::Result<void> mark(std::string_view what, core::Nanoseconds at);
    [[nodiscard]] core::Result<void> statement(std::string_view what,
                                               core::Nanoseconds from,
                                               core::Nanoseconds to);
    /// Ends the chapter; the nonce of the newest docking gives its entry. FailedPrecondition while
    /// recording.
    [[nodiscard]] core::Result<evidence::Entry> dock(core::ByteView nonce);
    /// A `fault` entry: something is not as it should be and the recorder goes on.
    [[nodiscard]] core::Result<void> noteFault(std::string_view what, core::Cbor measurements);
    /// Any entry of a kind that needs no other care, synced unless a part is due within 500 ms. The
    /// caller has seen to it that the body is not too long. After an error of the card the entry is
    /// signed all the same.
    [[nodiscard]] core::Result<evidence::Entry> note(std::string_view kind, core::Cbor body);
    /// Enters a receipt that was verified, synced. AlreadyExists if it was entered before.
    [[nodiscard]] core::Result<evidence::Entry> enterReceipt(const core::Buffer& message);
    /// The dock's time: enters it; if the own clock agrees, entries from now on say that a dock set
    /// it.
    [[nodiscard]] core::Result<evidence::Entry> setClock(std::int64_t utcUs, core::Buffer message);
    /// Checks and enters who wears the recorder (evidence::Assignment, encoded), synced; then a
    /// `handover` if it takes a valid one from another wearer. Names are kept in memory alone.
    /// Errors: DataLoss, Unauthenticated; PermissionDenied for another recorder's; InvalidArgument
    /// for names that are not the signed ones; AlreadyExists if it is the one in force: its names
    /// are taken all the same.
    [[nodiscard]] core::Result<evidence::Entry> takeAssignment(core::ByteView encoded,
                                                               const crypto::Certificate& root);
    /// The newest of the ledger's last two chapters.
    [[nodiscard]] const std::optional<Assigned>& assigned() const { return assigned_; }
    [[nodiscard]] AssignmentState assignmentState() const;
    /// Whether a valid assignment names a matter that must be recorded as a whole.
    [[nodiscard]] bool inFullMatter() const;
    /// Enters that the recorder goes from hand to hand. FailedPrecondition without recipients.
    [[nodiscard]] core::Result<evidence::Entry> handover(std::string_view from,
                                                         std::string_view to);
    /// Enters a self check, synced, and keeps its result.
    [[nodiscard]] core::Result<void> noteCheck(CheckResult result, core::Cbor results);
    /// The last one of this process.
    [[nodiscard]] const std::optional<CheckResult>& lastCheck() const { return lastCheck_; }
    [[nodiscard]] std::int64_t utcUs() const { return clock_->utc().count(); }
    /// How much footage still fits at the configured bit rates. Nothing if they are not known or
    /// the card does not answer.
    [[nodiscard]] std::optional<std::chrono::seconds> remaining();
    /// The level of room that the card has come to, looked at once a second.
    [[nodiscard]] storage::StorageEvent room() const { return room_.level(); }
    /// Ends recording and ledger in order; nothing is written after it.
    [[nodiscard]] core::Result<void> shutdown(std::string_view reason);

    /// Writes parts that are ready, heartbeats and key changes that are due. Call every 50 ms or
    /// so.
    void tick(int batteryPercent, std::uint64_t freeBytes);
    /// Whether the last tick wrote a part of a ring: then the next one is due at once, behind all
    /// that has arrived meanwhile.
    [[nodiscard]] bool flushesRing() const { return wroteRing_; }

private:
    Recorder(RecorderConfig config,
             core::Files& files,
             core::Clock& clock,
             Keychain& keychain,
             media::Tracks tracks);
    [[nodiscard]] core::Result<void> recoverAndBegin();
    [[nodiscard]] core::Result<storage::CardStand> recover();
    void goOnAfterStart(const storage::OpenRecording& open,
                        core::Nanoseconds away,
                        std::unique_ptr<Session> session);
    [[nodiscard]] core::Result<std::unique_ptr<Session>> makeSession(std::uint64_t start,
                                                                     media::Tracks tracks);
    /// What a recording of that manner is made of; nothing for a photo.
    [[nodiscard]] media::Tracks tracksFor(std::string_view manner) const;
    [[nodiscard]] core::Result<std::uint64_t> startAs(std::string_view manner,
                                                      media::Tracks tracks,
                                                      std::string_view trigger,
                                                      core::Nanoseconds press);
    [[nodiscard]] core::Cbor startBody(std::string_view manner,
                                       std::string_view trigger,
                                       core::Nanoseconds press);

    // recorder.cpp: units
    void takeEarly(EncodedUnit unit);
    [[nodiscard]] bool waitedForOther() const;
    void openBuilder();
    void makeBuilder(core::Nanoseconds zero);
    void addUnit(EncodedUnit unit);
    void interrupt(Track track, std::string_view cause, core::Cbor measurements);
    void noteResume(Track track);
    void noteLost();
    [[nodiscard]] core::Cbor lastMeasured() const;
    [[nodiscard]] core::Cbor interruption(core::Cbor tracks,
                                          std::string_view cause,
                                          core::Cbor measurements,
                                          std::string_view declaredBy = "recorder") const;
    [[nodiscard]] core::Cbor lossOf(const capture::SourceLost& lost) const;
    [[nodiscard]] core::Cbor trackIds() const;
    /// Whether the recording has such a track.
    [[nodiscard]] bool records(Track track) const;

    // pause.cpp
    void queueExplanation(core::Nanoseconds from, core::Nanoseconds to);

    // outbox.cpp: from parts to the card
    void queue(Item item);
    void queue(std::vector<Part> parts);
    void writeReady();
    void writeOut();
    [[nodiscard]] bool cardAnswers();
    [[nodiscard]] bool write(Item& item);
    [[nodiscard]] bool writePart(const Part& part);
    [[nodiscard]] core::Result<void> rotate(const Part& part);
    void backOff();
    void giveUpOldest();
    void noteDropped(const Dropped& dropped);
    void noteLate(core::Nanoseconds oldest);
    void writeLast(std::string_view cause);
    void endSegment();
    void mendSegments();

    // timekeeping.cpp
    void judgeClock(const storage::CardStand& stand);
    void watchClock();
    void noteJump(const ClockJump& jump);
    void noteJumpAtStart();
    // ring_flush.cpp: from the ring to the card
    void openRing(core::Nanoseconds press);
    void replayRing(EncodedUnit unit);
    void noteRingGap(Track track, core::Cbor measurements);
    [[nodiscard]] bool pictureExpected() const;
    void watchForKey(EncodedUnit& unit);
    [[nodiscard]] bool goesToRing(const Part& part);
    void closeRing();
    void endOfRingPhase();
    void tellSeam(const std::vector<std::uint64_t>& due);
    [[nodiscard]] bool ringHasMore(std::uint64_t track, std::size_t from) const;
    [[nodiscard]] bool mayWriteRing();
    [[nodiscard]] bool writeRing();
    [[nodiscard]] bool writeRingPart(const Part& part);
    [[nodiscard]] core::Result<void> rotateRing(bool decodes);
    void ringFailed(const PartOutcome& outcome);
    [[nodiscard]] bool dropToKey();
    void giveUpRing(std::string_view why);
    void noteRingDropped(const Dropped& dropped);
    void finishRing();
    void writeRingLast();
    void leaveSegment(std::unique_ptr<SegmentWriter> segment);

    // card_change.cpp
    void keepCard();
    [[nodiscard]] core::Result<void> changeCard();
    void carryOver(std::unique_ptr<Session> session, std::uint64_t generation);

    // room.cpp: what the card still takes
    [[nodiscard]] std::optional<std::uint64_t> freeOnCard();
    void noteRoom();
    void noteCard();

    // assignment.cpp
    void recallAssignment(const std::optional<evidence::Entry>& entry);
    void describeWearer(core::Cbor& start);

    // entries.cpp: standby and upkeep
    [[nodiscard]] core::Result<void> checkOpen() const;
    void keepRoom();
    void keepKeys();
    void noteKeystore();

    RecorderConfig config_;
    core::Files* files_;
    core::Clock* clock_;
    Keychain* keychain_;
    media::Tracks tracks_;
    Ledger ledger_;
    storage::Reserve reserve_;
    ClockWatch clockWatch_;
    std::optional<ClockJump> jumpAtStart_;
    storage::Room room_;
    Releaser releaser_;
    std::optional<evidence::NamesKey> names_;
    Ring ring_;
    std::optional<Assigned> assigned_;
    std::optional<CheckResult> lastCheck_;
    std::unique_ptr<Session> session_;
    std::map<Track, capture::SourceLost> lost_;
    std::vector<std::unique_ptr<SegmentWriter>> dirty_;  // ended, with bytes still to be cut off
    std::optional<std::set<core::Digest>> receipts_;     // hashes of those entered, once asked for
    std::uint64_t partsWritten_ = 0;                     // since this process began
    core::Nanoseconds lastHeartbeat_{};
    core::Nanoseconds keysRetryAt_{};
    core::Nanoseconds roomRetryAt_{};
    int batteryPercent_ = 100;
    core::Nanoseconds roomDue_{};
    bool keystoreNoted_ = false;
    bool wroteRing_ = false;
    bool cardNoted_ = false;
    bool cardCame_ = false;  // a card that has not been looked at yet
    core::Nanoseconds cardDue_{};
    bool closed_ = false;
};

}  // namespace liuhen::recorder
