// SPDX-License-Identifier: Apache-2.0
// A recording that its officer interrupts, and what is said of interruptions.
#include "firmware/recorder/recorder.hpp"

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Nanoseconds;
using core::Result;

Result<void> Recorder::pause(const SpokenReason& reason) {
    LIUHEN_CHECK(checkOpen());
    if (session_ == nullptr || session_->paused) {
        return core::fail(ErrorKind::FailedPrecondition, "pause: not recording");
    }
    Session& session = *session_;
    openBuilder();
    if (session.builder) {
        queue(session.builder->finishAll());
    }
    closeRing();
    queue(Note{"interruption", interruption(trackIds(), "pause", Cbor::map({}), "officer")});
    session.paused = true;
    if (reason.to > reason.from && reason.speechMs.value_or(0) > 0) {
        queueExplanation(reason.from, reason.to);
    }
    session.early.clear();
    writeOut();
    return ledger_.sync();
}

Result<void> Recorder::goOn() {
    LIUHEN_CHECK(checkOpen());
    if (!paused()) {
        return core::fail(ErrorKind::FailedPrecondition, "go on: no pause is on");
    }
    session_->paused = false;
    queue(Note{"resume", Cbor::map({{"recording", session_->start}, {"tracks", trackIds()}})});
    noteLost();
    return ledger_.sync();
}

Result<void> Recorder::explain(Nanoseconds from, Nanoseconds to) {
    LIUHEN_CHECK(checkOpen());
    if (session_ == nullptr || !session_->interruption) {
        return core::fail(ErrorKind::FailedPrecondition, "explain: nothing was interrupted");
    }
    queueExplanation(from, to);
    writeOut();
    return {};
}

/// Its `entry` is set as it is written: the interruption may have to wait before it.
void Recorder::queueExplanation(Nanoseconds from, Nanoseconds to) {
    queue(Note{"explanation",
               Cbor::map({{"recording", session_->start},
                          {"manner", "spoken"},
                          {"from", from.count()},
                          {"to", to.count()}})});
}

}  // namespace liuhen::recorder
