// SPDX-License-Identifier: Apache-2.0
// The steps of an intake in their order.
#include "dock/ingest/intake.hpp"

#include "common/core/log.hpp"
#include "dock/ingest/footage_intake.hpp"
#include "dock/ingest/ledger_intake.hpp"
#include "dock/ingest/witness_step.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;
using core::fail;

namespace {

/// Kept free of the scratch file: twice what the vault keeps for itself.
constexpr std::uint64_t kSpoolReserveBytes = std::uint64_t{64} << 20U;

std::int64_t nowUs() {
    return core::SystemClock().utc().count();
}

/// Gives a claimed device back.
class Claim {
public:
    Claim(Claims& claims, std::string device) : claims_(claims), device_(std::move(device)) {}
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim() { claims_.release(device_); }

private:
    Claims& claims_;
    std::string device_;
};

bool isQuarantined(const ObjectOutcome& object) {
    return object.state == ObjectState::Quarantined;
}
bool isWaiting(const ObjectOutcome& object) {
    return object.state == ObjectState::Waiting;
}
bool isForked(const ObjectOutcome& object) {
    return object.state == ObjectState::Forked;
}
bool isBad(const ObjectOutcome& object) {
    return !object.good() || !object.delivered;
}

/// Whether an error is of what one ledger holds, so that the rest can still be taken in.
bool isOfLedger(ErrorKind kind) {
    return kind == ErrorKind::DataLoss || kind == ErrorKind::NotFound ||
           kind == ErrorKind::InvalidArgument || kind == ErrorKind::FailedPrecondition ||
           kind == ErrorKind::PermissionDenied || kind == ErrorKind::Unimplemented;
}

/// The first object that is not as it should be, in words.
std::string reasonOf(const Outcome& outcome, bool (*wanted)(const ObjectOutcome&)) {
    const auto found = std::find_if(outcome.objects.begin(), outcome.objects.end(), wanted);
    if (found == outcome.objects.end()) {
        return "";
    }
    const std::string what = found->reason.empty() ? "verdict " + found->verdict : found->reason;
    return vault::describe(found->place) + ": " + what;
}

}  // namespace

bool Claims::take(const std::string& device) {
    const std::scoped_lock guard(mutex_);
    return devices_.insert(device).second;
}

void Claims::release(const std::string& device) {
    const std::scoped_lock guard(mutex_);
    devices_.erase(device);
}

Outcome Intake::run() {
    Outcome outcome;
    outcome.bay = bay_.name;
    outcome.startUs = nowUs();
    progress_.reset();
    const auto flow = connectAndTake(outcome);
    outcome.endUs = nowUs();
    conclude(outcome, flow);
    const bool nobody = outcome.device.empty() && !outcome.refusedPeer;
    progress_.enter(nobody ? Phase::Empty : outcome.end, outcome.reason);
    return outcome;
}

Result<Flow> Intake::connectAndTake(Outcome& outcome) {
    VaultFeed feed(
        {parts_.vaultSocket, parts_.identity.root, parts_.patience}, parts_.stop, progress_);
    auto link = RecorderLink::connect(bay_.endpoint, parts_.identity, parts_.limits);
    if (!link) {
        progress_.enter(Phase::Empty);
        outcome.refusedPeer = link.error().kind == ErrorKind::Unauthenticated;
        if (outcome.refusedPeer) {
            incidents_.note(feed,
                            "tls.refused",
                            "",
                            fmt::format("bay {}: {}", bay_.name, link.error().message));
        }
        return tl::make_unexpected(std::move(link).error());
    }
    outcome.device = (*link)->device();
    progress_.setDevice(outcome.device);
    progress_.enter(Phase::Connecting);
    if (!parts_.claims.take(outcome.device)) {
        return fail(ErrorKind::AlreadyExists,
                    fmt::format("take in {}: another bay is at it", outcome.device));
    }
    const Claim claim(parts_.claims, outcome.device);
    LIUHEN_TRY(vault::Client * vault, feed.client());
    static_cast<void>(vault);
    Session session{**link, feed, parts_.catalogue, progress_, parts_.stop, incidents_, outcome};
    auto flow = take(session);
    if (!flow && flow.error().kind == ErrorKind::Unauthenticated) {
        // In TLS 1.3 the other side's refusal of our certificate comes with the first answer.
        outcome.refusedPeer = true;
        incidents_.note(feed,
                        "tls.refused",
                        outcome.device,
                        fmt::format("bay {}: {}", bay_.name, flow.error().message));
    }
    return flow;
}

Result<Flow> Intake::take(Session& session) {
    LIUHEN_TRY(const DeviceState state, session.link.state());
    session.outcome.boot = state.boot;
    if (state.recording) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("take in {}: it is still recording; end the recording first",
                                session.device()));
    }
    progress_.enter(Phase::Witnessing);
    LIUHEN_TRY(const Witnessed before, showCheckpoint(session, state));
    if (before == Witnessed::Refused) {
        return Flow::End;
    }
    LIUHEN_CHECK(session.deliverEarlier());
    Later later;
    LIUHEN_TRY(const Flow ledgers, takeLedgers(session, state, later));
    if (ledgers == Flow::End) {
        return ledgers;
    }
    progress_.enter(Phase::Footage);
    FootageIntake footage(session, parts_.patience);
    LIUHEN_TRY(const Flow segments, footage.run(state.generations));
    if (segments == Flow::End) {
        return segments;
    }
    LIUHEN_CHECK(session.deliverSecond(state.generations));
    // Once more, so that the recorder holds a checkpoint that covers what was just taken in.
    LIUHEN_TRY(const DeviceState after, session.link.state());
    LIUHEN_TRY(const Witnessed last, showCheckpoint(session, after));
    if (last == Witnessed::Refused) {
        return Flow::End;
    }
    if (later) {
        return tl::make_unexpected(*std::move(later));
    }
    if (!session.outcome.waiting) {  // else it goes on, and needs no other docking for that
        NonceStore nonces(parts_.files, parts_.nonceFolder);
        LIUHEN_CHECK(nonces.finish(session.device()));
    }
    return Flow::GoOn;
}

