// SPDX-License-Identifier: Apache-2.0
// Reads leaves and subtrees of a tiled log of a known size.
#pragma once

#include "common/core/files.hpp"
#include "common/tlog/tile_path.hpp"

#include <string>
#include <vector>

namespace liuhen::tlog {

/// The files of a log as a tree of `size` leaves. Hashes are as the tiles have them: whoever needs
/// to know that they are true compares the root with a verified checkpoint.
///
/// Keeps the last 64 tiles and one bundle. `files` must outlive it. Not thread-safe; reads block.
/// Errors of all readers: NotFound or DataLoss if a file is absent or of the wrong form;
/// InvalidArgument beyond the tree.
class TileReader {
public:
    TileReader(core::Files& files, std::string folder, std::uint64_t size)
        : files_(&files), folder_(std::move(folder)), size_(size) {}

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The log has grown: from now on it is read as a tree of `size` leaves.
    void grow(std::uint64_t size);

    /// The hash of the complete subtree over leaves [index << level, (index + 1) << level).
    [[nodiscard]] Result<Digest> subtree(unsigned level, std::uint64_t index);
    /// subtree() as a callable that refers to this object.
    [[nodiscard]] SubtreeReader subtrees();
    /// All hashes of a tile, full or as wide as the tree has it.
    [[nodiscard]] Result<std::vector<Digest>> tile(unsigned level, std::uint64_t index);
    /// The leaves 256 * index and following. DataLoss if one has another hash than its tile says.
    [[nodiscard]] Result<std::vector<Buffer>> bundle(std::uint64_t index);
    [[nodiscard]] Result<Buffer> leaf(std::uint64_t index);

private:
    struct CachedTile {
        unsigned level = 0;
        std::uint64_t index = 0;
        std::vector<Digest> hashes;
    };

    [[nodiscard]] Result<const std::vector<Digest>*> cachedTile(unsigned level,
                                                                std::uint64_t index);
    [[nodiscard]] Result<Buffer> read(const TileName& name, std::uint64_t limit);

    core::Files* files_;
    std::string folder_;
    std::uint64_t size_;
    std::vector<CachedTile> tiles_;
    std::size_t nextVictim_ = 0;
    std::uint64_t bundleIndex_ = 0;
    std::vector<Buffer> bundle_;  // empty if none is kept
};

}  // namespace liuhen::tlog
