// SPDX-License-Identifier: Apache-2.0
// The vault: takes in what recorders signed, checks it, keeps it, logs it and gives receipts.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/unique_fd.hpp"
#include "common/evidence/witnesses.hpp"
#include "dock/vault/access_requests.hpp"
#include "dock/vault/chapter_cache.hpp"
#include "dock/vault/clock_watch.hpp"
#include "dock/vault/custody_log.hpp"
#include "dock/vault/incoming.hpp"
#include "dock/vault/medium.hpp"
#include "dock/vault/retention.hpp"
#include "dock/vault/scrub.hpp"
#include "dock/vault/second_copy.hpp"
#include "dock/vault/work_queue.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace liuhen::vault {

/// Where a vault lives.
struct VaultFolders {
    std::string vault;        // objects/, log/, incoming/, scratch/; through Files
    std::string database;     // the database and the file `lock`; the system's own files
    std::string registered;   // the agency's registrations; through Files
    std::string witnesses{};  // of the agency: whose cosignatures are taken; through Files
};

class Freezer;
struct AccessDesk;
class OpenUse;
struct StoredSegment;

/// What stands around a vault; it works without any of it. All must outlive it.
struct Hardening {
    /// Makes objects immutable; none: they are read-only by their mode. Its folders are numbered by
    /// CopyOf.
    Freezer* freezer = nullptr;
    /// Called once objects that were never logged are taken back: from then on the vault needs to
    /// move nothing out of objects/. Answers what status() tells of the sandbox.
    std::function<Result<std::string>()> recovered;
};

/// What a vault stands on. All must outlive it.
struct VaultParts {
    core::Files& files;
    Medium& medium;
    const core::Clock& clock;
    Identity identity;
    Hardening hardening = {};
    CopySettings copies{};
    std::vector<RetentionClass> retention = archiveClasses();
    /// Opens encrypted footage for views and copies; none: it stays closed here.
    std::optional<crypto::PrivateKey> evidenceKey{};
};

/// The lock of a vault's folder, held while the answer lives. Errors: Unavailable if another
/// process has it.
[[nodiscard]] Result<core::UniqueFd> lockVault(const std::string& path);

