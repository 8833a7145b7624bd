// SPDX-License-Identifier: Apache-2.0
// The log as files: layout, growth in random groups, proofs at every age, damage, limits.
#include "common/tlog/tiles.hpp"

#include "tests/common/tlog/log_folder.hpp"

#include <random>

using namespace liuhen;
using namespace liuhen::test;
using core::ErrorKind;

namespace {

/// Replaces a file of the log by other content.
void plant(core::Files& files, const std::string& path, const core::Buffer& content) {
    must(core::replaceFile(files, std::string(kFolder) + "/" + path, content));
}

core::Error openError(core::Files& files) {
    const auto log = tlog::TileStore::open(files, kFolder, kScratch);
    REQUIRE_FALSE(log);
    return log.error();
}

}  // namespace

TEST_SUITE("tlog/tiles") {
    TEST_CASE("a new log is empty until its first checkpoint") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        CHECK(log.size() == 0);
        CHECK_FALSE(log.checkpoint());
        CHECK(log.note().empty());
        const std::string note = must(log.publish(kOrigin, exampleKey()));
        CHECK(must(tlog::parseCheckpoint(note)).checkpoint ==
              tlog::Checkpoint{kOrigin, 0, tlog::emptyRoot()});
        checkWhole(files, 0);
        CHECK(must(growTo(log, 1)) == log.note());
        checkWhole(files, 1);
    }

    TEST_CASE("every size up to two tiles and a bit has exactly its files") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        for (const unsigned size : {1U, 2U, 3U, 255U, 256U, 257U, 300U, 511U, 512U, 513U, 700U}) {
            CHECK(log.size() < size);
            must(growTo(log, size));
            checkWhole(files, size);
        }
    }

    TEST_CASE("partial tiles go once longer ones stand, but not before readers are done") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        for (unsigned size = 1; size <= 600; ++size) {
            CAPTURE(size);
            must(growTo(log, size));
            const auto content = contentOf(files, kFolder);
            std::size_t partial = 0;
            for (const auto& item : content) {
                partial += item.first.find(".p/") != std::string::npos ? 1 : 0;
            }
            CHECK(partial <= 6);  // tile and bundle of two checkpoints, and a tile above
            if (size > 1) {       // who read the checkpoint before still finds all of it
                for (const auto& item : wholeLog(size - 1).tiles) {
                    REQUIRE(content.count(item.first) == 1);
                }
            }
            if (size % 97 == 0) {
                log = openLog(files);
            }
        }
        checkWhole(files, 600);
        CHECK_FALSE(files.exists(std::string(kFolder) + "/tile/0/000.p"));
        CHECK_FALSE(files.exists(std::string(kFolder) + "/tile/entries/001.p"));
    }

    TEST_CASE("partial tiles that an earlier run left are removed when the log is opened") {
        core::FaultFiles files;
        {
            tlog::TileStore log = openLog(files);
            must(growTo(log, 256 + 20));
        }
        const std::string folder = std::string(kFolder) + "/tile/entries/";
        must(files.makeFolders(folder + "000.p"));
        plant(files, "tile/entries/000.p/7", core::Buffer(3));
        plant(files, "tile/entries/001.p/9", core::Buffer(3));
        tlog::TileStore log = openLog(files);
        checkWhole(files, 256 + 20);
        CHECK_FALSE(files.exists(folder + "000.p"));
        CHECK_FALSE(files.exists(folder + "001.p/9"));
        CHECK(files.exists(folder + "001.p/20"));
    }

    TEST_CASE("a log of three tile levels is laid out and read back") {
        constexpr std::uint64_t kSize = 65'536 + 300;
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        must(growTo(log, 65'000));
        must(growTo(log, kSize));
        const std::vector<Digest> hashes = leafHashes(kSize);
        CHECK(log.checkpoint()->root == naiveRoot(hashes));
        auto content = contentOf(files, kFolder);
        for (const auto& item : tilesByDefinition(hashes)) {
            const std::string& path = item.first;
            const core::Buffer& expected = item.second;
            CAPTURE(path);
            CHECK(content[path] == expected);
        }
        CHECK(content.count("tile/2/000.p/1") == 1);
        CHECK(content.count("tile/1/001.p/1") == 1);
        CHECK(content.count("tile/entries/257.p/44") == 1);
        for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{40'000}, kSize - 1}) {
            const auto path = must(log.inclusionPath(index, kSize));
            CHECK(must(log.leaf(index)) == leafOf(index));
            CHECK(tlog::verifyInclusion(hashes[index], index, kSize, path, log.checkpoint()->root));
        }
        const auto path = must(log.consistencyPath(12'345, kSize));
        CHECK(tlog::verifyConsistency(
            12'345, must(log.rootAt(12'345)), kSize, log.checkpoint()->root, path));
    }

    TEST_CASE("random histories give the same roots, leaves and proofs as the definitions") {
        for (const unsigned seed : {1U, 2U}) {
            CAPTURE(seed);
            std::mt19937_64 random(seed);  // NOLINT(cert-msc51-cpp): repeatable on purpose
            core::FaultFiles files;
            tlog::TileStore log = openLog(files);
            const std::vector<Digest> hashes = leafHashes(2000);
            std::vector<std::uint64_t> sizes;
            while (log.size() + 220 < hashes.size()) {
                must(growTo(log, log.size() + 1 + random() % 220));
                sizes.push_back(log.size());
                CHECK(log.checkpoint()->root == naiveRoot(Hashes(hashes).first(log.size())));
                if (random() % 3 == 0) {
                    log = openLog(files);
                }
            }
            for (int round = 0; round < 40; ++round) {
                const std::uint64_t size = sizes[random() % sizes.size()];
                const std::uint64_t old = 1 + random() % size;
                const std::uint64_t index = random() % size;
                const Hashes then = Hashes(hashes).first(size);
                CHECK(must(log.inclusionPath(index, size)) == naivePath(index, then));
                CHECK(must(log.consistencyPath(old, size)) == naiveSubproof(old, then, true));
                CHECK(must(log.rootAt(size)) == naiveRoot(then));
                CHECK(must(log.leaf(index)) == leafOf(index));
            }
            checkWhole(files, log.size());
        }
    }

    TEST_CASE("leaves of any length up to the limit are kept, longer ones refused") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        const std::vector<core::Buffer> leaves = {core::Buffer(), core::Buffer(65'535, 7)};
        CHECK(must(log.append(leaves)) == 0);
        CHECK(log.nextIndex() == 2);
        CHECK(log.size() == 0);
        const std::vector<core::Buffer> tooLong = {core::Buffer(1), core::Buffer(65'536)};
        CHECK(log.append(tooLong).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.nextIndex() == 2);
        must(log.publish(kOrigin, exampleKey()));
        log = openLog(files);
        CHECK(must(log.leaf(0)).empty());
        CHECK(must(log.leaf(1)) == leaves[1]);
    }

    TEST_CASE("no more is staged than the bounds allow") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        const std::vector<core::Buffer> many(tlog::TileStore::kStagedLeaves);
        must(log.append(many));
        CHECK(log.append(std::vector<core::Buffer>(1)).error().kind ==
              ErrorKind::ResourceExhausted);
        tlog::TileStore other = openLog(files);
        const std::vector<core::Buffer> large(1025, core::Buffer(65'535));
        CHECK(other.append(large).error().kind == ErrorKind::ResourceExhausted);
        CHECK(other.nextIndex() == 0);
    }

    TEST_CASE("nothing beyond the checkpoint is read or proved") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        must(growTo(log, 5));
        must(log.append(leavesOf(5, 6)));
        CHECK(log.leaf(5).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.rootAt(6).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.inclusionPath(0, 6).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.inclusionPath(5, 5).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.consistencyPath(5, 6).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.consistencyPath(5, 4).error().kind == ErrorKind::InvalidArgument);
    }

    TEST_CASE("a publish with nothing new writes nothing and keeps the cosignatures") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        const std::string note = must(growTo(log, 3));
        const std::string text = must(tlog::parseNote(note)).text;
        const std::string line = must(tlog::cosign(text, "w", exampleKey(), 77));
        const std::string cosigned = must(tlog::withSignature(note, line));
        must(log.replaceNote(cosigned));
        const std::uint64_t before = files.operations();
        CHECK(must(log.publish(kOrigin, exampleKey())) == cosigned);
        CHECK(files.operations() == before);
        log = openLog(files);
        CHECK(log.note() == cosigned);
        checkWhole(files, 3);
        must(growTo(log, 4));
        CHECK(log.replaceNote(cosigned).error().kind == ErrorKind::InvalidArgument);
        CHECK(log.replaceNote("x").error().kind == ErrorKind::InvalidArgument);
        CHECK(log.publish("other.example", exampleKey()).error().kind ==
              ErrorKind::FailedPrecondition);
        checkWhole(files, 4);
    }

    TEST_CASE("the newest witnessed note is of the log's past and never of a smaller tree") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        const std::string three = must(growTo(log, 3));
        const std::string nine = must(growTo(log, 9));
        const std::string many = must(growTo(log, 600));
        CHECK(log.witnessed().empty());
        must(log.keepWitnessed(nine));
        CHECK(log.keepWitnessed(three).error().kind == ErrorKind::FailedPrecondition);
        CHECK(log.keepWitnessed("x").error().kind == ErrorKind::InvalidArgument);
        tlog::Checkpoint other = *log.checkpoint();
        other.size = 10;  // the root is that of 600
        const auto refused = [&](const tlog::Checkpoint& checkpoint) {
            return log
                .keepWitnessed(
                    must(tlog::signCheckpoint(checkpoint, checkpoint.origin, exampleKey())))
                .error()
                .kind;
        };
        CHECK(refused(other) == ErrorKind::InvalidArgument);
        other.size = 601;
        CHECK(refused(other) == ErrorKind::InvalidArgument);
        other = *log.checkpoint();
        other.origin = "other.example";
        CHECK(refused(other) == ErrorKind::InvalidArgument);
        const std::string line =
            must(tlog::cosign(must(tlog::parseNote(nine)).text, "w", exampleKey(), 77));
        const std::string cosigned = must(tlog::withSignature(nine, line));
        must(log.keepWitnessed(cosigned));  // of the same tree
        log = openLog(files);
        CHECK(log.witnessed() == cosigned);
        CHECK(log.witnessedSize() == 9);
        must(growTo(log, 700));
        must(log.keepWitnessed(many));
        log = openLog(files);
        CHECK(log.witnessedSize() == 600);
        plant(files, "witnessed", core::toBuffer(core::viewOf("x\n")));
        CHECK(openError(files).kind == ErrorKind::DataLoss);
        must(files.remove(std::string(kFolder) + "/witnessed"));
        plant(files, "witnessed", core::toBuffer(core::viewOf(many)));
        must(files.remove(std::string(kFolder) + "/checkpoint"));
        CHECK(openError(files).kind == ErrorKind::DataLoss);
    }

    TEST_CASE("a group costs a handful of syncs, however many leaves it has") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        must(growTo(log, 10));
        std::uint64_t before = files.syncs();
        must(growTo(log, 11));
        CHECK(files.syncs() - before <= 8);
        before = files.syncs();
        must(growTo(log, 200));
        CHECK(files.syncs() - before <= 8);
    }

    TEST_CASE("damage at the right edge is found at opening") {
        core::FaultFiles files;
        {
            tlog::TileStore log = openLog(files);
            must(growTo(log, 600));
        }
        const auto content = contentOf(files, kFolder);
        for (const std::string path :
             {"tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"}) {
            CAPTURE(path);
            const core::Buffer& good = content.at(path);
            core::Buffer turned = good;
            turned.back() ^= 1U;
            plant(files, path, turned);
            CHECK(openError(files).kind == ErrorKind::DataLoss);
            plant(files, path, core::Buffer(good.begin(), good.end() - 1));
            CHECK(openError(files).kind == ErrorKind::DataLoss);
            must(files.remove(std::string(kFolder) + "/" + path));
            CHECK(openError(files).kind == ErrorKind::DataLoss);
            plant(files, path, good);
            checkWhole(files, 600);
        }
    }

    TEST_CASE("damage further left is found where it is read, and never proved") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        must(growTo(log, 600));
        const auto content = contentOf(files, kFolder);
        core::Buffer turned = content.at("tile/entries/000");
        turned.back() ^= 1U;
        plant(files, "tile/entries/000", turned);
        CHECK(log.leaf(3).error().kind == ErrorKind::DataLoss);
        CHECK(must(log.leaf(300)) == leafOf(300));
        turned = content.at("tile/0/000");
        turned[0] ^= 1U;
        plant(files, "tile/0/000", turned);
        log = openLog(files);
        const auto path = must(log.inclusionPath(1, 600));
        CHECK_FALSE(
            tlog::verifyInclusion(tlog::leafHash(leafOf(1)), 1, 600, path, log.checkpoint()->root));
    }

    TEST_CASE("a checkpoint that is malformed, too long or too large for its tiles is refused") {
        core::FaultFiles files;
        {
            tlog::TileStore log = openLog(files);
            must(growTo(log, 3));
        }
        const auto checkpointOf = [](std::uint64_t size) {
            return core::toBuffer(core::viewOf(must(
                tlog::signCheckpoint({kOrigin, size, tlog::leafHash({})}, kOrigin, exampleKey()))));
        };
        plant(files, "checkpoint", core::Buffer(100, 'x'));
        CHECK(openError(files).kind == ErrorKind::DataLoss);
        plant(files, "checkpoint", core::Buffer(70'000, 'x'));
        CHECK_FALSE(openError(files).message.empty());
        for (const std::uint64_t size : {std::uint64_t{2}, std::uint64_t{3}, UINT64_MAX}) {
            plant(files, "checkpoint", checkpointOf(size));
            CHECK(openError(files).kind == ErrorKind::DataLoss);
        }
    }
}
