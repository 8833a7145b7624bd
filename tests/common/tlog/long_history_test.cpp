// SPDX-License-Identifier: Apache-2.0
// Consistency proofs over long histories, against the RFC's recursion with its hashes remembered.
#include "common/core/fault_files.hpp"
#include "tests/common/tlog/fixtures.hpp"
#include "tests/common/tlog/log_folder.hpp"
#include "tests/common/tlog/naive_tree.hpp"

#include <map>
#include <random>
#include <utility>

namespace {

using namespace liuhen;
using namespace liuhen::test;

constexpr std::size_t kEveryPair = 300;
constexpr std::size_t kLong = 100'000;
constexpr std::size_t kTiled = 70'000;  // three levels of tiles
constexpr int kRandomPairs = 3000;

// NOLINTBEGIN(misc-no-recursion): the RFC's own definitions are recursive.

/// MTH and SUBPROOF of RFC 6962 over ranges of one list of leaf hashes.
class Remembered {
public:
    explicit Remembered(std::size_t leaves) : leaves_(leafHashes(leaves)) {}

    Digest root(std::size_t begin, std::size_t end) {
        if (begin == end) {
            return naiveRoot({});
        }
        if (end - begin == 1) {
            return leaves_[begin];
        }
        const auto known = roots_.find({begin, end});
        if (known != roots_.end()) {
            return known->second;
        }
        const std::size_t split = begin + naiveSplit(end - begin);
        const Digest made = naiveNode(root(begin, split), root(split, end));
        roots_.emplace(std::pair(begin, end), made);
        return made;
    }

    std::vector<Digest> subproof(std::size_t m, std::size_t begin, std::size_t end, bool whole) {
        if (m == end - begin) {
            return whole ? std::vector<Digest>{} : std::vector<Digest>{root(begin, end)};
        }
        const std::size_t k = naiveSplit(end - begin);
        const bool left = m <= k;
        auto path =
            left ? subproof(m, begin, begin + k, whole) : subproof(m - k, begin + k, end, false);
        path.push_back(left ? root(begin + k, end) : root(begin, begin + k));
        return path;
    }

    std::vector<Digest> proof(std::size_t old, std::size_t size) {
        return old == 0 ? std::vector<Digest>{} : subproof(old, 0, size, true);
    }

    tlog::SubtreeReader reader() {
        return [this](unsigned level, std::uint64_t index) -> core::Result<Digest> {
            const auto begin = static_cast<std::size_t>(index << level);
            return root(begin, begin + (std::size_t{1} << level));
        };
    }

private:
    std::vector<Digest> leaves_;
    std::map<std::pair<std::size_t, std::size_t>, Digest> roots_;
};

// NOLINTEND(misc-no-recursion)

/// Whether this path is the RFC's, holds, and holds for no neighbouring size.
bool isRight(Remembered& tree, std::size_t old, std::size_t size, const std::vector<Digest>& path) {
    const Digest before = tree.root(0, old);
    const Digest after = tree.root(0, size);
    bool right =
        path == tree.proof(old, size) && tlog::verifyConsistency(old, before, size, after, path);
    if (old > 1 && old < size) {
        right = right && !tlog::verifyConsistency(old - 1, before, size, after, path) &&
                !tlog::verifyConsistency(old, tree.root(0, old - 1), size, after, path) &&
                !tlog::verifyConsistency(old, before, size, tree.root(0, size - 1), path);
    }
    return right;
}

}  // namespace

TEST_SUITE("tlog/long_history") {
    TEST_CASE("the proof between any two sizes up to 300 is the RFC's") {
        Remembered tree(kEveryPair);
        std::size_t wrong = 0;
        for (std::size_t size = 0; size <= kEveryPair; ++size) {
            for (std::size_t old = 0; old <= size; ++old) {
                const auto path = must(tlog::consistencyPath(old, size, tree.reader()));
                wrong += isRight(tree, old, size, path) ? 0U : 1U;
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("the proofs between random sizes of a long history are the RFC's") {
        Remembered tree(kLong);
        // NOLINTNEXTLINE(cert-msc51-cpp): every run should try alike.
        std::mt19937_64 random(6962);
        std::size_t wrong = 0;
        std::size_t longest = 0;
        for (int i = 0; i < kRandomPairs; ++i) {
            const std::size_t size = 1 + random() % kLong;
            const std::size_t old = random() % (size + 1);
            const auto path = must(tlog::consistencyPath(old, size, tree.reader()));
            longest = std::max(longest, path.size());
            wrong += isRight(tree, old, size, path) ? 0U : 1U;
        }
        CHECK(wrong == 0);
        CHECK(longest > 15);
        CHECK(longest <= 18);  // 17 levels, and the old tree's last subtree
    }

    TEST_CASE("a tiled log proves its whole history, each checkpoint and any size between") {
        core::FaultFiles files;
        tlog::TileStore log = openLog(files);
        Remembered tree(kTiled);
        // NOLINTNEXTLINE(cert-msc51-cpp): every run should try alike.
        std::mt19937_64 random(9162);
        std::vector<tlog::Checkpoint> seen;
        while (log.size() < kTiled) {
            const std::uint64_t step = 1 + random() % 9000;
            must(growTo(log, std::min<std::uint64_t>(kTiled, log.size() + step)));
            seen.push_back(*log.checkpoint());
        }
        std::size_t wrong = 0;
        for (const tlog::Checkpoint& old : seen) {
            const auto path = must(log.consistencyPath(old.size, log.size()));
            wrong += old.root == tree.root(0, static_cast<std::size_t>(old.size)) ? 0U : 1U;
            wrong += isRight(tree, static_cast<std::size_t>(old.size), kTiled, path) ? 0U : 1U;
        }
        for (int i = 0; i < kRandomPairs / 10; ++i) {
            const std::size_t size = 1 + random() % kTiled;
            const std::size_t old = random() % (size + 1);
            wrong += isRight(tree, old, size, must(log.consistencyPath(old, size))) ? 0U : 1U;
        }
        CHECK(wrong == 0);
    }
}