/// A vault. Thread-safe; there is no call that changes or removes what it keeps.
///
/// A commit goes: bytes synced; read back from the medium and checked in one reading; renamed into
/// objects/, folders synced, made read-only; then one transaction (rows and leaf); then made
/// immutable, if there is a freezer; then tiles and checkpoint; then the second copy of object and
/// log, if there is to be one, and its reading back; then the receipt, in a transaction of its own.
/// Power loss at any point: open() brings the rest in order, and every receipt given verifies.
///
/// Errors of all calls besides: ResourceExhausted if the disk is full, nothing being changed then;
/// Unavailable once it is broken().
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

    /// Makes the database of a vault anew, where there is none, from its log and objects; receipts
    /// given before stay valid, and are given anew when they are asked for. The caller holds the
    /// vault's lock. Power loss: there is none, or a whole one. Errors: FailedPrecondition if log
    /// and objects do not suffice; those of the disk.
    [[nodiscard]] static Result<void> makeDatabase(const VaultParts& parts,
                                                   const VaultFolders& folders);

    [[nodiscard]] Hello hello();
    [[nodiscard]] Result<Held> held(const std::string& device,
                                    std::uint64_t generation,
                                    std::optional<std::uint64_t> after = std::nullopt);
    [[nodiscard]] Result<OfferAnswer> offer(const Offer& offer);
    [[nodiscard]] Result<CommitAnswer> commit(const std::string& upload);
    [[nodiscard]] Result<CheckpointAnswer> checkpoint(std::uint64_t oldSize);
    [[nodiscard]] Result<CheckpointAnswer> checkpointForWitness(std::uint64_t oldSize);
    [[nodiscard]] Result<CosignedAnswer> cosigned(const std::string& line,
                                                  std::optional<std::uint64_t> size = std::nullopt);
    /// Leaves under the checkpoint, from an index on.
    [[nodiscard]] Result<LeavesAnswer> leaves(std::uint64_t from, std::uint64_t count);
    /// Answers the index of the leaf: durable, and with `wait` under a checkpoint. After an error
    /// the leaf may be there all the same.
    [[nodiscard]] Result<std::uint64_t> incident(const Incident& incident, bool wait = false);
    /// Logs an incident of the vault's own making, once for each detail since its start; with no
    /// mutex held.
    void incidentOnce(const Incident& incident);
    [[nodiscard]] Result<Status> status();

    // retention.cpp: as Client tells; what answered is durable, leaf and rows or nothing of them
    [[nodiscard]] Result<HoldAnswer> placeHold(const Subject& subject,
                                               const std::string& reason,
                                               const std::string& by);
    [[nodiscard]] Result<HoldAnswer> liftHold(const Digest& hold,
                                              const std::string& reason,
                                              const std::string& by,
                                              const std::optional<Digest>& grant = std::nullopt);
    [[nodiscard]] Result<std::uint64_t> setRetention(
        const Subject& subject,
        const std::string& classId,
        const std::string& by,
        const std::optional<Digest>& grant = std::nullopt);
    [[nodiscard]] Result<HoldList> holds(std::optional<std::uint64_t> after = std::nullopt);
    [[nodiscard]] Result<RetentionList> retentions(
        std::optional<std::uint64_t> after = std::nullopt);

    // access_verbs.cpp (docs/format/access.md); errors of all: PermissionDenied with a
    // refusedReason() if a rule does not allow it, which is logged.
    /// Takes an appointment, or a dismissal, of the agency's root; answers the leaf's index.
    [[nodiscard]] Result<std::uint64_t> present(const Buffer& message, bool dismissal);
    /// Logs a request under a name of the vault's own.
    [[nodiscard]] Result<Asked> ask(evidence::RequestBody body);
    /// Logs an approval that holds; under a checkpoint when it answers.
    [[nodiscard]] Result<std::uint64_t> approve(const evidence::SignedApproval& approval);
    /// Logs a view or copy under a name of the vault's own and opens what it covers; its leaf is
    /// under a checkpoint when it answers. Errors: NotFound if nothing of the subject is stored.
    [[nodiscard]] Result<Opened> use(evidence::UseBody body);
    /// Errors of both: NotFound if it is not open, or has no such segment; FailedPrecondition if no
    /// key opens it; DataLoss if it is damaged.
    [[nodiscard]] Result<ListedParts> parts(const Digest& use,
                                            std::uint64_t segment,
                                            std::uint64_t first);
    [[nodiscard]] Result<ReadBytes> read(const Digest& use,
                                         std::uint64_t segment,
                                         std::uint64_t offset,
                                         std::uint64_t length);
    [[nodiscard]] Result<std::uint64_t> endGrant(const evidence::GrantEndedBody& body);

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
                 std::unique_lock<TimedMutex> lock)
            : incoming_(&incoming), upload_(std::move(upload)), lock_(std::move(lock)) {}
        [[nodiscard]] Result<void> checked(Result<void> done);

        Incoming* incoming_;
        std::shared_ptr<Upload> upload_;
        std::unique_lock<TimedMutex> lock_;
    };
    /// Errors: NotFound, Unavailable, FailedPrecondition, InvalidArgument as Client::bytes tells.
    [[nodiscard]] Result<Appender> append(const std::string& upload,
                                          std::uint64_t offset,
                                          std::uint64_t length);

    /// Makes durable what came of an upload and closes its file, unless somebody is at it; for the
    /// end of a connection. Later requests take it up again.
    void rest(const std::string& upload) { incoming_.rest(upload); }

    /// Brings leaves that nobody waits for under a checkpoint, and looks at the clock; to be called
    /// now and then.
    [[nodiscard]] Result<void> publish();

    /// Does one thing that the second copy lacks, an object or the log; false if there is nothing
    /// to do. For one thread, besides whatever else goes on. Errors: those of the second copy.
    [[nodiscard]] Result<bool> catchUp(const Pace& pace);
    /// Reads on through all copies off their media, one object; false at the end of a pass. What is
    /// damaged gets one incident, and stands in status() until it is mended. For one thread, as
    /// above. Power loss: it goes on from about where it was.
    [[nodiscard]] Result<bool> scrub(const Pace& pace);
    [[nodiscard]] Scrubbed scrubbed();
    /// Whether bytes came, or were committed, a moment ago.
    [[nodiscard]] bool isBusy() const;
    /// Whether something went wrong after which only a new start knows what is true.
    [[nodiscard]] bool broken() const { return broken_; }