Result<Flow> Intake::takeLedgers(Session& session, const DeviceState& state, Later& later) {
    NonceStore nonces(parts_.files, parts_.nonceFolder);
    LIUHEN_TRY(NonceStore::Nonce nonce, nonces.take(session.device()));
    for (;;) {
        LIUHEN_TRY(const evidence::Head docking, dock(session, nonce));
        Pass pass;
        LIUHEN_TRY(const Flow flow, passLedgers(session, state.generations, docking, pass));
        later = std::move(pass.later);
        // A nonce of an earlier try gives an earlier docking; what was recorded since needs
        // another.
        if (flow == Flow::End || !nonce.reused || !pass.tailMatters) {
            return flow;
        }
        LIUHEN_TRY(nonce, nonces.renew(session.device()));
    }
}

Result<evidence::Head> Intake::dock(Session& session, const NonceStore::Nonce& nonce) {
    progress_.enter(Phase::Docking);
    LIUHEN_TRY(const evidence::Entry docking, session.link.dock(nonce.bytes));
    evidence::ClockMessage clock;
    clock.certificate = parts_.dockCertificate;
    clock.device = session.device();
    clock.docking = docking.hash;
    clock.utcUs = nowUs();
    LIUHEN_CHECK(session.link.setClock(clock.sign(parts_.dockKey)));
    return docking.head();
}

Result<Flow> Intake::passLedgers(Session& session,
                                 const std::vector<std::uint64_t>& generations,
                                 const evidence::Head& docking,
                                 Pass& pass) {
    progress_.enter(Phase::Ledger);
    LIUHEN_TRY(Spool spool,
               Spool::create(parts_.files,
                             core::joinPath(parts_.spoolFolder, bay_.name + ".cbor"),
                             kSpoolReserveBytes));
    for (const std::uint64_t generation : generations) {
        LedgerIntake ledger(session, spool, generation);
        const auto flow = ledger.run();
        if (!flow && !isOfLedger(flow.error().kind)) {
            return flow;
        }
        if (!flow) {
            core::log(core::LogLevel::Error, "ingest", flow.error().message);
            pass.later = pass.later ? std::move(pass.later) : flow.error();
            continue;
        }
        if (*flow == Flow::End) {
            return flow;
        }
        if (generation == docking.generation) {
            pass.tailMatters = ledger.tailMatters();
        }
    }
    if (!pass.later) {
        if (auto ended = checkEnd(session, docking); !ended && isOfLedger(ended.error().kind)) {
            pass.later = std::move(ended).error();
        } else if (!ended) {
            return tl::make_unexpected(std::move(ended).error());
        }
    }
    return Flow::GoOn;
}

/// Whether the docking came that was just signed, unless it is known what it waits for.
Result<void> Intake::checkEnd(Session& session, const evidence::Head& docking) {
    const bool held = std::any_of(
        session.outcome.objects.begin(),
        session.outcome.objects.end(),
        [](const ObjectOutcome& object) { return isQuarantined(object) || isWaiting(object); });
    if (held) {
        return {};
    }
    LIUHEN_TRY(vault::Client * vault, session.feed.client());
    LIUHEN_TRY(const vault::Held stored, vault->held(session.device(), docking.generation));
    return stored.next > docking.seq
               ? Result<void>()
               : Result<void>(fail(
                     ErrorKind::DataLoss,
                     fmt::format("read the ledger of {}: it ends before the docking {} that was "
                                 "just signed",
                                 session.device(),
                                 docking.seq)));
}

void Intake::conclude(Outcome& outcome, const Result<Flow>& flow) {
    const auto any = [&](bool (*wanted)(const ObjectOutcome&)) {
        return std::any_of(outcome.objects.begin(), outcome.objects.end(), wanted);
    };
    if (!flow) {
        const ErrorKind kind = flow.error().kind;
        outcome.transient = kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded;
        outcome.noRoom = kind == ErrorKind::ResourceExhausted;
        outcome.reason = flow.error().message;
        outcome.end = any(isQuarantined) ? Phase::Quarantined : Phase::Failed;
    } else if (*flow == Flow::End) {
        outcome.end = Phase::Forked;
        if (outcome.reason.empty()) {
            outcome.reason = reasonOf(outcome, isForked);
        }
    } else if (any(isQuarantined)) {
        outcome.end = Phase::Quarantined;
        outcome.reason = reasonOf(outcome, isQuarantined);
    } else if (outcome.waiting) {
        outcome.end = Phase::Waiting;
        outcome.reason = reasonOf(outcome, isWaiting);
    } else if (!outcome.allGood) {
        outcome.end = Phase::Flawed;
        outcome.reason = reasonOf(outcome, isBad);
    } else {
        outcome.end = Phase::Done;
    }
}

}  // namespace liuhen::ingest
