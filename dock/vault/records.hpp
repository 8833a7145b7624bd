// SPDX-License-Identifier: Apache-2.0
// The vault's rows: leaves, objects, chapters, what footage is due, receipts.
#pragma once

#include "common/evidence/bodies.hpp"
#include "dock/vault/database.hpp"
#include "dock/vault/retention.hpp"
#include "dock/vault/types.hpp"

#include <set>

namespace liuhen::vault {

enum class Shelf { Stored, Quarantined, Forked };

/// An object as its row has it.
struct ObjectRow {
    Digest object{};
    std::uint64_t sizeBytes = 0;
    Shelf shelf = Shelf::Stored;
    Place place;
    std::uint64_t leaf = 0;       // index of its `object` or `quarantine` leaf
    std::optional<Digest> entry;  // hash of its last entry; quarantined: as it was offered
    std::string verdict;
    std::string reason;  // quarantined, forked
};

/// What the chapter after a stored one, and its segments, must fit to.
struct ChapterRow {
    std::uint64_t leaf = 0;  // of its object
    Digest object{};
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // seq of its docking
    Digest hash{};           // of its docking
    // State of the line after the docking:
    std::optional<evidence::NextKeys> keys;
    std::uint64_t boot = 0;
    std::uint64_t boottimeNs = 0;
    Buffer identity;    // DER of the generation's certificate
    Buffer witnessKey;  // Ed25519, 32 bytes
};

/// Footage that a stored chapter tells of.
struct DueRow {
    SegmentName name;
    Digest chapter{};
    std::uint64_t seq = 0;  // of its last entry
    Digest entry{};
};

struct ReceiptRow {
    std::uint64_t leaf = 0;        // index of its `receipt` leaf
    std::uint64_t objectLeaf = 0;  // of the object's row
    std::uint64_t copies = 0;      // as it says; 0 for one whose message is lost
    Buffer message;                // empty if it is lost
};

/// A `hold.placed` or `hold.lifted` leaf.
struct HoldRow {
    std::uint64_t leaf = 0;
    std::int64_t timeUs = 0;
    bool lifts = false;
    Digest hold{};
    Subject subject;
    Digest reason{};  // commitments
    Digest by{};
};

/// A `retention` leaf.
struct RetentionRow {
    std::uint64_t leaf = 0;
    std::int64_t timeUs = 0;
    Subject subject;
    std::string classId;
    Digest by{};  // commitment
};

/// Bytes that some row names.
struct NamedObject {
    std::uint64_t leaf = 0;  // of one of its rows
    Digest object{};
    std::uint64_t sizeBytes = 0;
};

/// Reads and adds rows. Every adding call belongs inside a Transaction. Not thread-safe.
class Records {
public:
    [[nodiscard]] static Result<Records> open(const std::string& databasePath);

    [[nodiscard]] Result<Transaction> begin() { return Transaction::begin(database_); }

    [[nodiscard]] Result<std::uint64_t> leafCount();
    /// Leaves from `first` on, at most `limit`.
    [[nodiscard]] Result<std::vector<Buffer>> leaves(std::uint64_t first, std::uint64_t limit);
    /// The first leaf that tells of an object, a receipt, a hold or a class of which there is no
    /// row: rows were removed.
    [[nodiscard]] Result<std::optional<std::uint64_t>> leafWithoutRow();
    [[nodiscard]] Result<void> addLeaf(std::uint64_t index, std::string_view kind, ByteView leaf);

    /// Whether any row is of these bytes.
    [[nodiscard]] Result<bool> knows(const Digest& hash);
    /// The row of these bytes in this place and shelf.
    [[nodiscard]] Result<std::optional<ObjectRow>> object(const Digest& hash,
                                                          const Place& place,
                                                          Shelf shelf);
    /// The newest object of this place, size and offered last entry that is kept as no evidence.
    [[nodiscard]] Result<std::optional<ObjectRow>> refusedAt(const Offer& offer);
    /// The object stored for a place, quarantined ones left out.
    [[nodiscard]] Result<std::optional<ObjectRow>> storedAt(const Place& place);
    [[nodiscard]] Result<std::set<Digest>> objects();
    /// Of the newest rows, so many at most; one may be named twice.
    [[nodiscard]] Result<std::vector<Digest>> newestObjects(std::uint64_t limit);
    [[nodiscard]] Result<std::uint64_t> count(Shelf shelf);
    /// Errors: AlreadyExists if the place is taken, or these bytes have such a row there.
    [[nodiscard]] Result<void> add(const ObjectRow& row);

    [[nodiscard]] Result<std::optional<ChapterRow>> lastChapter(const std::string& device,
                                                                std::uint64_t generation);
    /// The chapter that ends before `first`; nothing if there is none, as for 0.
    [[nodiscard]] Result<std::optional<ChapterRow>> chapterBefore(const Place& place);
    /// The chapter that holds an entry.
    [[nodiscard]] Result<std::optional<ChapterRow>> chapterOf(const std::string& device,
                                                              std::uint64_t generation,
                                                              std::uint64_t seq);
    /// Witness keys of a recorder's generations, newest first.
    [[nodiscard]] Result<std::vector<Buffer>> witnessKeys(const std::string& device);
    [[nodiscard]] Result<void> add(const ChapterRow& row);

