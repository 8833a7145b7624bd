// SPDX-License-Identifier: Apache-2.0
// What the recorder does with units, buttons and requests: entries, parts and segments, in order.
#pragma once

#include "common/evidence/assignment.hpp"
#include "common/evidence/private_value.hpp"
#include "firmware/capture/capture.hpp"
#include "firmware/recorder/clock_watch.hpp"
#include "firmware/recorder/part_builder.hpp"
#include "firmware/storage/recovery.hpp"
#include "firmware/storage/reserve.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace liuhen::recorder {

struct RecorderConfig {
    std::string cardFolder;
    std::string firmware;                         // version, for `boot`
    std::vector<crypto::Certificate> recipients;  // evidence and escrow; empty: footage is clear
    std::string wearer;                           // private; "" for none
    std::string place;                            // private; "" for none
    std::string manner = "video";
    std::string bootId;  // of the machine's boot; "" if it cannot be told
    std::uint64_t reserveBytes = std::uint64_t{4} << 20U;  // room kept on the card; 0 for none
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
    [[nodiscard]] Ledger& ledger() { return ledger_; }
    [[nodiscard]] Keychain& keychain() { return *keychain_; }
    [[nodiscard]] const RecorderConfig& config() const { return config_; }

    void takeUnit(EncodedUnit unit);
    void takeLoss(const capture::SourceLost& lost);
    void takeReturn(Track track);
    /// New parameter sets, told before the first unit made with them: it begins a new segment.
    void takeParameters(Track track, core::Buffer parameters);

    /// Begins a recording; answers its seq. `press` is BOOTTIME. A card or a keystore that fails
    /// does not prevent it. Errors: FailedPrecondition while recording or after shutdown();
    /// ResourceExhausted on a full card.
    [[nodiscard]] core::Result<std::uint64_t> start(std::string_view trigger,
                                                    core::Nanoseconds press);
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
    /// Enters that the recorder goes from hand to hand. FailedPrecondition without recipients.
    [[nodiscard]] core::Result<evidence::Entry> handover(std::string_view from,
                                                         std::string_view to);
    /// Enters a self check, synced, and keeps its result.
    [[nodiscard]] core::Result<void> noteCheck(CheckResult result, core::Cbor results);
    /// The last one of this process.
    [[nodiscard]] const std::optional<CheckResult>& lastCheck() const { return lastCheck_; }
    [[nodiscard]] std::int64_t utcUs() const { return clock_->utc().count(); }
    /// Ends recording and ledger in order; nothing is written after it.
    [[nodiscard]] core::Result<void> shutdown(std::string_view reason);

    /// Writes parts that are ready, heartbeats and key changes that are due. Call every 50 ms or
    /// so.
    void tick(int batteryPercent, std::uint64_t freeBytes);

private:
    /// An entry that must stand behind the parts before it.
    struct Note {
        std::string kind;
        core::Cbor body;
    };
    /// Footage that had to be given up.
    struct Dropped {
        core::Nanoseconds length{};
        std::string_view why;
    };
    /// What is to be written, in order. Tracks: what segments from here on are made of.
    using Item = std::variant<Part, Note, Dropped, media::Tracks>;

    struct Session {
        std::uint64_t start = 0;
        std::uint64_t segments = 0;
        core::Nanoseconds zero{};
        std::optional<Locking> locking;
        std::vector<EncodedUnit> early;  // before it is known which track began first
        core::Nanoseconds earlySince{};
        std::optional<PartBuilder> builder;
        std::deque<Item> outbox;
        std::uint64_t outboxBytes = 0;
        media::Tracks tracks;
        std::unique_ptr<SegmentWriter> segment;
        core::Nanoseconds segmentBegan{};
        bool newSegmentNow = false;    // after a lost part: without waiting for a key frame
        bool newSegmentAtKey = false;  // after new parameter sets or a source's return
        bool noRoom = false;           // the card is full: end
        bool paused = false;           // by the officer
        std::optional<std::uint64_t> interruption;  // the last one's seq, once it is written
        int failures = 0;                           // in a row
        core::Nanoseconds retryAt{};
        std::map<std::uint64_t, std::uint64_t> ends;
    };

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
    [[nodiscard]] core::Result<std::unique_ptr<Session>> makeSession(std::uint64_t start);

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
    std::optional<evidence::NamesKey> names_;
    std::optional<Assigned> assigned_;
    std::optional<CheckResult> lastCheck_;
    std::unique_ptr<Session> session_;
    std::map<Track, capture::SourceLost> lost_;
    std::vector<std::unique_ptr<SegmentWriter>> dirty_;  // ended, with bytes still to be cut off
    std::optional<std::set<core::Digest>> receipts_;     // hashes of those entered, once asked for
    core::Nanoseconds lastHeartbeat_{};
    core::Nanoseconds keysRetryAt_{};
    core::Nanoseconds roomRetryAt_{};
    int batteryPercent_ = 100;
    bool keystoreNoted_ = false;
    bool closed_ = false;
};

}  // namespace liuhen::recorder
