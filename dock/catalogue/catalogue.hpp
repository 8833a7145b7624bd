// SPDX-License-Identifier: Apache-2.0
// The catalogue: what the vault holds, as tables to search in. A projection; never the truth.
#pragma once

#include "common/core/unique_fd.hpp"
#include "common/evidence/messages.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace liuhen::catalogue {

using core::Digest;

/// Gives the entries of one chapter in order, then nothing.
using EntrySource = std::function<Result<std::optional<evidence::Entry>>()>;

/// The object leaf of a stored chapter or segment, with its place in the custody log.
struct LoggedObject {
    std::uint64_t index = 0;
    evidence::ObjectLeaf leaf;
};

/// Where the newest chapter of a generation ends.
struct ChapterEnd {
    std::uint64_t seq = 0;  // of its docking
    Digest entry{};
};

/// A segment as its entries describe it.
struct SegmentRow {
    std::uint64_t recording = 0;
    std::uint64_t segment = 0;
    std::uint64_t sizeBytes = 0;
    std::uint64_t parts = 0;
    std::uint64_t partsLost = 0;
    std::optional<Digest> entry;  // hash of segment.end, else of the last part
};

/// A stored object whose receipt the recorder may not have.
struct StoredObject {
    std::uint64_t leaf = 0;
    Digest object{};
    std::uint64_t sizeBytes = 0;
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> first;  // chapter
    std::optional<std::uint64_t> recording;
    std::optional<std::uint64_t> segment;
    Digest entry{};
};

/// Takes the lock that a writer of a folder's catalogue holds.
/// Errors: AlreadyExists if another process has it.
[[nodiscard]] Result<core::UniqueFd> lockFolder(const std::string& folder);

/// The database `catalogue.db` in a folder. Thread-safe: one connection under a lock.
///
/// Errors of all calls: those of the database. Power loss: a call that answered is durable; one
/// that did not has left nothing behind.
class Catalogue {
public:
    /// Opens for writing, making the database if there is none.
    /// Errors besides: AlreadyExists if another process writes it; FailedPrecondition if it is of
    /// another version.
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> open(const std::string& folder);
    /// Opens for reading, also while another process writes.
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> openReading(const std::string& folder);

    /// Enters one stored chapter and its leaf, in one transaction. A chapter that is there already
    /// changes nothing; the source is then not read to its end.
    /// Errors besides: those of `entries`; InvalidArgument if they are no chapter.
    [[nodiscard]] Result<void> project(const EntrySource& entries, const LoggedObject& object);
    /// Enters the leaves of stored segments, in one transaction. Harmless twice.
    [[nodiscard]] Result<void> project(std::span<const LoggedObject> segments);
    /// Notes that the recorder has acknowledged a receipt of this object that counts so many
    /// copies. Harmless twice.
    [[nodiscard]] Result<void> noteDelivered(const Digest& object, std::uint64_t copies);

    [[nodiscard]] Result<std::optional<ChapterEnd>> lastChapter(const std::string& device,
                                                                std::uint64_t generation);
    [[nodiscard]] Result<std::optional<SegmentRow>> segment(const std::string& device,
                                                            std::uint64_t generation,
                                                            std::uint64_t recording,
                                                            std::uint64_t segment);
    /// Segments of a generation that have parts, but no object; at most `limit`, oldest first, from
    /// the (recording, segment) behind `after` on.
    [[nodiscard]] Result<std::vector<SegmentRow>> segmentsWithoutObject(
        const std::string& device,
        std::uint64_t generation,
        std::size_t limit,
        std::optional<std::pair<std::uint64_t, std::uint64_t>> after = std::nullopt);
    /// Objects of a device whose receipt was not acknowledged; at most `limit`, oldest first, from
    /// the leaf behind `after` on.
    [[nodiscard]] Result<std::vector<StoredObject>> undelivered(
        const std::string& device,
        std::size_t limit,
        std::optional<std::uint64_t> after = std::nullopt);
    /// Objects of a generation that the recorder has not freed, and of which it has no receipt that
    /// counts two copies, but one that counts fewer; bounds as in undelivered().
    [[nodiscard]] Result<std::vector<StoredObject>> singleCopies(
        const std::string& device,
        std::uint64_t generation,
        std::size_t limit,
        std::optional<std::uint64_t> after = std::nullopt);
    /// All (device, generation), in order.
    [[nodiscard]] Result<std::vector<std::pair<std::string, std::uint64_t>>> generations();
    [[nodiscard]] Result<std::uint64_t> objectCount();
    /// The highest index of an object leaf; nothing without objects.
    [[nodiscard]] Result<std::optional<std::uint64_t>> highestLeaf();

private:
    explicit Catalogue(Connection connection, core::UniqueFd lock)
        : lock_(std::move(lock)), connection_(std::move(connection)) {}

    core::UniqueFd lock_;
    std::mutex mutex_;
    Connection connection_;  // under mutex_
};

}  // namespace liuhen::catalogue
