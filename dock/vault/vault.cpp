// SPDX-License-Identifier: Apache-2.0
// Opening a vault, and the calls that store nothing.
#include "dock/vault/vault.hpp"

#include "common/core/log.hpp"
#include "common/evidence/messages.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/note.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr mode_t kLockMode = 0640;
constexpr std::size_t kToldIncidents = 4096;
constexpr std::chrono::microseconds kGroupLook{200};
constexpr std::chrono::microseconds kGroupWait{10'000};
/// About a day's chapters of a few recorders.
constexpr std::uint64_t kCachedChapterBytes = std::uint64_t{192} << 20U;

}  // namespace

/// `liuhen verify` takes the same lock, shared: it cannot judge a vault that is being written.
Result<core::UniqueFd> lockVault(const std::string& path) {
    core::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode));
    if (!fd.valid()) {
        return core::failErrno(errno, "open " + path);
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("lock {}: another process has this vault, a liuhen-vault or a "
                                    "'liuhen verify'",
                                    path));
        }
        return core::failErrno(errno, "lock " + path);
    }
    return fd;
}

Vault::Vault(VaultParts parts, VaultFolders folders, core::UniqueFd lock, Records records)
    : parts_(std::move(parts)),
      folders_(std::move(folders)),
      lock_(std::move(lock)),
      incoming_(parts_.files, incomingFolder()),
      chapters_(kCachedChapterBytes),
      records_(std::move(records)) {}

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
    for (const char* name : {"objects", "incoming", "log"}) {
        LIUHEN_CHECK(parts.files.makeFolders(core::joinPath(folders.vault, name)));
    }
    LIUHEN_TRY(Records records, Records::open(core::joinPath(folders.database, "vault.db")));
    std::unique_ptr<Vault> vault(
        new Vault(std::move(parts), std::move(folders), std::move(lock), std::move(records)));
    LIUHEN_TRY(CustodyLog log,
               CustodyLog::open(vault->records_,
                                vault->parts_.files,
                                vault->folders_.vault,
                                vault->parts_.identity,
                                vault->parts_.clock));
    vault->log_.emplace(std::move(log));
    LIUHEN_CHECK(vault->recover());
    LIUHEN_CHECK(vault->beginCopies());
    return vault;
}

std::string Vault::objectPath(const Digest& object) const {
    const std::string hex = core::toHex(object);
    return core::joinPath(folders_.vault, fmt::format("objects/{}/{}", hex.substr(0, 2), hex));
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
    const std::lock_guard lock(mutex_);
    return Hello{parts_.identity.origin,
                 log_->tiles().size(),
                 parts_.identity.receiptCertificate.der(),
                 parts_.identity.checkpointCertificate.der()};
}

Result<void> Vault::inTransaction(const std::function<Result<void>()>& work) {
    // Whatever ends this early, an exception included, leaves no leaf behind that is no row.
    class Pending {
    public:
        explicit Pending(Vault& vault) : vault_(vault) {}
        Pending(const Pending&) = delete;
        Pending& operator=(const Pending&) = delete;
        ~Pending() {
            vault_.broken_ = vault_.broken_ || committing;
            vault_.log_->abandoned();
        }
        bool committing = false;  // and not known to have failed, nor to have been staged

    private:
        Vault& vault_;
    };
    LIUHEN_CHECK(usable());
    LIUHEN_CHECK(log_->makeRoom());
    Pending pending(*this);
    LIUHEN_TRY(Transaction transaction, records_.begin());
    LIUHEN_CHECK(work());
    pending.committing = true;
    if (const auto done = transaction.commit(); !done) {
        if (done.error().kind != ErrorKind::ResourceExhausted) {
            return broke(done.error());
        }
        pending.committing = false;
        return done;
    }
    if (const auto staged = log_->committed(); !staged) {
        return broke(staged.error());
    }
    pending.committing = false;
    return {};
}

Result<std::string> Vault::publishLeaves() {
    auto note = log_->publish();
    // A folder that could not be synced may have lost its changes, and would not say so again.
    if (!note && note.error().kind == ErrorKind::DataLoss) {
        return broke(note.error());
    }
    return note;
}

