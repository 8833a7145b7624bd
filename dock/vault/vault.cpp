// SPDX-License-Identifier: Apache-2.0
// Opening a vault, and the calls that store nothing.
#include "dock/vault/vault.hpp"

#include "common/core/file_lock.hpp"
#include "common/core/log.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/access.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr mode_t kLockMode = 0640;
constexpr std::size_t kToldIncidents = 4096;
/// About a day's chapters of a few recorders.
constexpr std::uint64_t kCachedChapterBytes = std::uint64_t{192} << 20U;

}  // namespace

/// `liuhen verify` takes the same lock to read: it cannot judge a vault that is being written.
Result<core::UniqueFd> lockVault(const std::string& path) {
    auto lock = core::lockForWriting(path, kLockMode);
    if (!lock && lock.error().kind == ErrorKind::Unavailable) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("lock {}: another process has this vault, a liuhen-vault, a "
                                "'liuhen verify' or a 'liuhen-dock rebuild'",
                                path));
    }
    return lock;
}

Vault::Vault(VaultParts parts, VaultFolders folders, core::UniqueFd lock, Records records)
    : parts_(std::move(parts)),
      folders_(std::move(folders)),
      lock_(std::move(lock)),
      incoming_(parts_.files, incomingFolder()),
      chapters_(kCachedChapterBytes),
      queue_({[this](WorkQueue::Group group) { commitGroup(group); },
              [this] {
                  auto done = publishGroup();
                  if (!done) {  // who does not wait for it would not hear of it
                      core::log(core::LogLevel::Warning, "vault", done.error().message);
                  }
                  return done;
              }}),
      records_(std::move(records)),
      clockWatch_(parts_.clock) {}

Vault::~Vault() {
    if (log_ && !broken_) {
        // What is left over is published at the next start.
        static_cast<void>(log_->publish());
    }
}

Result<std::unique_ptr<Vault>> Vault::open(VaultParts parts, VaultFolders folders) {
    if (const auto wrong = wrongIdentity(parts.identity, parts.clock.utc())) {
        return fail(ErrorKind::InvalidArgument, "open vault: " + wrong->why);
    }
    LIUHEN_CHECK(core::systemFiles()->makeFolders(folders.database));
    LIUHEN_TRY(core::UniqueFd lock, lockVault(core::joinPath(folders.database, "lock")));
    for (const char* name : {"objects", "incoming", "log", "scrub"}) {
        LIUHEN_CHECK(parts.files.makeFolders(core::joinPath(folders.vault, name)));
    }
    LIUHEN_TRY(Records records, Records::open(core::joinPath(folders.database, "vault.db")));
    // SQLite syncs the names of files that it makes; a run that was killed may have made them and
    // not come to that.
    LIUHEN_CHECK(core::systemFiles()->syncFolder(folders.database));
    std::unique_ptr<Vault> vault(
        new Vault(std::move(parts), std::move(folders), std::move(lock), std::move(records)));
    LIUHEN_TRY(CustodyLog log,
               CustodyLog::open(vault->records_,
                                vault->parts_.files,
                                vault->folders_.vault,
                                vault->parts_.identity,
                                vault->parts_.clock));
    vault->log_.emplace(std::move(log));
    vault->published_ = vault->log_->tiles().size();
    LIUHEN_CHECK(vault->openBook());
    LIUHEN_CHECK(vault->recover());
    // Both may still write what a narrower sandbox keeps from them, and nobody else is here.
    LIUHEN_CHECK(vault->beginCopies());
    if (vault->parts_.hardening.recovered) {
        LIUHEN_TRY(vault->sandbox_, vault->parts_.hardening.recovered());
    }
    LIUHEN_CHECK(vault->freezeNewest());
    LIUHEN_CHECK(vault->noteClock());
    return vault;
}

std::string Vault::objectPath(const Digest& object) const {
    return core::joinPath(folders_.vault, objectName(object));
}

Result<void> Vault::usable() const {
    if (broken_) {
        return fail(ErrorKind::Unavailable,
                    "the vault must be started anew after an error of its disk");
    }
    return {};
}

tl::unexpected<core::Error> Vault::broke(const core::Error& error) {
    broken_ = true;
    core::log(core::LogLevel::Error, "vault", error.message + "; the vault stops");
    return fail(ErrorKind::Unavailable, error.message);
}

