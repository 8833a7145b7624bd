// SPDX-License-Identifier: Apache-2.0
// The witness's rule for growth, standstill, step back, fork and false proof.
#include "common/tlog/witness.hpp"

#include "tests/common/tlog/fixtures.hpp"
#include "tests/common/tlog/naive_tree.hpp"

namespace {

using namespace liuhen;
using namespace liuhen::test;
using tlog::WitnessVerdict;

constexpr std::size_t kLeaves = 20;

struct History {
    std::vector<Digest> hashes = leafHashes(kLeaves);

    [[nodiscard]] tlog::Checkpoint at(std::size_t size) const {
        return {"vault.example/log", size, naiveRoot(Hashes(hashes).first(size))};
    }
    [[nodiscard]] tlog::SeenTree seenAt(std::size_t size) const { return {size, at(size).root}; }
    [[nodiscard]] std::vector<Digest> path(std::size_t from, std::size_t to) const {
        return naiveSubproof(from, Hashes(hashes).first(to), true);
    }
};

}  // namespace

TEST_SUITE("tlog/witness") {
    TEST_CASE("a log seen for the first time is taken as it is, without a path") {
        const History log;
        CHECK(tlog::judgeCheckpoint(std::nullopt, log.at(9), {}) == WitnessVerdict::Accept);
        CHECK(tlog::judgeCheckpoint(std::nullopt, log.at(9), log.path(4, 9)) ==
              WitnessVerdict::BadProof);
        CHECK(tlog::judgeCheckpoint(std::nullopt, {"o", 0, log.at(1).root}, {}) ==
              WitnessVerdict::BadProof);
    }

    TEST_CASE("every growth with its proof is accepted, every step back is stale") {
        const History log;
        for (std::size_t old = 1; old <= kLeaves; ++old) {
            for (std::size_t next = 1; next <= kLeaves; ++next) {
                CAPTURE(old);
                CAPTURE(next);
                const auto path = old <= next ? log.path(old, next) : std::vector<Digest>{};
                CHECK(tlog::judgeCheckpoint(log.seenAt(old), log.at(next), path) ==
                      (old <= next ? WitnessVerdict::Accept : WitnessVerdict::Stale));
            }
        }
        CHECK(tlog::judgeCheckpoint(log.seenAt(0), log.at(5), {}) == WitnessVerdict::Accept);
        CHECK(tlog::judgeCheckpoint(log.seenAt(5), log.at(0), {}) == WitnessVerdict::Stale);
    }

    TEST_CASE("another root of the same size is a fork") {
        const History log;
        History other;
        other.hashes[3][0] ^= 1U;
        CHECK(tlog::judgeCheckpoint(log.seenAt(7), other.at(7), {}) == WitnessVerdict::Fork);
        CHECK(tlog::judgeCheckpoint(log.seenAt(3), other.at(3), {}) == WitnessVerdict::Accept);
    }

    TEST_CASE("a rewritten history finds no proof") {
        const History log;
        History other;
        other.hashes[3][0] ^= 1U;
        for (std::size_t next = 8; next <= kLeaves; ++next) {
            CHECK(tlog::judgeCheckpoint(log.seenAt(7), other.at(next), other.path(7, next)) ==
                  WitnessVerdict::BadProof);
            CHECK(tlog::judgeCheckpoint(log.seenAt(7), other.at(next), log.path(7, next)) ==
                  WitnessVerdict::BadProof);
            CHECK(tlog::judgeCheckpoint(log.seenAt(7), log.at(next), {}) ==
                  WitnessVerdict::BadProof);
        }
        CHECK(tlog::judgeCheckpoint(log.seenAt(7), log.at(7), log.path(7, 8)) ==
              WitnessVerdict::BadProof);
    }

    TEST_CASE("each verdict has a name of its own") {
        CHECK(tlog::name(WitnessVerdict::Accept) == "accept");
        CHECK(tlog::name(WitnessVerdict::Stale) == "stale");
        CHECK(tlog::name(WitnessVerdict::Fork) == "fork");
        CHECK(tlog::name(WitnessVerdict::BadProof) == "bad_proof");
    }
}