Result<void> Vault::publishThrough(std::uint64_t leaf) {
    const std::lock_guard turn(publishMutex_);
    // A checkpoint costs several syncs: one for all who are nearly there is soonest for each.
    for (auto waited = kGroupLook; recording_ > 0 && waited < kGroupWait; waited += kGroupLook) {
        std::this_thread::sleep_for(kGroupLook);
    }
    const std::lock_guard lock(mutex_);
    LIUHEN_CHECK(usable());
    if (leaf < log_->tiles().size()) {
        return {};
    }
    LIUHEN_TRY(const std::string note, publishLeaves());
    return {};
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

Result<CheckpointAnswer> Vault::checkpoint(std::uint64_t oldSize) {
    LIUHEN_CHECK(usable());
    std::unique_lock lock(mutex_);
    CheckpointAnswer answer;
    auto note = publishLeaves();
    tlog::TileStore& tiles = log_->tiles();
    if (!note && note.error().kind == ErrorKind::ResourceExhausted && !tiles.note().empty()) {
        note = tiles.note();  // there is no room for a newer one
    }
    LIUHEN_TRY(answer.note, std::move(note));
    if (oldSize > tiles.size()) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("prove a checkpoint of {} leaves: this log has {}", oldSize, tiles.size()));
    }
    LIUHEN_TRY(answer.path, tiles.consistencyPath(oldSize, tiles.size()));
    answer.certificate = parts_.identity.checkpointCertificate.der();
    const std::uint64_t covered = tiles.size();
    lock.unlock();
    // Who remembers it must find it again after a restore. Without the second copy it goes all the
    // same: recorders could not be taken in.
    if (second_ != nullptr && second_->logSize() < covered) {
        if (const auto ready = readySecond(); ready) {
            const auto mirrored = mirrorLog();
            noteSecond(mirrored ? std::string() : mirrored.error().message);
        }
    }
    return answer;
}

Result<CosignedAnswer> Vault::cosigned(const std::string& line) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    CosignedAnswer answer;
    const auto present = tlog::parseNote(log_->tiles().note());
    const auto note = tlog::withSignature(log_->tiles().note(), line);
    const auto parsed =
        note ? tlog::parseNote(*note) : Result<tlog::Note>(tl::make_unexpected(note.error()));
    if (!present || !parsed || parsed->signatures.empty()) {
        answer.reason = "It is no line of a signature";
        return answer;
    }
    const std::string witness = parsed->signatures.back().name;
    LIUHEN_TRY(const auto keys, records_.witnessKeys(witness));
    for (const Buffer& bytes : keys) {
        tlog::NotePublicKey key{};
        if (bytes.size() != key.size()) {
            continue;
        }
        std::copy(bytes.begin(), bytes.end(), key.begin());
        answer.added = answer.added || tlog::verifyCosignature(*present, witness, key).has_value();
        if (!answer.added && tlog::verifyCosignature(*parsed, witness, key)) {
            if (const auto done = log_->tiles().replaceNote(*note); !done) {
                return done.error().kind == ErrorKind::DataLoss
                           ? Result<CosignedAnswer>(broke(done.error()))
                           : Result<CosignedAnswer>(tl::make_unexpected(done.error()));
            }
            answer.added = true;
        }
    }
    if (!answer.added) {
        answer.reason =
            keys.empty()
                ? "No stored chapter names a recorder that signs so"
                : "It is not this recorder's for the newest checkpoint; ask for that again";
    }
    return answer;
}

Result<std::uint64_t> Vault::logIncident(const Incident& incident) {
    Buffer leaf = evidence::encodeLeaf(
        parts_.clock.utc().count(),
        "incident",
        Cbor::map(
            {{"what", incident.what}, {"subject", incident.subject}, {"detail", incident.detail}}));
    std::uint64_t index = 0;
    LIUHEN_CHECK(inTransaction([&]() -> Result<void> {
        LIUHEN_TRY(index, log_->add("incident", std::move(leaf)));
        return {};
    }));
    return index;
}

void Vault::logIncidentOnce(const Incident& incident) {
    if (toldIncidents_.size() >= kToldIncidents) {
        toldIncidents_.clear();
    }
    if (!toldIncidents_.insert(incident.what + " " + incident.detail).second) {
        return;
    }
    core::log(core::LogLevel::Error, "vault", incident.what + ": " + incident.detail);
    if (const auto logged = logIncident(incident); !logged) {
        core::log(core::LogLevel::Error, "vault", logged.error().message);
    }
}

Result<std::uint64_t> Vault::incident(const Incident& incident) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    return logIncident(incident);
}

Result<Status> Vault::status() {
    LIUHEN_CHECK(usable());
    Status status;
    LIUHEN_CHECK(tellCopies(status));
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
    return status;
}

Result<void> Vault::publish() {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    LIUHEN_TRY(const std::string note, publishLeaves());
    return {};
}

}  // namespace liuhen::vault