private:
    friend class Import;
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

    // group.cpp
    enum class Then { Answer, Publish };
    /// Adds rows and leaves in one transaction with what others add just now; `add` is called with
    /// the mutex held, by whichever thread. Nothing of it is there after an error, unless the vault
    /// is broken. With no mutex held.
    [[nodiscard]] Result<void> inGroup(std::function<Result<void>()> add, Then then);
    /// Brings a leaf under a checkpoint, together with those of others. With no mutex held.
    [[nodiscard]] Result<void> publishThrough(std::uint64_t leaf);
    void commitGroup(WorkQueue::Group group);
    [[nodiscard]] Result<void> commitTogether(WorkQueue::Group group);
    [[nodiscard]] Result<void> addApart(Transaction& transaction, Work& work);
    [[nodiscard]] Result<void> publishGroup();
    /// Brings all leaves under a checkpoint, with the mutex held; answers its note.
    [[nodiscard]] Result<std::string> publishLeaves();

    /// Errors: as inGroup().
    [[nodiscard]] Result<std::uint64_t> addIncident(const Incident& incident, Then then);

    // access_verbs.cpp
    [[nodiscard]] Result<void> openBook();
    [[nodiscard]] Result<std::uint64_t> logAccess(std::string_view kind,
                                                  const core::Cbor& body,
                                                  evidence::RefusedBody refusal);
    void noteRefusal(evidence::RefusedBody refusal);
    [[nodiscard]] Result<std::vector<StoredSegment>> storedFor(
        const evidence::AccessSubject& subject);
    [[nodiscard]] Result<std::shared_ptr<OpenUse>> openUse(const Digest& use);

    // cosigned.cpp
    [[nodiscard]] Result<std::vector<tlog::NotePublicKey>> cosignerKeys(
        const std::string& name, const evidence::Witnesses& witnesses);
    [[nodiscard]] Result<void> keepCosigned(std::uint64_t size,
                                            const std::string& note,
                                            const evidence::Witnesses& witnesses);

    // witnessed.cpp
    enum class ShownTo { Anybody, Witness };
    [[nodiscard]] Result<CheckpointAnswer> checkpointFor(std::uint64_t oldSize, ShownTo whom);
    [[nodiscard]] std::uint64_t proposedSize(std::uint64_t oldSize);
    [[nodiscard]] Result<std::string> noteAt(std::uint64_t size);
    [[nodiscard]] Result<evidence::Witnesses> namedWitnesses();
    [[nodiscard]] Result<void> tellWitnesses(Status& status);

    // recovery.cpp
    [[nodiscard]] Result<void> recover();
    [[nodiscard]] Result<void> noteClock();
    [[nodiscard]] Result<void> takeBackOrphans(const std::string& folder,
                                               const std::string& prefix,
                                               std::set<Digest>& expected);
    [[nodiscard]] Result<void> listFound();
    [[nodiscard]] Result<void> claimFound(const Offer& offer);

    // freezing.cpp
    [[nodiscard]] Result<void> makeImmutable(const Digest& object, CopyOf copy = CopyOf::First);
    [[nodiscard]] Result<void> freezeNewest();

    // judging.cpp: what a judge must know, read from rows and objects; without the mutex
    struct Judged {
        Judgement judgement;
        Digest found{};  // of the bytes on the medium; not of what must wait
    };
    [[nodiscard]] Result<Judged> judge(const Upload& upload, HashedReading& reading);
    [[nodiscard]] Result<Judgement> judgeChapterAt(const Place& place, Buffer bytes);
    [[nodiscard]] Result<Judgement> judgeSegmentAt(const Place& place, HashedReading& reading);
    [[nodiscard]] Result<std::shared_ptr<const StoredChapter>> load(const ChapterRow& row);
    [[nodiscard]] Result<std::optional<evidence::NamedHead>> namedHead(const Place& place,
                                                                       const NamedBefore& named);
    [[nodiscard]] Result<bool> isDocked(const Place& place, const NamedBefore& named);

    // offer.cpp
    [[nodiscard]] Result<std::optional<OfferAnswer>> settledBefore(const Offer& offer);
    [[nodiscard]] bool fetchedInVain(const Offer& offer) const;
    [[nodiscard]] Result<std::optional<OfferAnswer>> boundSegment(const Offer& offer);
    [[nodiscard]] Result<void> checkRoom(const Upload& upload);

    // commit.cpp
    [[nodiscard]] Result<CommitAnswer> commitWhole(Upload& upload);
    [[nodiscard]] CommitAnswer misread(Upload& upload, const std::string& what);
    [[nodiscard]] Result<bool> roomToKeep(const Upload& upload, const Judgement& judgement);
    [[nodiscard]] Result<std::optional<ObjectRow>> settle(Upload& upload,
                                                          const Digest& object,
                                                          Judgement& judgement);
    [[nodiscard]] Result<bool> moveIn(const Upload& upload, const Digest& object);
    void moveBack(const Upload& upload, const Digest& object);
    [[nodiscard]] Result<ObjectRow> record(const Upload& upload,
                                           const Digest& object,
                                           Judgement& judgement);
    [[nodiscard]] Result<bool> addObject(const Offer& offer, ObjectRow& row, Judgement& judgement);
    void noteFetched(const Offer& offer, const ObjectRow& row);
    [[nodiscard]] Result<void> addRows(ObjectRow& row, Judgement& judgement);
    [[nodiscard]] Result<CommitAnswer> answerFor(const ObjectRow& row, bool readBack);

    // receipts.cpp
    [[nodiscard]] Result<Buffer> receiptFor(const ObjectRow& row, bool readBack);
    [[nodiscard]] Result<bool> mayCountTwo(const Digest& object);
    [[nodiscard]] Result<Buffer> makeReceipt(const ObjectRow& row, const std::string& store);

    // retention.cpp
    [[nodiscard]] Result<void> expectKnown(const Subject& subject);
    struct KeptLeaf;
    [[nodiscard]] Result<void> logKept(std::string_view purpose,
                                       const std::function<Result<void>(KeptLeaf&)>& add);
    [[nodiscard]] Result<std::uint64_t> addKept(KeptLeaf& leaf,
                                                std::string_view kind,
                                                Buffer bytes);
    [[nodiscard]] Result<void> addHold(KeptLeaf& leaf,
                                       HoldRow& row,
                                       const std::optional<Digest>& grant,
                                       const CommittedText& reason,
                                       const CommittedText& by);

    // rebuild.cpp
    [[nodiscard]] Result<void> remakeRows(tlog::TileStore& log);
    [[nodiscard]] Result<void> remakeRow(std::uint64_t index,
                                         ByteView bytes,
                                         const std::optional<Buffer>& next);
    [[nodiscard]] Result<void> remakeObject(std::uint64_t index, ByteView bytes);

    // copies.cpp; with no mutex held
    [[nodiscard]] Result<void> beginCopies();
    [[nodiscard]] Result<void> notePolicy();
    [[nodiscard]] Result<void> tellCopies(Status& status);
    [[nodiscard]] Result<std::string> readySecond();
    [[nodiscard]] Result<std::string> attachSecond();
    [[nodiscard]] Result<void> compareSecond(const tlog::Checkpoint& theirs);
    [[nodiscard]] Result<std::string> secondHolds(const ObjectRow& row);
    [[nodiscard]] Result<void> copyObject(const Digest& object,
                                          std::uint64_t sizeBytes,
                                          const Pace& pace);
    [[nodiscard]] Result<void> copyBehind(const NamedObject& object,
                                          const std::string& store,
                                          const Pace& pace);
    [[nodiscard]] Result<void> noteCopy(const Digest& object, const std::string& store);
    [[nodiscard]] Result<void> mirrorLog();
    /// Remembers and tells what is wrong with the second copy, "" if nothing.
    void noteSecond(const std::string& trouble);
    void touch() { usedAt_ = parts_.clock.boottime(); }

    // scrub.cpp
    [[nodiscard]] std::string scrubPath() const {
        return core::joinPath(folders_.vault, "scrub/state");
    }
    [[nodiscard]] Result<std::optional<NamedObject>> nextToScrub();
    [[nodiscard]] Result<bool> isInSecond(const Digest& object);
    [[nodiscard]] Result<std::optional<std::string>> damageOf(const std::string& path,
                                                              const Digest& object,
                                                              const Pace& pace);
    struct Settled {
        std::vector<Damage> fresh;  // was not known
        bool changed = false;       // of what is known
    };
    [[nodiscard]] Settled settleScrubbed(const NamedObject& object,
                                         const std::vector<Damage>& found,
                                         bool secondToo);
    [[nodiscard]] Result<void> storeScrub();

    VaultParts parts_;
    VaultFolders folders_;
    core::UniqueFd lock_;  // against a second process
    Incoming incoming_;
    NamedLocks chapterLocks_;  // a recorder's chapters are judged and stored one after the other
    NamedLocks loadLocks_;     // taken after the one above
    ChapterCache chapters_;
    NamedLocks objectLocks_;  // from the move of an object to its row; taken after both
    WorkQueue queue_;         // whoever adds leaves waits here, with no mutex held
    std::atomic<std::uint64_t> published_{0};  // leaves under the checkpoint
    std::unique_ptr<SecondCopy> second_;       // nothing if none is due
    std::mutex attachMutex_;                   // nobody attaches the second copy twice at once
    std::unique_ptr<AccessDesk> access_;       // has a mutex of its own, taken before the next
    std::mutex mutex_;  // everything below; taken last, and never while a chapter is read
    Records records_;
    std::optional<CustodyLog> log_;
    struct Proposal {
        std::uint64_t size = 0;
        core::Nanoseconds since{};
    };
    std::optional<Proposal> proposal_;               // the tree that witnesses are shown
    std::map<std::uint64_t, std::string> cosigned_;  // newest notes with cosignatures, by size
    std::vector<Found> found_;                       // objects of commits that a crash cut off
    std::set<std::string> toldIncidents_;
    ClockWatch clockWatch_;
    std::string sandbox_ = "none";
    std::map<std::string, core::Nanoseconds> fetchedAgain_;  // by upload: when, in vain
    std::uint64_t absent_ = 0;
    std::string secondTrouble_;
    std::uint64_t copiedTo_ = 0;  // all objects of leaves before it are copied, or cannot be
    ScrubState scrub_;
    core::Nanoseconds scrubStored_{};  // when the file of it was written last
    std::atomic<core::Nanoseconds> usedAt_{core::Nanoseconds(0)};
    std::atomic<bool> broken_{false};
};

}  // namespace liuhen::vault