Hello Vault::hello() {
    const bool second = second_ != nullptr && second_->attached();
    const std::lock_guard lock(mutex_);
    return Hello{parts_.identity.origin,
                 log_->tiles().size(),
                 parts_.identity.receiptCertificate.der(),
                 parts_.identity.checkpointCertificate.der(),
                 second && secondTrouble_.empty()};
}

Result<Held> Vault::held(const std::string& device,
                         std::uint64_t generation,
                         std::optional<std::uint64_t> after) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    Held held;
    LIUHEN_TRY(const auto last, records_.lastChapter(device, generation));
    if (last) {
        held.next = last->last + 1;
        held.last = last->hash;
        LIUHEN_TRY(auto receipt, records_.receipt(last->leaf));
        held.receipt = receipt ? std::move(receipt->message) : Buffer();
    }
    LIUHEN_TRY(auto missing, records_.missing(device, generation, after));
    if (missing.size() > kMissingLimit) {
        missing.resize(kMissingLimit);
        held.more = missing.back().seq;
    }
    for (const DueRow& row : missing) {
        held.missing.push_back(row.name);
    }
    return held;
}

Result<std::uint64_t> Vault::addIncident(const Incident& incident, Then then) {
    std::uint64_t index = 0;
    LIUHEN_CHECK(inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(index,
                       log_->add("incident",
                                 evidence::encodeLeaf(parts_.clock.utc().count(),
                                                      "incident",
                                                      Cbor::map({{"what", incident.what},
                                                                 {"subject", incident.subject},
                                                                 {"detail", incident.detail}}))));
            return {};
        },
        then));
    return index;
}

void Vault::incidentOnce(const Incident& incident) {
    {
        const std::lock_guard lock(mutex_);
        if (toldIncidents_.size() >= kToldIncidents) {
            toldIncidents_.clear();
        }
        if (!toldIncidents_.insert(incident.what + " " + incident.detail).second) {
            return;
        }
    }
    core::log(core::LogLevel::Error, "vault", incident.what + ": " + incident.detail);
    if (const auto logged = addIncident(incident, Then::Answer); !logged) {
        core::log(core::LogLevel::Error, "vault", logged.error().message);
    }
}

Result<std::uint64_t> Vault::incident(const Incident& incident, bool wait) {
    LIUHEN_TRY(const std::uint64_t index,
               addIncident(incident, wait ? Then::Publish : Then::Answer));
    if (wait) {
        LIUHEN_CHECK(publishThrough(index));
    }
    return index;
}

Result<Status> Vault::status() {
    LIUHEN_CHECK(usable());
    Status status;
    LIUHEN_CHECK(tellCopies(status));
    LIUHEN_CHECK(tellWitnesses(status));
    const std::lock_guard lock(mutex_);
    status.origin = parts_.identity.origin;
    status.logSize = log_->next();
    LIUHEN_TRY(status.stored, records_.count(Shelf::Stored));
    LIUHEN_TRY(status.quarantined, records_.count(Shelf::Quarantined));
    LIUHEN_TRY(status.forks, records_.count(Shelf::Forked));
    LIUHEN_TRY(status.receipts, records_.receiptCount());
    status.uploads = incoming_.count();
    LIUHEN_TRY(status.freeBytes, parts_.files.freeBytes(folders_.vault));
    status.absent = absent_;
    status.sandbox = sandbox_;
    status.freezing = parts_.hardening.freezer != nullptr ? "immutable" : "read-only";
    return status;
}

/// Before anybody else is here.
Result<void> Vault::noteClock() {
    LIUHEN_TRY(const std::uint64_t rows, records_.leafCount());
    LIUHEN_TRY(const auto newest, records_.leaves(rows - 1, 1));
    LIUHEN_ASSERT(newest.size() == 1);  // a log has its first leaf at least
    const auto leaf = evidence::Leaf::decode(newest.front());
    const auto behind = leaf ? clockWatch_.atStart(core::Microseconds(leaf->timeUs)) : std::nullopt;
    if (behind) {
        incidentOnce(*behind);
    }
    return {};
}

Result<void> Vault::publish() {
    LIUHEN_CHECK(usable());
    std::optional<Incident> jump;
    {
        const std::lock_guard lock(mutex_);
        jump = clockWatch_.look();
    }
    if (jump) {
        incidentOnce(*jump);
    }
    return publishGroup();
}

}  // namespace liuhen::vault
