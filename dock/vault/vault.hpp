// SPDX-License-Identifier: Apache-2.0
// The vault: takes in what recorders signed, checks it, keeps it, logs it and gives receipts.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/unique_fd.hpp"
#include "dock/vault/custody_log.hpp"
#include "dock/vault/incoming.hpp"
#include "dock/vault/medium.hpp"
#include "dock/vault/segment_judge.hpp"

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace liuhen::vault {

/// Where a vault lives.
struct VaultFolders {
    std::string vault;       // objects/, log/, incoming/, scratch/; through Files
    std::string database;    // the database and the lock; the system's own files
    std::string registered;  // the agency's registrations; through Files
};

/// What a vault stands on. All must outlive it.
struct VaultParts {
    core::Files& files;
    Medium& medium;
    const core::Clock& clock;
    Identity identity;
};

/// A vault. Thread-safe; there is no call that changes or removes what it keeps.
///
/// A commit goes: bytes synced, checked, renamed into objects/, folders synced, frozen; then one
/// transaction (rows and leaf); then tiles and checkpoint; then read back; then the receipt, in a
/// transaction of its own. Power loss at any point: open() brings the rest in order, and every
/// receipt ever given verifies.
class Vault {
public:
    /// Opens or begins a vault and recovers it. Errors: Unavailable if another process has it;
    /// FailedPrecondition and DataLoss as CustodyLog::open; InvalidArgument if certificates and
    /// keys are not what they should be.
    [[nodiscard]] static Result<std::unique_ptr<Vault>> open(VaultParts parts,
                                                             VaultFolders folders);
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;
    ~Vault();

    [[nodiscard]] Hello hello();
    [[nodiscard]] Result<Held> held(const std::string& device, std::uint64_t generation);
    [[nodiscard]] Result<OfferAnswer> offer(const Offer& offer);
    [[nodiscard]] Result<CommitAnswer> commit(const std::string& upload);
    [[nodiscard]] Result<CheckpointAnswer> checkpoint(std::uint64_t oldSize);
    [[nodiscard]] Result<CosignedAnswer> cosigned(const std::string& line);
    [[nodiscard]] Result<std::uint64_t> incident(const Incident& incident);
    [[nodiscard]] Result<Status> status();

    /// Appends to one upload while it lives; nobody else can meanwhile. The vault must outlive it.
    class Appender {
    public:
        /// After an error the upload may be given up; offer again.
        [[nodiscard]] Result<void> append(ByteView bytes);
        /// Answers where the upload stands; with `sync` that is durable.
        [[nodiscard]] Result<std::uint64_t> finish(bool sync);

    private:
        friend class Vault;
        Appender(Incoming& incoming,
                 std::shared_ptr<Upload> upload,
                 std::unique_lock<std::mutex> lock)
            : incoming_(&incoming), upload_(std::move(upload)), lock_(std::move(lock)) {}
        [[nodiscard]] Result<void> checked(Result<void> done);

        Incoming* incoming_;
        std::shared_ptr<Upload> upload_;
        std::unique_lock<std::mutex> lock_;
    };
    /// Errors: NotFound, Unavailable, FailedPrecondition, InvalidArgument as Client::bytes tells.
    [[nodiscard]] Result<Appender> append(const std::string& upload,
                                          std::uint64_t offset,
                                          std::uint64_t length);

    /// Brings leaves that nobody waits for under a checkpoint; to be called now and then.
    [[nodiscard]] Result<void> publish();
    /// Whether something went wrong after which only a new start knows what is true.
    [[nodiscard]] bool broken() const { return broken_; }

private:
    struct Found {
        Place place;
        std::uint64_t sizeBytes = 0;
        std::string path;
    };

    Vault(VaultParts parts, VaultFolders folders, core::UniqueFd lock, Records records);

    [[nodiscard]] std::string objectPath(const Digest& object) const;
    [[nodiscard]] std::string incomingFolder() const {
        return core::joinPath(folders_.vault, "incoming");
    }
    [[nodiscard]] Result<void> usable() const;
    /// Ends the vault's work after an error that leaves memory and medium apart.
    [[nodiscard]] tl::unexpected<core::Error> broke(const core::Error& error);

    // recovery.cpp
    [[nodiscard]] Result<void> recover();
    [[nodiscard]] Result<void> takeBackOrphans(const std::string& folder,
                                               const std::string& prefix,
                                               std::set<Digest>& expected);
    [[nodiscard]] Result<void> listFound();
    [[nodiscard]] Result<void> claimFound(const Offer& offer);

    // judging.cpp: what a judge must know, read from rows and objects
    [[nodiscard]] Result<Judgement> judge(const Upload& upload);
    [[nodiscard]] Result<Judgement> judgeChapterAt(const Place& place, Buffer bytes);
    [[nodiscard]] Result<Judgement> judgeSegmentAt(const Upload& upload);
    [[nodiscard]] Result<std::shared_ptr<const StoredChapter>> load(const ChapterRow& row);
    [[nodiscard]] Result<std::optional<evidence::NamedHead>> namedHead(const Place& place,
                                                                       ByteView chapter);

    // commit.cpp
    [[nodiscard]] Result<CommitAnswer> commitWhole(Upload& upload);
    [[nodiscard]] Result<CommitAnswer> settle(Upload& upload, Judgement judgement);
    [[nodiscard]] Result<void> moveIn(const Upload& upload, const Digest& object);
    [[nodiscard]] Result<ObjectRow> record(const Upload& upload,
                                           const Digest& object,
                                           Judgement& judgement);
    [[nodiscard]] Result<void> addRows(ObjectRow& row, Judgement& judgement);
    [[nodiscard]] Result<CommitAnswer> answerFor(const ObjectRow& row);

    // receipts.cpp
    [[nodiscard]] Result<Buffer> receiptFor(const ObjectRow& row);
    [[nodiscard]] Result<Buffer> makeReceipt(const ObjectRow& row);
    [[nodiscard]] Result<std::uint64_t> logIncident(const Incident& incident);

    VaultParts parts_;
    VaultFolders folders_;
    core::UniqueFd lock_;  // against a second process
    Incoming incoming_;
    std::mutex chapterMutex_;  // chapters are judged and stored one after the other; taken first
    std::mutex mutex_;         // everything below
    Records records_;
    std::optional<CustodyLog> log_;
    std::list<std::pair<Digest, std::shared_ptr<const StoredChapter>>> chapters_;  // newest first
    std::vector<Found> found_;  // objects of commits that a crash cut off
    std::uint64_t absent_ = 0;
    std::atomic<bool> broken_{false};
};

}  // namespace liuhen::vault
