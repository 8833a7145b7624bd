// SPDX-License-Identifier: Apache-2.0
// Names and contents of the files of a tiled log (C2SP tlog-tiles).
#pragma once

#include "common/tlog/tree.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::tlog {

/// Hashes in a full tile, and entries in a full bundle.
inline constexpr unsigned kTileWidth = 256;
/// Tile levels that a tree of at most 2^64 - 1 leaves can have.
inline constexpr unsigned kTileLevels = 8;
/// The longest leaf: its length has two bytes.
inline constexpr std::size_t kLeafBytes = 65'535;
/// The longest bundle.
inline constexpr std::size_t kBundleBytes = kTileWidth * (2 + kLeafBytes);

/// One file of the log, other than the checkpoint.
struct TileName {
    bool entries = false;         // a bundle of leaves; `level` is 0 then
    unsigned level = 0;           // 0 to 7
    std::uint64_t index = 0;      // within the level
    unsigned width = kTileWidth;  // 1 to 256; below 256 the tile is partial

    bool operator==(const TileName&) const = default;
};

/// Relative to the log: "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]", N as x001/x234/067.
[[nodiscard]] std::string toPath(const TileName& tile);
/// Errors: InvalidArgument for anything that toPath would not have made.
[[nodiscard]] Result<TileName> parseTilePath(std::string_view path);

/// How many hashes level `level` has in a tree of `size` leaves: size / 256^level.
[[nodiscard]] std::uint64_t hashesAt(unsigned level, std::uint64_t size);
/// The width of tile `index` of a level in a tree of `size` leaves; 0 if there is none.
[[nodiscard]] unsigned tileWidth(unsigned level, std::uint64_t index, std::uint64_t size);

/// The hashes, 32 bytes each.
[[nodiscard]] Buffer encodeTile(std::span<const Digest> hashes);
/// Errors: DataLoss unless `bytes` are exactly `width` hashes.
[[nodiscard]] Result<std::vector<Digest>> parseTile(ByteView bytes, unsigned width);

/// Appends one leaf, its length (2 bytes, big-endian) before it. `leaf` is at most kLeafBytes.
void appendEntry(Buffer& bundle, ByteView leaf);
/// Errors: DataLoss unless `bytes` are exactly `width` entries.
[[nodiscard]] Result<std::vector<Buffer>> parseBundle(ByteView bytes, unsigned width);

}  // namespace liuhen::tlog
