// SPDX-License-Identifier: Apache-2.0
// The tree against published roots and paths, and against the RFC's definitions for every small
// size.
#include "common/tlog/tree.hpp"

#include "tests/common/tlog/fixtures.hpp"
#include "tests/common/tlog/naive_tree.hpp"

namespace {

using namespace liuhen;
using namespace liuhen::test;
using tlog::SubtreeReader;

constexpr std::size_t kExhaustive = 65;

/// The eight leaves of the reference tests of Certificate Transparency.
std::vector<Digest> referenceHashes() {
    std::vector<Digest> hashes;
    for (const char* hex : {"",
                            "00",
                            "10",
                            "2021",
                            "3031",
                            "40414243",
                            "5051525354555657",
                            "606162636465666768696a6b6c6d6e6f"}) {
        hashes.push_back(tlog::leafHash(must(core::fromHex(hex))));
    }
    return hashes;
}

std::vector<std::string> hexOf(const std::vector<Digest>& hashes) {
    std::vector<std::string> texts;
    for (const Digest& hash : hashes) {
        texts.push_back(core::toHex(hash).substr(0, 16));
    }
    return texts;
}

SubtreeReader readerOf(const std::vector<Digest>& hashes) {
    return [&hashes](unsigned level, std::uint64_t index) -> core::Result<Digest> {
        return naiveRoot(Hashes(hashes).subspan(index << level, std::size_t{1} << level));
    };
}

/// Whether `holds` answers false for the bytes of `value` with any single bit turned.
template <class Holds>
bool everyBitMatters(Digest& value, const Holds& holds) {
    for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        value[bit / 8] ^= mask;
        const bool still = holds();
        value[bit / 8] ^= mask;
        if (still) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_SUITE("tlog/tree") {
    TEST_CASE("the roots of the reference leaves are the published ones") {
        const std::vector<Digest> hashes = referenceHashes();
        const char* const roots[] = {
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
        tlog::Tree tree;
        for (std::size_t size = 0; size <= hashes.size(); ++size) {
            CAPTURE(size);
            CHECK(core::toHex(tree.root()) == roots[size]);
            CHECK(core::toHex(tlog::rootOf(Hashes(hashes).first(size))) == roots[size]);
            if (size < hashes.size()) {
                tree.append(hashes[size]);
            }
        }
        CHECK(core::toHex(tlog::emptyRoot()) == roots[0]);
    }

    TEST_CASE("the paths of the reference leaves are the published ones") {
        const std::vector<Digest> hashes = referenceHashes();
        const SubtreeReader reader = readerOf(hashes);
        using Texts = std::vector<std::string>;
        CHECK(hexOf(must(tlog::inclusionPath(0, 8, reader))) ==
              Texts{"96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"});
        CHECK(hexOf(must(tlog::inclusionPath(5, 8, reader))) ==
              Texts{"bc1a0643b12e4d2d", "ca854ea128ed050b", "d37ee418976dd957"});
        CHECK(hexOf(must(tlog::inclusionPath(2, 3, reader))) == Texts{"fac54203e7cc696c"});
        CHECK(hexOf(must(tlog::inclusionPath(1, 5, reader))) ==
              Texts{"6e340b9cffb37a98", "5f083f0a1a33ca07", "bc1a0643b12e4d2d"});
        CHECK(hexOf(must(tlog::consistencyPath(1, 8, reader))) ==
              Texts{"96a296d224f285c6", "5f083f0a1a33ca07", "6b47aaf29ee3c2af"});
        CHECK(hexOf(must(tlog::consistencyPath(6, 8, reader))) ==
              Texts{"0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"});
        CHECK(hexOf(must(tlog::consistencyPath(2, 5, reader))) ==
              Texts{"5f083f0a1a33ca07", "bc1a0643b12e4d2d"});
    }

    TEST_CASE("every inclusion proof of every small tree is the RFC's and verifies") {
        const std::vector<Digest> hashes = leafHashes(kExhaustive);
        const SubtreeReader reader = readerOf(hashes);
        std::size_t wrong = 0;
        for (std::size_t size = 1; size <= kExhaustive; ++size) {
            const Digest root = naiveRoot(Hashes(hashes).first(size));
            for (std::size_t index = 0; index < size; ++index) {
                const auto path = must(tlog::inclusionPath(index, size, reader));
                wrong += path == naivePath(index, Hashes(hashes).first(size)) ? 0U : 1U;
                wrong += tlog::verifyInclusion(hashes[index], index, size, path, root) ? 0U : 1U;
                const std::size_t other = (index + 1) % size;
                wrong += size > 1 && tlog::verifyInclusion(hashes[index], other, size, path, root)
                             ? 1U
                             : 0U;
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("every consistency proof of every small tree is the RFC's and verifies") {
        const std::vector<Digest> hashes = leafHashes(kExhaustive);
        const SubtreeReader reader = readerOf(hashes);
        std::vector<Digest> roots;
        for (std::size_t size = 0; size <= kExhaustive; ++size) {
            roots.push_back(naiveRoot(Hashes(hashes).first(size)));
        }
        std::size_t wrong = 0;
        for (std::size_t size = 0; size <= kExhaustive; ++size) {
            for (std::size_t old = 0; old <= size; ++old) {
                const auto path = must(tlog::consistencyPath(old, size, reader));
                const auto expected = old == 0
                                          ? std::vector<Digest>{}
                                          : naiveSubproof(old, Hashes(hashes).first(size), true);
                wrong += path == expected ? 0U : 1U;
                wrong +=
                    tlog::verifyConsistency(old, roots[old], size, roots[size], path) ? 0U : 1U;
                // No proof leads to another root, nor back. (Every tree begins with the empty one.)
                wrong += old > 0 && tlog::verifyConsistency(old, roots[old], size, roots[0], path)
                             ? 1U
                             : 0U;
                wrong +=
                    old != size && tlog::verifyConsistency(size, roots[size], old, roots[old], path)
                        ? 1U
                        : 0U;
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("a single turned bit in leaf, path or root is refused") {
        for (const std::size_t size :
             {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{13}}) {
            std::vector<Digest> hashes = leafHashes(size);
            Digest root = naiveRoot(hashes);
            for (std::size_t index = 0; index < size; ++index) {
                CAPTURE(size);
                CAPTURE(index);
                std::vector<Digest> path = naivePath(index, hashes);
                Digest leaf = hashes[index];
                const auto holds = [&] {
                    return tlog::verifyInclusion(leaf, index, size, path, root);
                };
                REQUIRE(holds());
                CHECK(everyBitMatters(leaf, holds));
                CHECK(everyBitMatters(root, holds));
                for (Digest& step : path) {
                    CHECK(everyBitMatters(step, holds));
                }
            }
        }
    }

    TEST_CASE("a single turned bit in a consistency proof is refused") {
        const std::vector<Digest> hashes = leafHashes(23);
        const Digest newRoot = naiveRoot(hashes);
        for (std::size_t old = 1; old < hashes.size(); ++old) {
            CAPTURE(old);
            Digest oldRoot = naiveRoot(Hashes(hashes).first(old));
            Digest root = newRoot;
            std::vector<Digest> path = naiveSubproof(old, hashes, true);
            const auto holds = [&] {
                return tlog::verifyConsistency(old, oldRoot, hashes.size(), root, path);
            };
            REQUIRE(holds());
            CHECK(everyBitMatters(oldRoot, holds));
            CHECK(everyBitMatters(root, holds));
            for (Digest& step : path) {
                CHECK(everyBitMatters(step, holds));
            }
        }
    }

    TEST_CASE("a path with a step more or less is refused") {
        const std::vector<Digest> hashes = leafHashes(11);
        const Digest root = naiveRoot(hashes);
        for (std::size_t index = 0; index < hashes.size(); ++index) {
            std::vector<Digest> path = naivePath(index, hashes);
            path.push_back(path.front());
            CHECK_FALSE(tlog::verifyInclusion(hashes[index], index, 11, path, root));
            path.pop_back();
            path.pop_back();
            CHECK_FALSE(tlog::verifyInclusion(hashes[index], index, 11, path, root));
        }
        for (std::size_t old = 1; old < hashes.size(); ++old) {
            const Digest oldRoot = naiveRoot(Hashes(hashes).first(old));
            std::vector<Digest> path = naiveSubproof(old, hashes, true);
            path.push_back(path.front());
            CHECK_FALSE(tlog::verifyConsistency(old, oldRoot, 11, root, path));
            path.pop_back();
            path.pop_back();
            CHECK_FALSE(tlog::verifyConsistency(old, oldRoot, 11, root, path));
        }
    }

    TEST_CASE("numbers at the ends of their range are answered, not followed") {
        const Digest any = tlog::emptyRoot();
        const std::vector<Digest> path(64, any);
        CHECK_FALSE(tlog::verifyInclusion(any, 0, 0, {}, any));
        CHECK_FALSE(tlog::verifyInclusion(any, UINT64_MAX, UINT64_MAX, path, any));
        CHECK_FALSE(tlog::verifyInclusion(any, UINT64_MAX - 1, UINT64_MAX, path, any));
        CHECK_FALSE(tlog::verifyConsistency(UINT64_MAX, any, UINT64_MAX - 1, any, path));
        CHECK_FALSE(tlog::verifyConsistency(std::uint64_t{1} << 63U, any, UINT64_MAX, any, path));
        CHECK_FALSE(tlog::verifyConsistency(0, Digest{}, 5, any, {}));
        CHECK(tlog::verifyConsistency(0, any, 5, Digest{}, {}));
        const SubtreeReader constant = [&any](unsigned, std::uint64_t) -> core::Result<Digest> {
            return any;
        };
        CHECK(must(tlog::inclusionPath(UINT64_MAX - 1, UINT64_MAX, constant)).size() <= 64);
        CHECK(tlog::inclusionPath(3, 3, constant).error().kind == core::ErrorKind::InvalidArgument);
        CHECK(tlog::consistencyPath(4, 3, constant).error().kind ==
              core::ErrorKind::InvalidArgument);
    }

    TEST_CASE("a tree loaded from its subtrees grows like the one that was there") {
        const std::vector<Digest> hashes = leafHashes(200);
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{128}}) {
            tlog::Tree tree = must(tlog::Tree::load(size, readerOf(hashes)));
            for (std::size_t i = size; i < hashes.size(); ++i) {
                tree.append(hashes[i]);
            }
            CHECK(tree.size() == hashes.size());
            CHECK(tree.root() == naiveRoot(hashes));
        }
    }

    TEST_CASE("what the reader of subtrees cannot read is passed on") {
        const SubtreeReader broken = [](unsigned, std::uint64_t) -> core::Result<Digest> {
            return core::fail(core::ErrorKind::DataLoss, "read tile: broken");
        };
        CHECK(tlog::Tree::load(3, broken).error().kind == core::ErrorKind::DataLoss);
        CHECK(tlog::inclusionPath(1, 3, broken).error().kind == core::ErrorKind::DataLoss);
        CHECK(tlog::consistencyPath(1, 3, broken).error().kind == core::ErrorKind::DataLoss);
    }
}