    [[nodiscard]] Result<void> addDue(const std::string& device,
                                      std::uint64_t generation,
                                      const DueRow& row);
    /// Footage due and not stored, behind a seq, by seq; one more than the limit if there are that
    /// many. Only name and seq are filled in.
    [[nodiscard]] Result<std::vector<DueRow>> missing(const std::string& device,
                                                      std::uint64_t generation,
                                                      std::optional<std::uint64_t> after);

    /// The newest receipt of an object of which the message is there.
    [[nodiscard]] Result<std::optional<ReceiptRow>> receipt(std::uint64_t objectLeaf);
    [[nodiscard]] Result<std::optional<Buffer>> lastReceipt();
    [[nodiscard]] Result<std::uint64_t> receiptCount();
    [[nodiscard]] Result<void> add(const ReceiptRow& row);

    // records_retention.cpp
    /// Whether anything of it is kept, on whichever shelf.
    [[nodiscard]] Result<bool> knows(const Subject& subject);
    [[nodiscard]] Result<void> add(const HoldRow& row);
    [[nodiscard]] Result<void> add(const RetentionRow& row);
    /// What opens a commitment, in a row of its own that may be erased.
    [[nodiscard]] Result<void> add(const CommittedText& text);
    /// Without salt and text if that row is not there.
    [[nodiscard]] Result<CommittedText> opened(const Digest& commitment);
    /// Leaves of holds and classes without effect (docs/format/access.md section 4.2): rows of them
    /// are passed over by the three calls below.
    void passOver(const std::vector<std::uint64_t>& leaves);
    /// The placing of a hold that stands.
    [[nodiscard]] Result<std::optional<HoldRow>> standingHold(const Digest& hold);
    /// The placings of holds that stand, by leaf, from `from` on.
    [[nodiscard]] Result<std::vector<HoldRow>> standingHolds(std::uint64_t from,
                                                             std::uint64_t limit);
    /// The newest of each subject, by leaf, from `from` on.
    [[nodiscard]] Result<std::vector<RetentionRow>> retentions(std::uint64_t from,
                                                               std::uint64_t limit);
    /// Leaves of holds and classes of which nobody can say any more by whom they are.
    [[nodiscard]] Result<std::uint64_t> unopenedCount();

    // records_copies.cpp
    /// The row of an `imported` leaf: bytes like others to copies and scrubbing, of no place.
    [[nodiscard]] Result<void> addImport(std::uint64_t leaf,
                                         const Digest& object,
                                         std::uint64_t sizeBytes);
    /// Index and bytes of `imported` leaves, the newest first, before the leaf `before`.
    [[nodiscard]] Result<std::vector<std::pair<std::uint64_t, Buffer>>> importLeaves(
        std::optional<std::uint64_t> before, std::uint64_t limit);
    /// Objects by leaf, from `leaf` on, at most `limit`; one that has several rows comes as often.
    [[nodiscard]] Result<std::vector<NamedObject>> objectsFrom(std::uint64_t leaf,
                                                               std::uint64_t limit);
    /// The first object, by leaf from `leaf` on, that has no row of a copy in `store`.
    [[nodiscard]] Result<std::optional<NamedObject>> uncopied(const std::string& store,
                                                              std::uint64_t leaf);
    /// Objects without such a row, each counted once.
    [[nodiscard]] Result<std::uint64_t> uncopiedCount(const std::string& store);
    [[nodiscard]] Result<bool> isCopied(const Digest& object, const std::string& store);
    /// Errors: AlreadyExists.
    [[nodiscard]] Result<void> addCopy(const Digest& object,
                                       const std::string& store,
                                       std::int64_t verifiedUs);
    /// The newest leaf that stores these bytes.
    [[nodiscard]] Result<std::optional<std::uint64_t>> storedLeafOf(const Digest& object);
    /// Whether this store, or with "" any at all, was ever used.
    [[nodiscard]] Result<bool> knowsStore(const std::string& store);
    [[nodiscard]] Result<void> addStore(const std::string& store, std::int64_t begunUs);
    /// The index behind the last leaf that tells of bytes (`object`, `quarantine`, `fork`).
    [[nodiscard]] Result<std::uint64_t> evidenceEnd();
    /// Recorders of which chapters are stored.
    [[nodiscard]] Result<std::uint64_t> recorderCount();
    /// The newest `policy` leaf.
    [[nodiscard]] Result<std::optional<Buffer>> lastPolicy();

    // records_access.cpp
    /// Leaves of access, holds and classes by their index, from `index` on, at most `limit`.
    [[nodiscard]] Result<std::vector<std::pair<std::uint64_t, Buffer>>> accessLeaves(
        std::uint64_t index, std::uint64_t limit);
    /// The stored segments of a recording, by number, at most `limit`.
    [[nodiscard]] Result<std::vector<ObjectRow>> segmentsOf(const std::string& device,
                                                            std::uint64_t generation,
                                                            std::uint64_t recording,
                                                            std::uint64_t limit);
    /// Size of bytes of a device that are kept as no evidence; imported ones are those of the
    /// device kImportDevice (docs/format/access.md section 2).
    [[nodiscard]] Result<std::optional<std::uint64_t>> keptAside(
        const Digest& object, const std::string& device, std::optional<std::uint64_t> generation);

private:
    explicit Records(Database database) : database_(std::move(database)) {}
    [[nodiscard]] Result<std::optional<ChapterRow>> oneChapter(Statement& statement);
    [[nodiscard]] Result<std::uint64_t> oneNumber(const char* sql);

    Database database_;
    std::string passedOver_;  // indices of leaves, as SQL lists numbers
};

}  // namespace liuhen::vault
