// SPDX-License-Identifier: Apache-2.0
// A log on the fault-injecting storage, and what a whole log must look like.
#pragma once

#include "common/core/fault_files.hpp"
#include "common/tlog/tiles.hpp"
#include "tests/common/tlog/fixtures.hpp"
#include "tests/common/tlog/naive_tree.hpp"

#include <map>
#include <string>

namespace liuhen::test {

inline constexpr const char* kFolder = "/vault/log";
inline constexpr const char* kScratch = "/vault/log.new";
inline constexpr const char* kOrigin = "vault.example/log";

inline tlog::TileStore openLog(core::Files& files) {
    return must(tlog::TileStore::open(files, kFolder, kScratch));
}

/// Hands over the test leaves from the log's end to `size` and publishes.
inline core::Result<std::string> growTo(tlog::TileStore& log, std::uint64_t size) {
    const auto appended = log.append(leavesOf(log.nextIndex(), size));
    if (!appended) {
        return tl::make_unexpected(appended.error());
    }
    return log.publish(kOrigin, exampleKey());
}

/// All files below a folder, by path relative to it.
inline std::map<std::string, core::Buffer> contentOf(core::Files& files,
                                                     const std::string& folder) {
    std::map<std::string, core::Buffer> content;
    std::vector<std::string> folders = {""};
    while (!folders.empty()) {
        const std::string at = folders.back();
        folders.pop_back();
        const auto items = files.list(folder + "/" + at);
        if (!items) {
            continue;
        }
        for (const core::FolderItem& item : *items) {
            const std::string path = at + item.name;
            if (item.isFolder) {
                folders.push_back(path + "/");
            } else {
                content[path] = must(core::readFile(files, folder + "/" + path, UINT64_MAX));
            }
        }
    }
    return content;
}

/// The tiles and bundles that a tree of the first `hashes.size()` test leaves has, by definition.
inline std::map<std::string, core::Buffer> tilesByDefinition(std::vector<Digest> hashes) {
    std::map<std::string, core::Buffer> content;
    for (unsigned level = 0; !hashes.empty(); ++level) {
        std::vector<Digest> above;
        for (std::size_t begin = 0; begin < hashes.size(); begin += 256) {
            const std::size_t width = std::min<std::size_t>(256, hashes.size() - begin);
            const Hashes row = Hashes(hashes).subspan(begin, width);
            tlog::TileName name{false, level, begin / 256, static_cast<unsigned>(width)};
            core::Buffer& tile = content[tlog::toPath(name)];
            for (const Digest& hash : row) {
                core::append(tile, hash);
            }
            if (level == 0) {
                name.entries = true;
                core::Buffer& bundle = content[tlog::toPath(name)];
                for (std::size_t i = begin; i < begin + width; ++i) {
                    const core::Buffer leaf = leafOf(i);
                    bundle.push_back(static_cast<std::uint8_t>(leaf.size() >> 8U));
                    bundle.push_back(static_cast<std::uint8_t>(leaf.size()));
                    core::append(bundle, leaf);
                }
            }
            if (width == 256) {
                above.push_back(naiveRoot(row));
            }
        }
        hashes = above;
    }
    return content;
}

/// What a log of the first `size` test leaves must be.
struct WholeLog {
    Digest root{};
    std::map<std::string, core::Buffer> tiles;
};

/// Made once for each size.
inline const WholeLog& wholeLog(std::uint64_t size) {
    static std::map<std::uint64_t, WholeLog> known;
    auto found = known.find(size);
    if (found == known.end()) {
        const std::vector<Digest> hashes = leafHashes(size);
        found = known.emplace(size, WholeLog{naiveRoot(hashes), tilesByDefinition(hashes)}).first;
    }
    return found->second;
}

/// Whether folder and checkpoint are exactly what a log of the first `size` test leaves must be,
/// older partial tiles aside, each of which is the beginning of what is there now.
inline void checkWhole(core::Files& files, std::uint64_t size) {
    CAPTURE(size);
    tlog::TileStore log = openLog(files);
    REQUIRE(log.size() == size);
    const WholeLog& whole = wholeLog(size);
    const auto parsed = must(tlog::parseCheckpoint(log.note()));
    CHECK(tlog::verifySignature(parsed.note, kOrigin, exampleKey().publicBytes()));
    CHECK(parsed.checkpoint == tlog::Checkpoint{kOrigin, size, whole.root});

    auto content = contentOf(files, kFolder);
    CHECK(content.erase("checkpoint") == 1);
    for (const auto& item : whole.tiles) {
        const std::string& path = item.first;
        const core::Buffer& expected = item.second;
        CAPTURE(path);
        REQUIRE(content.count(path) == 1);
        CHECK((content[path] == expected));
    }
    for (const auto& item : content) {
        const std::string& path = item.first;
        const core::Buffer& bytes = item.second;
        CAPTURE(path);
        const tlog::TileName name = must(tlog::parseTilePath(path));
        tlog::TileName now = name;
        now.width = tlog::tileWidth(name.level, name.index, size);
        REQUIRE(name.width <= now.width);
        const core::Buffer& grown = content[tlog::toPath(now)];
        REQUIRE(bytes.size() <= grown.size());
        CHECK(std::equal(bytes.begin(), bytes.end(), grown.begin()));
    }
    CHECK(contentOf(files, kScratch).empty());
}

}  // namespace liuhen::test
