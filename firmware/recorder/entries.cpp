// SPDX-License-Identifier: Apache-2.0
// Entries that are no footage, and what is due from time to time.
#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "firmware/recorder/recorder.hpp"
#include "firmware/storage/entry_scan.hpp"

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

namespace {

constexpr Nanoseconds kEpochRecording = std::chrono::seconds(55);
constexpr Nanoseconds kEpochStandby = std::chrono::seconds(290);
constexpr Nanoseconds kHeartbeat = std::chrono::seconds(60);
constexpr Nanoseconds kKeysRetry = std::chrono::seconds(5);
constexpr Nanoseconds kRoomRetry = std::chrono::seconds(10);
/// Receipts come with the docking that they are for, or with the next one.
constexpr std::size_t kReceiptChapters = 2;

}  // namespace

Result<void> Recorder::checkOpen() const {
    if (closed_) {
        return core::fail(ErrorKind::FailedPrecondition, "the recorder is switching off");
    }
    return {};
}

Result<void> Recorder::mark(std::string_view what, Nanoseconds at) {
    if (session_ == nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "mark: not recording");
    }
    LIUHEN_CHECK(note(
        "mark", Cbor::map({{"recording", session_->start}, {"what", what}, {"at", at.count()}})));
    return {};
}

Result<void> Recorder::statement(std::string_view what, Nanoseconds from, Nanoseconds to) {
    if (session_ == nullptr) {
        return core::fail(ErrorKind::FailedPrecondition, "statement: not recording");
    }
    LIUHEN_CHECK(note("statement",
                      Cbor::map({{"recording", session_->start},
                                 {"what", what},
                                 {"from", from.count()},
                                 {"to", to.count()},
                                 {"asked", 0},
                                 {"speech_ms", nullptr},
                                 {"result", "declared"}})));
    return {};
}

Result<void> Recorder::noteFault(std::string_view what, Cbor measurements) {
    LIUHEN_CHECK(
        note("fault", Cbor::map({{"what", what}, {"measurements", std::move(measurements)}})));
    return {};
}

Result<evidence::Entry> Recorder::note(std::string_view kind, Cbor body) {
    LIUHEN_CHECK(checkOpen());
    evidence::Entry entry = ledger_.append(kind, std::move(body));
    if (session_ == nullptr || !session_->builder) {
        LIUHEN_CHECK(ledger_.sync());
    }
    return entry;
}

Result<void> Recorder::noteCheck(CheckResult result, Cbor results) {
    Cbor body = Cbor::map({{"passed", result.passed}, {"occasion", result.occasion}});
    body.set("results", std::move(results));
    lastCheck_ = std::move(result);
    LIUHEN_CHECK(note("selfcheck", std::move(body)));
    return {};
}

Result<evidence::Entry> Recorder::enterReceipt(const core::Buffer& message) {
    LIUHEN_CHECK(checkOpen());
    if (!receipts_) {
        LIUHEN_CHECK(ledger_.sync());
        std::set<core::Digest> found;
        const auto scanned = ledger_.reader().scanLast(
            ledger_.head().generation, kReceiptChapters, [&found](core::ByteView bytes) {
                const auto entry = storage::mayBeOfKind(bytes, "receipt")
                                       ? evidence::parseEntry(bytes)
                                       : Result<evidence::Entry>(evidence::Entry());
                const Cbor* held = entry ? entry->body.find("message") : nullptr;
                if (held != nullptr && held->bytes() != nullptr) {
                    found.insert(crypto::sha256(*held->bytes()));
                }
            });
        if (!scanned) {
            core::log(core::LogLevel::Warning, "recorder", scanned.error().message);
        }
        receipts_ = std::move(found);
    }
    if (!receipts_->insert(crypto::sha256(message)).second) {
        LIUHEN_CHECK(ledger_.sync());
        return core::fail(ErrorKind::AlreadyExists, "take receipt: it was entered before");
    }
    evidence::Entry entry = ledger_.append("receipt", Cbor::map({{"message", message}}));
    LIUHEN_CHECK(ledger_.sync());
    return entry;
}

