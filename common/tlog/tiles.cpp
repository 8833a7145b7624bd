// SPDX-License-Identifier: Apache-2.0
// Publishing: tiles and bundles are durable before the checkpoint that covers them is replaced.
#include "common/tlog/tiles.hpp"

#include "common/tlog/tile_batch.hpp"

#include <utility>

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;

constexpr const char* kCheckpointName = "checkpoint";
constexpr const char* kWitnessedName = "witnessed";

/// The tiles and the bundle that are partial in a tree of so many leaves.
std::vector<TileName> partialsOf(std::uint64_t size) {
    std::vector<TileName> names;
    for (unsigned level = 0; level < kTileLevels; ++level) {
        const std::uint64_t hashes = hashesAt(level, size);
        const auto width = static_cast<unsigned>(hashes % kTileWidth);
        if (width == 0) {
            continue;
        }
        if (level == 0) {
            names.push_back({true, 0, hashes / kTileWidth, width});
        }
        names.push_back({false, level, hashes / kTileWidth, width});
    }
    return names;
}

/// Whether a tree of so many leaves has a partial tile in the place of this one.
bool isPartialIn(const TileName& name, std::uint64_t size) {
    const std::uint64_t hashes = hashesAt(name.level, size);
    return hashes % kTileWidth != 0 && hashes / kTileWidth == name.index;
}

}  // namespace

TileStore::TileStore(core::Files& files, std::string folder, std::string scratch)
    : files_(&files),
      folder_(std::move(folder)),
      scratch_(std::move(scratch)),
      reader_(files, folder_, 0) {}

Result<TileStore> TileStore::open(core::Files& files, std::string folder, std::string scratch) {
    TileStore store(files, std::move(folder), std::move(scratch));
    if (const auto done = store.emptyScratch(); !done) {
        return core::failWith(done.error(), fmt::format("open log {}", store.folder_));
    }
    if (const auto done = store.load(); !done) {
        // A tile that a checkpoint needs and that is not there is damage, not an absent log.
        const ErrorKind kind = done.error().kind;
        return fail(kind == ErrorKind::NotFound ? ErrorKind::DataLoss : kind,
                    fmt::format("open log {}: {}", store.folder_, done.error().message));
    }
    return store;
}

Result<void> TileStore::emptyScratch() {
    const auto items = files_->list(scratch_);
    if (!items) {
        return items.error().kind == ErrorKind::NotFound
                   ? Result<void>()
                   : Result<void>(tl::make_unexpected(items.error()));
    }
    for (const core::FolderItem& item : *items) {
        LIUHEN_CHECK(files_->remove(core::joinPath(scratch_, item.name)));
    }
    return {};
}

/// Removes the partial files of a tree of so many leaves, save those that the present checkpoint or
/// the one before it needs. One that cannot be removed does no harm.
void TileStore::removePartials(std::uint64_t size) {
    for (const TileName& name : partialsOf(size)) {
        const auto needed = [&name](std::uint64_t other) {
            return isPartialIn(name, other) &&
                   hashesAt(name.level, other) % kTileWidth == name.width;
        };
        if (needed(this->size()) || needed(formerSize_)) {
            continue;
        }
        removeFile(name);
        if (!isPartialIn(name, this->size()) && !isPartialIn(name, formerSize_)) {
            const std::string folder = core::folderOf(core::joinPath(folder_, toPath(name)));
            if (files_->remove(folder)) {
                folders_.erase(folder);
            }
        }
    }
}

void TileStore::removeFile(const TileName& name) {
    static_cast<void>(files_->remove(core::joinPath(folder_, toPath(name))));
}

/// What an earlier run left of the present edge and of the tiles just before it.
void TileStore::removeLeftPartials() {
    for (unsigned level = 0; level < kTileLevels; ++level) {
        const std::uint64_t hashes = hashesAt(level, size());
        for (const bool entries : {true, false}) {
            if (entries && level > 0) {
                continue;
            }
            const std::uint64_t edge = hashes / kTileWidth;
            for (std::uint64_t index = edge == 0 ? 0 : edge - 1; index <= edge; ++index) {
                const TileName any{entries, level, index, 1};
                const std::string folder = core::folderOf(core::joinPath(folder_, toPath(any)));
                const auto items = files_->list(folder);
                for (const core::FolderItem& item :
                     items ? *items : std::vector<core::FolderItem>()) {
                    if (index != edge || item.name != fmt::to_string(hashes % kTileWidth)) {
                        static_cast<void>(files_->remove(core::joinPath(folder, item.name)));
                    }
                }
                if (items && index != edge) {
                    static_cast<void>(files_->remove(folder));
                }
            }
        }
    }
}

