// SPDX-License-Identifier: Apache-2.0
// A log kept as files: tiles, bundles of leaves, and the checkpoint that covers them.
#pragma once

#include "common/core/files.hpp"
#include "common/tlog/checkpoint.hpp"
#include "common/tlog/tile_reader.hpp"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::tlog {

class TileBatch;

/// Writes a tiled log in one folder (docs/format/custody.md) and reads it back.
///
/// The log is as large as its checkpoint says; leaves handed over since are *staged*, in memory.
/// Files beyond the checkpoint are leftovers of a publish that was cut short: whoever keeps the
/// leaves hands them over again, and the same files are written again.
///
/// Nothing is ever removed but partial tiles and bundles that no reader needs: those of the
/// checkpoint before the last, which longer ones or full ones hold as well, once the new checkpoint
/// is durable. So whoever has just read a checkpoint finds its files until two more are published.
///
/// Memory: the staged leaves, the right edge (at most 64 KiB of hashes and one bundle) and a small
/// cache. `files` must outlive it. Not thread-safe; blocks on the medium.
class TileStore {
public:
    /// The bounds of what may be staged at once.
    static constexpr std::size_t kStagedLeaves = 65'536;
    static constexpr std::size_t kStagedBytes = 64U << 20U;

    /// Opens a log, or begins one where `folder` has no checkpoint. `scratch` is a folder of this
    /// store alone, outside of the log on the same file system, for files not yet whole; it is
    /// emptied.
    ///
    /// The signature of the checkpoint is not judged here, and an absent checkpoint is an empty
    /// log: the caller knows key and least size, and compares note() and size(). Errors: DataLoss
    /// if checkpoint, witnessed note or right edge are damaged, the tiles have another root, or the
    /// witnessed note is of another past.
    [[nodiscard]] static Result<TileStore> open(core::Files& files,
                                                std::string folder,
                                                std::string scratch);

    TileStore(const TileStore&) = delete;
    TileStore& operator=(const TileStore&) = delete;
    TileStore(TileStore&&) = default;
    TileStore& operator=(TileStore&&) = default;
    ~TileStore() = default;

    /// Leaves under the checkpoint.
    [[nodiscard]] std::uint64_t size() const { return edge_.tree.size(); }
    /// The index that the next leaf handed over will have.
    [[nodiscard]] std::uint64_t nextIndex() const { return size() + staged_.size(); }
    /// The newest checkpoint; nothing before the first publish.
    [[nodiscard]] const std::optional<Checkpoint>& checkpoint() const { return checkpoint_; }
    /// The note that carries it, with all its signatures; empty before the first publish.
    [[nodiscard]] const std::string& note() const { return note_; }

    /// Stages leaves at the end of the log; all of them or none. Answers the index of the first.
    /// Errors: InvalidArgument for a leaf above 65,535 bytes; ResourceExhausted beyond the bounds
    /// above.
    [[nodiscard]] Result<std::uint64_t> append(std::span<const Buffer> leaves);

    /// Writes what is staged, then a checkpoint of `origin` signed by `key` under the origin's
    /// name; answers the note. Without anything staged the present note is answered and nothing
    /// written.
    ///
    /// Errors: FailedPrecondition if the log has another origin; DataLoss if a folder could not be
    /// synced, after which only a new start knows what is there; those of Files. After an error the
    /// log is as before, and the leaves are still staged: publish again. Power loss: the old
    /// checkpoint or the new one, each with all of its files.
    [[nodiscard]] Result<std::string> publish(std::string_view origin, const crypto::NoteKey& key);

    /// Replaces the note by one of the same checkpoint with other signatures (see withSignature).
    /// Errors: InvalidArgument if it is malformed or says anything else. Power loss: the old or the
    /// new.
    [[nodiscard]] Result<void> replaceNote(std::string_view note);

    /// The newest note that was found to be witnessed, with its cosignatures; empty if none was.
    [[nodiscard]] const std::string& witnessed() const { return witnessed_; }
    /// Leaves under it.
    [[nodiscard]] std::uint64_t witnessedSize() const { return witnessedSize_; }
    /// Keeps a note beside the checkpoint as the newest that was witnessed; that it was, and who
    /// signed it, the caller knows. Errors: InvalidArgument if it is malformed or not of this log's
    /// past, FailedPrecondition if one of a larger tree is kept; DataLoss as publish. Power loss:
    /// the one before or this one.
    [[nodiscard]] Result<void> keepWitnessed(std::string_view note);

    /// A leaf under the checkpoint. Errors: as TileReader.
    [[nodiscard]] Result<Buffer> leaf(std::uint64_t index) { return reader_.leaf(index); }
    /// The root of the first `size` leaves, at most size().
    [[nodiscard]] Result<Digest> rootAt(std::uint64_t size);
    /// Proofs in any tree of at most size() leaves (see tree.hpp).
    [[nodiscard]] Result<std::vector<Digest>> inclusionPath(std::uint64_t index,
                                                            std::uint64_t size);
    [[nodiscard]] Result<std::vector<Digest>> consistencyPath(std::uint64_t oldSize,
                                                              std::uint64_t newSize);

private:
    /// The tree's right edge: what its partial tiles and its partial bundle hold.
    struct Edge {
        Tree tree;
        std::array<std::vector<Digest>, kTileLevels> tiles;
        Buffer bundle;

        [[nodiscard]] Result<void> append(ByteView leaf, TileBatch& batch);
        [[nodiscard]] Result<void> putPartials(std::uint64_t oldSize, TileBatch& batch) const;
    };

    TileStore(core::Files& files, std::string folder, std::string scratch);
    [[nodiscard]] Result<void> emptyScratch();
    void removePartials(std::uint64_t size);
    void removeLeftPartials();
    void removeFile(const TileName& name);
    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<void> loadWitnessed();
    [[nodiscard]] Result<Checkpoint> parsePast(std::string_view note);
    [[nodiscard]] Result<void> checkSize(std::uint64_t size) const;

    core::Files* files_;
    std::string folder_;
    std::string scratch_;
    TileReader reader_;
    Edge edge_;
    std::vector<Buffer> staged_;
    std::size_t stagedBytes_ = 0;
    std::optional<Checkpoint> checkpoint_;
    std::string note_;
    std::string witnessed_;
    std::uint64_t witnessedSize_ = 0;
    std::set<std::string> folders_;  // known to be durable
    std::uint64_t formerSize_ = 0;   // of the checkpoint before the present one
};

}  // namespace liuhen::tlog
