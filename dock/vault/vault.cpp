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

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

constexpr std::size_t kOriginBytes = 64;

Result<core::UniqueFd> lockFolder(const std::string& folder) {
    core::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) {
        return core::failErrno(errno, "open " + folder);
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("open vault {}: another process has it", folder));
        }
        return core::failErrno(errno, "lock " + folder);
    }
    return fd;
}

bool isOrigin(std::string_view origin) {
    return !origin.empty() && origin.size() <= kOriginBytes &&
           origin.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
               "0123456789._-") == std::string_view::npos;
}

Result<void> checkIdentity(const Identity& identity, core::Microseconds now) {
    const auto refuse = [](const std::string& why) {
        return fail(ErrorKind::InvalidArgument, "open vault: " + why);
    };
    if (!isOrigin(identity.origin)) {
        return refuse("the origin must have 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    if (const auto wrong =
            crypto::judge(identity.receiptCertificate, identity.root, crypto::Role::Receipt, now)) {
        return refuse("the receipt certificate: " + *wrong);
    }
    if (const auto wrong = crypto::judge(
            identity.checkpointCertificate, identity.root, crypto::Role::Checkpoint, now)) {
        return refuse("the checkpoint certificate: " + *wrong);
    }
    if (identity.checkpointCertificate.subject() != identity.origin) {
        return refuse(fmt::format("the checkpoint certificate is of '{}', the origin is '{}'",
                                  identity.checkpointCertificate.subject(),
                                  identity.origin));
    }
    LIUHEN_TRY(const crypto::PublicKey receipt, identity.receiptCertificate.key());
    LIUHEN_TRY(const auto checkpoint, identity.checkpointCertificate.noteKey());
    if (!(receipt == identity.receiptKey.publicKey()) ||
        checkpoint != identity.checkpointKey.publicBytes()) {
        return refuse("a key and its certificate do not belong together");
    }
    return {};
}

}  // namespace

Vault::Vault(VaultParts parts, VaultFolders folders, core::UniqueFd lock, Records records)
    : parts_(std::move(parts)),
      folders_(std::move(folders)),
      lock_(std::move(lock)),
      incoming_(parts_.files, incomingFolder()),
      records_(std::move(records)) {}

Vault::~Vault() {
    if (log_ && !broken_) {
        // What is left over is published at the next start.
        static_cast<void>(log_->publish());
    }
}

Result<std::unique_ptr<Vault>> Vault::open(VaultParts parts, VaultFolders folders) {
    LIUHEN_CHECK(checkIdentity(parts.identity, parts.clock.utc()));
    LIUHEN_CHECK(core::systemFiles()->makeFolders(folders.database));
    LIUHEN_TRY(core::UniqueFd lock, lockFolder(folders.database));
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

Result<Held> Vault::held(const std::string& device, std::uint64_t generation) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    Held held;
    LIUHEN_TRY(const auto last, records_.lastChapter(device, generation));
    if (last) {
        held.next = last->last + 1;
        held.last = last->hash;
    }
    LIUHEN_TRY(held.missing, records_.missing(device, generation));
    held.more = held.missing.size() > kMissingLimit;
    held.missing.resize(std::min(held.missing.size(), kMissingLimit));
    return held;
}

Result<CheckpointAnswer> Vault::checkpoint(std::uint64_t oldSize) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    CheckpointAnswer answer;
    LIUHEN_TRY(answer.note, log_->publish());
    tlog::TileStore& tiles = log_->tiles();
    if (oldSize > tiles.size()) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("prove a checkpoint of {} leaves: this log has {}", oldSize, tiles.size()));
    }
    LIUHEN_TRY(answer.path, tiles.consistencyPath(oldSize, tiles.size()));
    answer.certificate = parts_.identity.checkpointCertificate.der();
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
            LIUHEN_CHECK(log_->tiles().replaceNote(*note));
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
    LIUHEN_TRY(Transaction transaction, records_.begin());
    const auto index = log_->add("incident", std::move(leaf));
    if (!index) {
        log_->abandoned();
        return index;
    }
    if (const auto done = transaction.commit(); !done) {
        return broke(done.error());
    }
    if (const auto staged = log_->committed(); !staged) {
        return broke(staged.error());
    }
    return index;
}

Result<std::uint64_t> Vault::incident(const Incident& incident) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    return logIncident(incident);
}

Result<Status> Vault::status() {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    Status status;
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
    LIUHEN_TRY(const std::string note, log_->publish());
    return {};
}

}  // namespace liuhen::vault