Result<void> TileStore::load() {
    const auto bytes =
        core::readFile(*files_, core::joinPath(folder_, kCheckpointName), kNoteBytes);
    if (!bytes && bytes.error().kind == ErrorKind::NotFound) {
        return files_->exists(core::joinPath(folder_, kWitnessedName))
                   ? Result<void>(fail(ErrorKind::DataLoss,
                                       "it has a witnessed note and no checkpoint: somebody "
                                       "removed that"))
                   : Result<void>();
    }
    if (!bytes) {
        return tl::make_unexpected(bytes.error());
    }
    auto parsed = parseCheckpoint(core::textOf(*bytes));
    if (!parsed) {
        return fail(ErrorKind::DataLoss, parsed.error().message);
    }
    // A run that was killed may have put it there and not synced its name; what follows from it
    // must not outlive it.
    LIUHEN_CHECK(files_->syncFolder(folder_));
    const std::uint64_t size = parsed->checkpoint.size;
    reader_.grow(size);
    LIUHEN_TRY(edge_.tree, Tree::load(size, reader_.subtrees()));
    if (edge_.tree.root() != parsed->checkpoint.root) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("the tiles of {} leaves have another root than the checkpoint", size));
    }
    for (unsigned level = 0; level < kTileLevels; ++level) {
        const std::uint64_t hashes = hashesAt(level, size);
        if (hashes % kTileWidth != 0) {
            LIUHEN_TRY(edge_.tiles.at(level), reader_.tile(level, hashes / kTileWidth));
        }
    }
    if (size % kTileWidth != 0) {
        LIUHEN_TRY(const std::vector<Buffer> entries, reader_.bundle(size / kTileWidth));
        for (const Buffer& entry : entries) {
            appendEntry(edge_.bundle, entry);
        }
    }
    checkpoint_ = std::move(parsed->checkpoint);
    note_ = core::textOf(*bytes);
    formerSize_ = size;
    removeLeftPartials();
    return loadWitnessed();
}

Result<void> TileStore::loadWitnessed() {
    const auto bytes = core::readFile(*files_, core::joinPath(folder_, kWitnessedName), kNoteBytes);
    if (!bytes) {
        return bytes.error().kind == ErrorKind::NotFound
                   ? Result<void>()
                   : Result<void>(tl::make_unexpected(bytes.error()));
    }
    const auto past = parsePast(core::textOf(*bytes));
    if (!past) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("read its witnessed note: {}", past.error().message));
    }
    witnessed_ = core::textOf(*bytes);
    witnessedSize_ = past->size;
    return {};
}

Result<std::uint64_t> TileStore::append(std::span<const Buffer> leaves) {
    std::size_t bytes = stagedBytes_;
    for (const Buffer& leaf : leaves) {
        if (leaf.size() > kLeafBytes) {
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("append to log {}: a leaf of {} bytes; the limit is {}",
                                    folder_,
                                    leaf.size(),
                                    kLeafBytes));
        }
        bytes += leaf.size();
    }
    if (staged_.size() + leaves.size() > kStagedLeaves || bytes > kStagedBytes) {
        return fail(ErrorKind::ResourceExhausted,
                    fmt::format("append {} leaves to log {}: too much is staged, publish first",
                                leaves.size(),
                                folder_));
    }
    const std::uint64_t first = nextIndex();
    staged_.insert(staged_.end(), leaves.begin(), leaves.end());
    stagedBytes_ = bytes;
    return first;
}

Result<void> TileStore::Edge::append(ByteView leaf, TileBatch& batch) {
    Digest hash = leafHash(leaf);
    tree.append(hash);
    appendEntry(bundle, leaf);
    for (unsigned level = 0; level < kTileLevels; ++level) {
        std::vector<Digest>& row = tiles.at(level);
        row.push_back(hash);
        if (row.size() < kTileWidth) {
            break;
        }
        const std::uint64_t index = hashesAt(level, tree.size()) / kTileWidth - 1;
        if (level == 0) {
            LIUHEN_CHECK(batch.put(toPath({true, 0, index, kTileWidth}), bundle));
            bundle.clear();
        }
        LIUHEN_CHECK(batch.put(toPath({false, level, index, kTileWidth}), encodeTile(row)));
        hash = rootOf(row);
        row.clear();
    }
    return {};
}