Result<evidence::Entry> Recorder::dock(core::ByteView nonce) {
    LIUHEN_CHECK(checkOpen());
    if (const auto held = ledger_.dockingOver(nonce)) {
        LIUHEN_CHECK(ledger_.syncAndSettle());
        return *held;
    }
    if (session_ != nullptr) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "dock: still recording; hold REC for two seconds to end first");
    }
    mendSegments();
    // What is not mended by now is the next start's: a part.lost stands in the part's chapter.
    dirty_.clear();
    auto docked = ledger_.dock(nonce);
    noteKeystore();
    return docked;
}

Result<void> Recorder::shutdown(std::string_view reason) {
    LIUHEN_CHECK(checkOpen());
    (void)end("shutdown");  // what the card refuses, the last sync tries once more
    mendSegments();
    ledger_.appendAsHead("shutdown", Cbor::map({{"reason", reason}}));
    closed_ = true;
    return ledger_.syncAndSettle();
}

void Recorder::tick(int batteryPercent, std::uint64_t freeBytes) {
    if (closed_) {
        return;
    }
    batteryPercent_ = batteryPercent;
    if (session_ != nullptr) {
        if (waitedForOther()) {
            openBuilder();
        }
        writeReady();
    }
    watchClock();
    wroteRing_ = mayWriteRing() && writeRing();
    ledger_.upkeep();
    keepKeys();
    keepRoom();
    keepCard();
    noteCard();
    noteRoom();
    if (room_.wantsRelease() && releaser_.step()) {
        roomDue_ = {};
    }
    noteKeystore();
    const Nanoseconds now = clock_->boottime();
    if (session_ == nullptr && now - lastHeartbeat_ >= kHeartbeat) {
        lastHeartbeat_ = now;
        ledger_.appendAsHead("heartbeat",
                             Cbor::map({{"state", "standby"},
                                        {"battery", batteryPercent},
                                        {"free_bytes", freeBytes},
                                        {"boot_id", config_.bootId},
                                        {"assigned", name(assignmentState())}}));
        (void)ledger_.sync();  // told by trouble()
    }
}

void Recorder::keepKeys() {
    const Nanoseconds now = clock_->boottime();
    const Nanoseconds limit = session_ != nullptr ? kEpochRecording : kEpochStandby;
    if (now - ledger_.epochBegan() < limit || now < keysRetryAt_) {
        return;
    }
    if (const auto changed = ledger_.changeEpoch(); !changed) {
        keysRetryAt_ = now + kKeysRetry;
        core::log(core::LogLevel::Error, "recorder", "change keys: " + changed.error().message);
    }
}

/// On a full card gives the reserve up and ends the recording in it; makes it anew when it fits.
void Recorder::keepRoom() {
    const auto& trouble = ledger_.trouble();
    const bool full = trouble && trouble->kind == ErrorKind::ResourceExhausted;
    if (full && reserve_.isThere() && reserve_.release()) {
        (void)ledger_.sync();  // told by trouble()
    }
    if (session_ != nullptr) {
        if (full || session_->noRoom) {
            core::log(core::LogLevel::Error, "recorder", "the card is full: recording ends");
            (void)end("storage", "storage_full");
            roomDue_ = {};
        }
        return;
    }
    const Nanoseconds now = clock_->boottime();
    if (!reserve_.isThere() && now >= roomRetryAt_) {
        roomRetryAt_ = now + kRoomRetry;
        (void)reserve_.make();  // start() tells
    }
}

void Recorder::noteKeystore() {
    const auto& trouble = ledger_.keystoreTrouble();
    if (trouble && !keystoreNoted_) {
        ledger_.append(
            "fault",
            Cbor::map({{"what", "keystore"},
                       {"measurements", Cbor::map({{"error", core::name(trouble->kind)}})}}));
    }
    keystoreNoted_ = trouble.has_value();
}

}  // namespace liuhen::recorder
