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

constexpr std::size_t kDetailBytes = 4000;

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
bool isForked(const ObjectOutcome& object) {
    return object.state == ObjectState::Forked;
}
bool isBad(const ObjectOutcome& object) {
    return !object.good() || !object.delivered;
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
    progress_.enter(outcome.end, outcome.reason);
    if (!outcome.device.empty()) {
        const auto noted = parts_.catalogue.addRun({outcome.bay,
                                                    outcome.device,
                                                    outcome.startUs,
                                                    outcome.endUs,
                                                    std::string(name(outcome.end)),
                                                    outcome.reason,
                                                    outcome.chapters,
                                                    outcome.segments,
                                                    outcome.footageBytes});
        if (!noted) {
            core::log(core::LogLevel::Error, "ingest", noted.error().message);
        }
    }
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
            noteRefusedPeer(feed, link.error());
        }
        return tl::make_unexpected(std::move(link).error());
    }
    lastRefusal_.clear();
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
    Session session{**link, feed, parts_.catalogue, progress_, parts_.stop, outcome};
    auto flow = take(session);
    if (!flow && flow.error().kind == ErrorKind::Unauthenticated) {
        // In TLS 1.3 the other side's refusal of our certificate comes with the first answer.
        outcome.refusedPeer = true;
        noteRefusedPeer(feed, flow.error());
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
    LIUHEN_TRY(const Flow ledgers, takeLedgers(session, state));
    if (ledgers == Flow::End) {
        return ledgers;
    }
    progress_.enter(Phase::Footage);
    FootageIntake footage(session, parts_.patience);
    LIUHEN_TRY(const Flow segments, footage.run(state.generations));
    if (segments == Flow::End) {
        return segments;
    }
    // Once more, so that the recorder holds a checkpoint that covers what was just taken in.
    LIUHEN_TRY(const DeviceState after, session.link.state());
    LIUHEN_TRY(const Witnessed last, showCheckpoint(session, after));
    if (last == Witnessed::Refused) {
        return Flow::End;
    }
    NonceStore nonces(parts_.files, parts_.nonceFolder);
    LIUHEN_CHECK(nonces.finish(session.device()));
    return Flow::GoOn;
}

Result<Flow> Intake::takeLedgers(Session& session, const DeviceState& state) {
    NonceStore nonces(parts_.files, parts_.nonceFolder);
    LIUHEN_TRY(NonceStore::Nonce nonce, nonces.take(session.device()));
    for (;;) {
        LIUHEN_TRY(const evidence::Head docking, dock(session, nonce));
        bool tailMatters = false;
        LIUHEN_TRY(const Flow flow, passLedgers(session, state.generations, docking, tailMatters));
        // A nonce of an earlier try gives an earlier docking; what was recorded since needs
        // another.
        if (flow == Flow::End || !nonce.reused || !tailMatters) {
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
                                 bool& tailMatters) {
    progress_.enter(Phase::Ledger);
    LIUHEN_TRY(
        Spool spool,
        Spool::create(parts_.files, core::joinPath(parts_.spoolFolder, bay_.name + ".cbor")));
    for (const std::uint64_t generation : generations) {
        LedgerIntake ledger(session, spool, generation);
        LIUHEN_TRY(const Flow flow, ledger.run());
        if (flow == Flow::End) {
            return flow;
        }
        if (generation == docking.generation) {
            tailMatters = ledger.tailMatters();
        }
    }
    const auto kept =
        std::any_of(session.outcome.objects.begin(), session.outcome.objects.end(), isQuarantined);
    LIUHEN_TRY(vault::Client * vault, session.feed.client());
    LIUHEN_TRY(const vault::Held held, vault->held(session.device(), docking.generation));
    if (held.next <= docking.seq && !kept) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read the ledger of {}: it ends before the docking {} that was "
                                "just signed",
                                session.device(),
                                docking.seq));
    }
    return Flow::GoOn;
}

void Intake::noteRefusedPeer(VaultFeed& feed, const core::Error& error) {
    core::log(
        core::LogLevel::Warning, "ingest", fmt::format("bay {}: {}", bay_.name, error.message));
    if (error.message == lastRefusal_) {
        return;
    }
    const auto noted = [&]() -> Result<void> {
        LIUHEN_TRY(vault::Client * vault, feed.client());
        const std::string detail = fmt::format("bay {}: {}", bay_.name, error.message);
        LIUHEN_TRY(const std::uint64_t leaf,
                   vault->incident({"tls.refused", "", detail.substr(0, kDetailBytes)}));
        static_cast<void>(leaf);
        return {};
    }();
    if (noted) {
        lastRefusal_ = error.message;
    } else {
        core::log(core::LogLevel::Error, "ingest", noted.error().message);
    }
}

void Intake::conclude(Outcome& outcome, const Result<Flow>& flow) {
    const auto any = [&](bool (*wanted)(const ObjectOutcome&)) {
        return std::any_of(outcome.objects.begin(), outcome.objects.end(), wanted);
    };
    if (!flow) {
        const ErrorKind kind = flow.error().kind;
        outcome.transient = kind == ErrorKind::Unavailable || kind == ErrorKind::DeadlineExceeded;
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
    } else if (!outcome.allGood) {
        outcome.end = Phase::Flawed;
        outcome.reason = reasonOf(outcome, isBad);
    } else {
        outcome.end = Phase::Done;
    }
}

}  // namespace liuhen::ingest
