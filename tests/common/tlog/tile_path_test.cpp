// SPDX-License-Identifier: Apache-2.0
// Tile names and contents as C2SP tlog-tiles gives them.
#include "common/tlog/tile_path.hpp"

#include "tests/common/tlog/fixtures.hpp"

using namespace liuhen;
using namespace liuhen::test;
using tlog::TileName;

TEST_SUITE("tlog/tile_path") {
    TEST_CASE("names are written and read in groups of three digits") {
        struct Row {
            const char* path;
            TileName name;
        };
        const Row rows[] = {
            {"tile/0/000", {false, 0, 0, 256}},
            {"tile/0/x001/x234/067", {false, 0, 1234067, 256}},
            {"tile/1/x001/000", {false, 1, 1000, 256}},
            {"tile/2/999.p/1", {false, 2, 999, 1}},
            {"tile/7/000.p/255", {false, 7, 0, 255}},
            {"tile/entries/x001/x234/067.p/8", {true, 0, 1234067, 8}},
            {"tile/entries/273.p/112", {true, 0, 273, 112}},
            {"tile/0/x072/x057/x594/x037/x927/935", {false, 0, UINT64_MAX >> 8U, 256}},
        };
        for (const Row& row : rows) {
            CAPTURE(row.path);
            CHECK(tlog::toPath(row.name) == row.path);
            CHECK(must(tlog::parseTilePath(row.path)) == row.name);
        }
    }

    TEST_CASE("any other spelling is refused") {
        for (const char* path : {"",
                                 "tile",
                                 "tile/",
                                 "tile/0",
                                 "tile/0/",
                                 "tile/0/0",
                                 "tile/0/0000",
                                 "tile/00/000",
                                 "tile/8/000",
                                 "tile/-1/000",
                                 "tile/entries/",
                                 "tile/data/000",
                                 "/tile/0/000",
                                 "tile/0/x000/000",
                                 "tile/0/001/000",
                                 "tile/0/x001/x000",
                                 "tile/0/000.p/0",
                                 "tile/0/000.p/256",
                                 "tile/0/000.p/01",
                                 "tile/0/000.p/",
                                 "tile/0/000.p",
                                 "tile/0/000.p/1/",
                                 "tile/0/../000",
                                 "tile/0/000.tmp",
                                 "tile/0/x999/x999/x999/x999/x999/x999/999",
                                 "checkpoint"}) {
            CAPTURE(path);
            const auto parsed = tlog::parseTilePath(path);
            REQUIRE_FALSE(parsed);
            CHECK(parsed.error().kind == core::ErrorKind::InvalidArgument);
        }
    }

    TEST_CASE("a tree of 70,000 leaves has the tiles of the specification's example") {
        CHECK(tlog::hashesAt(0, 70'000) == 70'000);
        CHECK(tlog::tileWidth(0, 272, 70'000) == 256);
        CHECK(tlog::tileWidth(0, 273, 70'000) == 112);
        CHECK(tlog::tileWidth(0, 274, 70'000) == 0);
        CHECK(tlog::tileWidth(1, 0, 70'000) == 256);
        CHECK(tlog::tileWidth(1, 1, 70'000) == 17);
        CHECK(tlog::tileWidth(2, 0, 70'000) == 1);
        CHECK(tlog::tileWidth(3, 0, 70'000) == 0);
        CHECK(tlog::tileWidth(0, 0, 256) == 256);
        CHECK(tlog::tileWidth(0, 1, 256) == 0);
        CHECK(tlog::tileWidth(1, 0, 256) == 1);
        CHECK(tlog::tileWidth(8, 0, UINT64_MAX) == 0);
        CHECK(tlog::tileWidth(7, 0, UINT64_MAX) == 255);
    }

    TEST_CASE("bundles carry lengths of two bytes, most significant first") {
        core::Buffer bundle;
        tlog::appendEntry(bundle, core::Buffer{});
        tlog::appendEntry(bundle, core::Buffer{'a'});
        tlog::appendEntry(bundle, core::Buffer(300, 'b'));
        CHECK(core::toHex(core::ByteView(bundle).first(7)) == "0000000161012c");
        const auto entries = must(tlog::parseBundle(bundle, 3));
        REQUIRE(entries.size() == 3);
        CHECK(entries[2] == core::Buffer(300, 'b'));
        for (std::size_t length = 0; length < bundle.size(); ++length) {
            CHECK_FALSE(tlog::parseBundle(core::ByteView(bundle).first(length), 3));
        }
        CHECK_FALSE(tlog::parseBundle(bundle, 2));
        CHECK_FALSE(tlog::parseBundle(bundle, 4));
        bundle.push_back(0);
        CHECK_FALSE(tlog::parseBundle(bundle, 3));
    }

    TEST_CASE("tiles are hashes one after the other, and nothing else") {
        const std::vector<core::Digest> hashes = leafHashes(5);
        const core::Buffer bytes = tlog::encodeTile(hashes);
        CHECK(bytes.size() == 160);
        CHECK(must(tlog::parseTile(bytes, 5)) == hashes);
        CHECK_FALSE(tlog::parseTile(bytes, 4));
        CHECK_FALSE(tlog::parseTile(bytes, 6));
    }
}
