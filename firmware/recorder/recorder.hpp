// SPDX-License-Identifier: Apache-2.0
// What the recorder does with units, buttons and requests: entries, parts and segments, in order.
#pragma once

#include "common/evidence/private_value.hpp"
#include "firmware/capture/capture.hpp"
#include "firmware/recorder/part_builder.hpp"
#include "firmware/storage/recovery.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::recorder {

struct RecorderConfig {
    std::string cardFolder;
    std::string firmware;                         // version, for `boot`
    std::vector<crypto::Certificate> recipients;  // evidence and escrow; empty: footage is clear
    std::string wearer;                           // private; "" for none
    std::string place;                            // private; "" for none
    std::string manner = "video";
};

/// The heart of the firmware. Single-threaded: all members run on the writer thread.
///
/// Errors that members answer are the card's or the keystore's; what was signed stays in memory and
/// goes out with the next write that works.
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
    /// New parameter sets: the next part begins a new segment.
    void takeParameters(Track track, core::Buffer parameters);

    /// Begins a recording; answers its seq. `press` is BOOTTIME. FailedPrecondition while
    /// recording.
    [[nodiscard]] core::Result<std::uint64_t> start(std::string_view trigger,
                                                    core::Nanoseconds press);
    /// Writes what there is and ends the recording. Nothing to do in standby.
    [[nodiscard]] core::Result<void> end(std::string_view reason);
    [[nodiscard]] core::Result<void> mark(std::string_view what, core::Nanoseconds at);
    [[nodiscard]] core::Result<void> statement(std::string_view what,
                                               core::Nanoseconds from,
                                               core::Nanoseconds to);
    /// Ends the chapter; the same nonce gives the same entry. FailedPrecondition while recording.
    [[nodiscard]] core::Result<evidence::Entry> dock(core::ByteView nonce);
    /// Any entry of a kind that needs no other care, synced unless a part is due within 500 ms.
    [[nodiscard]] core::Result<evidence::Entry> note(std::string_view kind, core::Cbor body);
    /// The dock's time: enters it; if the own clock agrees, entries from now on say that a dock set
    /// it.
    [[nodiscard]] core::Result<evidence::Entry> setClock(std::int64_t utcUs, core::Buffer message);
    [[nodiscard]] std::int64_t utcUs() const { return clock_->utc().count(); }
    /// Ends recording and ledger in order; the last thing that is asked of a recorder.
    [[nodiscard]] core::Result<void> shutdown(std::string_view reason);

    /// Writes parts that are ready, heartbeats and key changes that are due. Call every 50 ms or
    /// so.
    void tick(int batteryPercent, std::uint64_t freeBytes);

private:
    struct Session {
        std::uint64_t start = 0;
        std::uint64_t segments = 0;
        core::Nanoseconds zero{};
        std::optional<Locking> locking;
        std::optional<PartBuilder> builder;
        std::unique_ptr<SegmentWriter> segment;
        core::Nanoseconds segmentBegan{};
        bool newSegmentNow = false;       // after a write error: without waiting for a key frame
        bool newSegmentAtKey = false;     // after new parameter sets
        std::vector<std::uint64_t> lost;  // tracks
        std::map<std::uint64_t, std::uint64_t> ends;
    };

    Recorder(RecorderConfig config,
             core::Files& files,
             core::Clock& clock,
             Keychain& keychain,
             media::Tracks tracks);
    [[nodiscard]] core::Result<void> recoverAndBegin();
    [[nodiscard]] core::Result<void> resume(const storage::OpenRecording& open);
    [[nodiscard]] core::Result<std::unique_ptr<Session>> makeSession(std::uint64_t start);
    void makeBuilder(core::Nanoseconds zero);
    void writeReady();
    void writePart(Part part);
    [[nodiscard]] core::Result<void> rotate(const Part& part);
    void noteLate(core::Nanoseconds oldest);
    void interrupt(Track track, std::string_view cause, core::Cbor measurements);
    [[nodiscard]] std::vector<std::uint64_t> trackIds() const;

    RecorderConfig config_;
    core::Files* files_;
    core::Clock* clock_;
    Keychain* keychain_;
    media::Tracks tracks_;
    Ledger ledger_;
    std::optional<evidence::NamesKey> names_;
    std::unique_ptr<Session> session_;
    core::Nanoseconds lastHeartbeat_{};
    core::Nanoseconds lastSyncTry_{};
};

}  // namespace liuhen::recorder
