// SPDX-License-Identifier: Apache-2.0
// What the ledger says of the clock: how good it is, when it jumps, what a dock's clock shows.
#include "common/core/log.hpp"
#include "firmware/recorder/recorder.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace liuhen::recorder {

using core::Cbor;
using core::Result;
using evidence::UtcSource;

namespace {

constexpr std::int64_t kClockAgreesUs = 1'000'000;
constexpr std::int64_t kUsPerMs = 1'000;

}  // namespace

Result<evidence::Entry> Recorder::setClock(std::int64_t utcUs, core::Buffer message) {
    LIUHEN_CHECK(checkOpen());
    // Only a clock that agrees counts as set: a wrong one is never silently corrected.
    if (std::abs(utcUs - clock_->utc().count()) < kClockAgreesUs) {
        ledger_.setClockQuality(ClockQuality{evidence::UtcSource::Dock, clock_->boottime()});
    }
    evidence::Entry entry =
        ledger_.append("clock",
                       Cbor::map({{"before", clock_->utc().count()},
                                  {"after", utcUs},
                                  {"source", static_cast<int>(evidence::UtcSource::Dock)},
                                  {"message", std::move(message)}}));
    LIUHEN_CHECK(ledger_.sync());
    return entry;
}

/// Before the first entry is signed: it says how good its own time is.
void Recorder::judgeClock(const storage::CardStand& stand) {
    const ClockWatch::Start start = clockWatch_.begin(stand.ledger.last, config_.bootId);
    ledger_.setClockQuality(start.quality);
    jumpAtStart_ = start.jump;
}

void Recorder::noteJumpAtStart() {
    if (jumpAtStart_) {
        noteJump(*jumpAtStart_);
        jumpAtStart_.reset();
    }
}

void Recorder::watchClock() {
    if (const auto jump = clockWatch_.look()) {
        noteJump(*jump);
    }
}

/// Who moved the clock is not known: from here on its time has no source, until a dock's agrees.
void Recorder::noteJump(const ClockJump& jump) {
    core::log(core::LogLevel::Warning,
              "recorder",
              fmt::format("UTC jumped by {} ms", (jump.afterUs - jump.beforeUs) / kUsPerMs));
    ledger_.setClockQuality(ClockQuality{UtcSource::None, std::nullopt});
    ledger_.append("clock",
                   Cbor::map({{"before", jump.beforeUs},
                              {"after", jump.afterUs},
                              {"source", static_cast<int>(UtcSource::None)},
                              {"message", nullptr},
                              {"found", jump.found}}));
}

}  // namespace liuhen::recorder