Result<void> TileStore::Edge::putPartials(std::uint64_t oldSize, TileBatch& batch) const {
    for (unsigned level = 0; level < kTileLevels; ++level) {
        const std::vector<Digest>& row = tiles.at(level);
        const std::uint64_t hashes = hashesAt(level, tree.size());
        if (row.empty() || hashes == hashesAt(level, oldSize)) {
            continue;
        }
        const auto width = static_cast<unsigned>(row.size());
        if (level == 0) {
            LIUHEN_CHECK(batch.put(toPath({true, 0, hashes / kTileWidth, width}), bundle));
        }
        LIUHEN_CHECK(
            batch.put(toPath({false, level, hashes / kTileWidth, width}), encodeTile(row)));
    }
    return {};
}

Result<std::string> TileStore::publish(std::string_view origin, const crypto::NoteKey& key) {
    if (checkpoint_ && checkpoint_->origin != origin) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("publish log {} as {}: it is {}", folder_, origin, checkpoint_->origin));
    }
    if (checkpoint_ && staged_.empty()) {
        return note_;
    }
    Edge next = edge_;
    TileBatch tiles(*files_, folder_, scratch_, folders_);
    for (const Buffer& leaf : staged_) {
        LIUHEN_CHECK(next.append(leaf, tiles));
    }
    LIUHEN_CHECK(next.putPartials(size(), tiles));
    const Checkpoint checkpoint{std::string(origin), next.tree.size(), next.tree.root()};
    LIUHEN_TRY(std::string note, signCheckpoint(checkpoint, origin, key));
    LIUHEN_CHECK(tiles.place(kCheckpointName, core::viewOf(note)));
    const std::uint64_t superseded = std::exchange(formerSize_, size());
    edge_ = std::move(next);
    staged_.clear();
    stagedBytes_ = 0;
    checkpoint_ = checkpoint;
    note_ = std::move(note);
    reader_.grow(size());
    removePartials(superseded);
    return note_;
}

Result<void> TileStore::replaceNote(std::string_view note) {
    LIUHEN_TRY(const SignedCheckpoint parsed, parseCheckpoint(note));
    if (!checkpoint_ || parsed.checkpoint != *checkpoint_) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("replace the note of log {}: it is of another checkpoint", folder_));
    }
    TileBatch head(*files_, folder_, scratch_, folders_);
    LIUHEN_CHECK(head.place(kCheckpointName, core::viewOf(note)));
    note_ = note;
    return {};
}

/// The checkpoint of a note, if these tiles begin with its tree.
Result<Checkpoint> TileStore::parsePast(std::string_view note) {
    LIUHEN_TRY(SignedCheckpoint parsed, parseCheckpoint(note));
    const Checkpoint& past = parsed.checkpoint;
    if (!checkpoint_ || past.origin != checkpoint_->origin || past.size > size()) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("it is of {} leaves of '{}', and log {} has {}",
                                past.size,
                                past.origin,
                                folder_,
                                size()));
    }
    LIUHEN_TRY(const Digest root, rootAt(past.size));
    if (root != past.root) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("log {} had another root at {} leaves", folder_, past.size));
    }
    return std::move(parsed.checkpoint);
}

Result<void> TileStore::keepWitnessed(std::string_view note) {
    LIUHEN_TRY(const Checkpoint past, parsePast(note));
    if (past.size < witnessedSize_) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("keep a witnessed note of {} leaves: log {} has one of {}",
                                past.size,
                                folder_,
                                witnessedSize_));
    }
    TileBatch batch(*files_, folder_, scratch_, folders_);
    LIUHEN_CHECK(batch.place(kWitnessedName, core::viewOf(note)));
    witnessed_ = note;
    witnessedSize_ = past.size;
    return {};
}

Result<void> TileStore::checkSize(std::uint64_t size) const {
    if (size > this->size()) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "prove in a tree of {} leaves: log {} has {}", size, folder_, this->size()));
    }
    return {};
}

Result<Digest> TileStore::rootAt(std::uint64_t size) {
    LIUHEN_CHECK(checkSize(size));
    LIUHEN_TRY(const Tree tree, Tree::load(size, reader_.subtrees()));
    return tree.root();
}

Result<std::vector<Digest>> TileStore::inclusionPath(std::uint64_t index, std::uint64_t size) {
    LIUHEN_CHECK(checkSize(size));
    return tlog::inclusionPath(index, size, reader_.subtrees());
}

Result<std::vector<Digest>> TileStore::consistencyPath(std::uint64_t oldSize,
                                                       std::uint64_t newSize) {
    LIUHEN_CHECK(checkSize(newSize));
    return tlog::consistencyPath(oldSize, newSize, reader_.subtrees());
}

}  // namespace liuhen::tlog
