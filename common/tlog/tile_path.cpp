// SPDX-License-Identifier: Apache-2.0
// Tile names and contents, written in one form and read in that form only.
#include "common/tlog/tile_path.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::ErrorKind;
using core::fail;

constexpr std::string_view kFolder = "tile/";
constexpr std::string_view kPartial = ".p/";
constexpr std::size_t kLongestPath = 80;

std::string indexPath(std::uint64_t index) {
    std::string path = fmt::format("{:03}", index % 1000);
    for (index /= 1000; index > 0; index /= 1000) {
        path = fmt::format("x{:03}/{}", index % 1000, path);
    }
    return path;
}

/// Reads x001/x234/067 leniently; the caller compares with what indexPath makes of the outcome.
Result<std::uint64_t> parseIndex(std::string_view path) {
    std::string digits;
    for (const char c : path) {
        if (c >= '0' && c <= '9') {
            digits.push_back(c);
        }
    }
    return core::parseUnsigned(digits);
}

}  // namespace

std::string toPath(const TileName& tile) {
    std::string path = tile.entries
                           ? fmt::format("{}entries/{}", kFolder, indexPath(tile.index))
                           : fmt::format("{}{}/{}", kFolder, tile.level, indexPath(tile.index));
    return tile.width < kTileWidth ? fmt::format("{}{}{}", path, kPartial, tile.width) : path;
}

Result<TileName> parseTilePath(std::string_view path) {
    const auto refused = [&path] {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("read tile path '{}': not of the form tile/L/N or tile/L/N.p/W",
                                path.substr(0, kLongestPath)));
    };
    if (path.size() > kLongestPath || !path.starts_with(kFolder)) {
        return refused();
    }
    std::string_view rest = path.substr(kFolder.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
        return refused();
    }
    TileName tile;
    const std::string_view level = rest.substr(0, slash);
    tile.entries = level == "entries";
    rest.remove_prefix(slash + 1);
    if (const std::size_t dot = rest.find(kPartial); dot != std::string_view::npos) {
        const auto width = core::parseUnsigned(rest.substr(dot + kPartial.size()));
        if (!width || *width == 0 || *width >= kTileWidth) {
            return refused();
        }
        tile.width = static_cast<unsigned>(*width);
        rest = rest.substr(0, dot);
    }
    const auto levelNumber = tile.entries ? Result<std::uint64_t>(0) : core::parseUnsigned(level);
    const auto index = parseIndex(rest);
    if (!levelNumber || *levelNumber >= kTileLevels || !index) {
        return refused();
    }
    tile.level = static_cast<unsigned>(*levelNumber);
    tile.index = *index;
    if (toPath(tile) != path) {
        return refused();
    }
    return tile;
}

std::uint64_t hashesAt(unsigned level, std::uint64_t size) {
    return level < kTileLevels ? size >> (8U * level) : 0;
}

unsigned tileWidth(unsigned level, std::uint64_t index, std::uint64_t size) {
    const std::uint64_t hashes = hashesAt(level, size);
    if (index > hashes / kTileWidth) {
        return 0;
    }
    return static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, hashes - index * kTileWidth));
}

Buffer encodeTile(std::span<const Digest> hashes) {
    Buffer bytes;
    bytes.reserve(hashes.size() * Digest{}.size());
    for (const Digest& hash : hashes) {
        core::append(bytes, hash);
    }
    return bytes;
}

Result<std::vector<Digest>> parseTile(ByteView bytes, unsigned width) {
    constexpr std::size_t kHashBytes = Digest{}.size();
    if (bytes.size() != width * kHashBytes) {
        return fail(
            ErrorKind::DataLoss,
            fmt::format("read tile: {} bytes where {} hashes are due", bytes.size(), width));
    }
    std::vector<Digest> hashes(width);
    for (std::size_t i = 0; i < width; ++i) {
        const ByteView hash = bytes.subspan(i * kHashBytes, kHashBytes);
        std::copy(hash.begin(), hash.end(), hashes[i].begin());
    }
    return hashes;
}

void appendEntry(Buffer& bundle, ByteView leaf) {
    LIUHEN_ASSERT(leaf.size() <= kLeafBytes);
    core::appendU16(bundle, static_cast<std::uint16_t>(leaf.size()));
    core::append(bundle, leaf);
}

Result<std::vector<Buffer>> parseBundle(ByteView bytes, unsigned width) {
    core::ByteReader reader(bytes);
    std::vector<Buffer> entries;
    while (!reader.atEnd() && entries.size() < width) {
        LIUHEN_TRY(const std::uint16_t length, reader.u16());
        LIUHEN_TRY(const ByteView entry, reader.take(length));
        entries.push_back(core::toBuffer(entry));
    }
    if (!reader.atEnd() || entries.size() != width) {
        return fail(ErrorKind::DataLoss, fmt::format("read bundle: not exactly {} entries", width));
    }
    return entries;
}

}  // namespace liuhen::tlog
