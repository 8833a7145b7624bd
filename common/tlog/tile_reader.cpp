// SPDX-License-Identifier: Apache-2.0
// Subtrees between tile levels are hashed from the tile below them.
#include "common/tlog/tile_reader.hpp"

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kCachedTiles = 64;

}  // namespace

void TileReader::grow(std::uint64_t size) {
    size_ = size;
    bundle_.clear();
}

Result<Buffer> TileReader::read(const TileName& name, std::uint64_t limit) {
    return core::readFile(*files_, core::joinPath(folder_, toPath(name)), limit);
}

Result<const std::vector<Digest>*> TileReader::cachedTile(unsigned level, std::uint64_t index) {
    const unsigned width = tileWidth(level, index, size_);
    if (width == 0) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "read tile {} of level {}: a tree of {} leaves has none", index, level, size_));
    }
    for (const CachedTile& cached : tiles_) {
        if (cached.level == level && cached.index == index && cached.hashes.size() == width) {
            return &cached.hashes;
        }
    }
    const TileName name{false, level, index, width};
    LIUHEN_TRY(const Buffer bytes, read(name, kTileWidth * Digest{}.size()));
    auto hashes = parseTile(bytes, width);
    if (!hashes) {
        return core::failWith(hashes.error(), toPath(name));
    }
    if (tiles_.size() < kCachedTiles) {
        tiles_.emplace_back();
    }
    CachedTile& slot = tiles_[nextVictim_];
    nextVictim_ = (nextVictim_ + 1) % kCachedTiles;
    slot = CachedTile{level, index, std::move(*hashes)};
    return &slot.hashes;
}

Result<std::vector<Digest>> TileReader::tile(unsigned level, std::uint64_t index) {
    LIUHEN_TRY(const std::vector<Digest>* hashes, cachedTile(level, index));
    return *hashes;
}

Result<Digest> TileReader::subtree(unsigned level, std::uint64_t index) {
    if (level >= 64 || index >= (size_ >> level)) {
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format(
                "read subtree {} of height {}: a tree of {} leaves has none", index, level, size_));
    }
    const unsigned height = level % 8;  // above the hashes of the tile
    const std::uint64_t first = index << height;
    LIUHEN_TRY(const std::vector<Digest>* hashes, cachedTile(level / 8, first / kTileWidth));
    return rootOf(std::span(*hashes).subspan(first % kTileWidth, std::size_t{1} << height));
}

SubtreeReader TileReader::subtrees() {
    return [this](unsigned level, std::uint64_t index) { return subtree(level, index); };
}

Result<std::vector<Buffer>> TileReader::bundle(std::uint64_t index) {
    const TileName name{true, 0, index, tileWidth(0, index, size_)};
    LIUHEN_TRY(const std::vector<Digest>* hashes, cachedTile(0, index));
    LIUHEN_TRY(const Buffer bytes, read(name, kBundleBytes));
    auto entries = parseBundle(bytes, name.width);
    if (!entries) {
        return core::failWith(entries.error(), toPath(name));
    }
    for (std::size_t i = 0; i < entries->size(); ++i) {
        if (leafHash((*entries)[i]) != (*hashes)[i]) {
            return fail(ErrorKind::DataLoss,
                        fmt::format("read {}: leaf {} has another hash than its tile says",
                                    toPath(name),
                                    index * kTileWidth + i));
        }
    }
    return entries;
}

Result<Buffer> TileReader::leaf(std::uint64_t index) {
    if (index >= size_) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read leaf {}: the log has {} leaves", index, size_));
    }
    if (bundle_.empty() || bundleIndex_ != index / kTileWidth) {
        bundle_.clear();
        LIUHEN_TRY(bundle_, bundle(index / kTileWidth));
        bundleIndex_ = index / kTileWidth;
    }
    return bundle_[index % kTileWidth];
}

}  // namespace liuhen::tlog
