// SPDX-License-Identifier: Apache-2.0
// Tests of group commit: many threads log at once, some of what they log is refused, and the disk
// is full or fails in the middle.
#include "tests/dock/vault/faulty_bench.hpp"
#include "tests/dock/vault/full_database.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

TEST_SUITE_BEGIN("vault/group");

namespace liuhen::vault::test {

namespace {

constexpr unsigned kThreads = 24;
/// So much that a group of them is more than SQLite keeps in memory: it writes before the commit.
constexpr std::size_t kLongDetail = 60'000;
/// More than a leaf can be: refused by the database, whoever may have let it through.
constexpr std::size_t kTooLong = 70'000;

void inThreads(const std::function<void(unsigned)>& job) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
        threads.emplace_back([&job, i] { job(i); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

/// What was answered with an index, by index.
class Answered {
public:
    void note(std::uint64_t index, const std::string& detail) {
        const std::lock_guard lock(mutex_);
        CHECK(details_.emplace(index, detail).second);
    }
    /// Each leaf but the first is one that was answered for, with the detail that its index was
    /// given for.
    void checkAgainst(Bench& bench) {
        must(bench.vault().publish());
        auto tiles = must(tlog::TileStore::open(
            *bench.files, bench.path() + "/log", bench.path() + "/test-scratch"));
        CHECK(tiles.size() == details_.size() + 1);
        for (const auto& [index, detail] : details_) {
            const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(index))));
            CHECK(leaf.kind == "incident");
            CHECK(*leaf.body.find("detail")->text() == detail);
        }
    }
    std::size_t count() {
        const std::lock_guard lock(mutex_);
        return details_.size();
    }

private:
    std::mutex mutex_;
    std::map<std::uint64_t, std::string> details_;
};

}  // namespace

TEST_CASE("each of many gets the index of its own leaf, which is under a checkpoint by then") {
    Bench bench;
    Answered answered;
    std::atomic<int> early{0};
    inThreads([&](unsigned thread) {
        for (unsigned i = 0; i < 8; ++i) {
            const std::string detail = fmt::format("{} of thread {}", i, thread);
            const auto index = bench.vault().incident({"test", "", detail}, true);
            early += index && bench.vault().hello().logSize <= *index ? 1 : 0;
            answered.note(must(index), detail);
        }
    });
    CHECK(early == 0);
    CHECK(answered.count() == std::size_t{kThreads} * 8);
    answered.checkAgainst(bench);
    bench.reopen();
    answered.checkAgainst(bench);
}

TEST_CASE("what is refused takes nobody down, and leaves no gap") {
    Bench bench;
    Answered answered;
    std::atomic<unsigned> refused{0};
    inThreads([&](unsigned thread) {
        for (unsigned i = 0; i < 6; ++i) {
            const bool bad = (thread + i) % 3 == 0;
            const std::string detail =
                bad ? std::string(kTooLong, 'x') : fmt::format("{} of thread {}", i, thread);
            const auto index = bench.vault().incident({"test", "", detail}, i % 2 == 0);
            if (bad) {
                REQUIRE_FALSE(index);
                ++refused;
            } else {
                answered.note(must(index), detail);
            }
        }
    });
    CHECK(refused == kThreads * 2);
    CHECK_FALSE(bench.vault().broken());
    answered.checkAgainst(bench);
}

TEST_CASE("a disk that is full in the middle of a group leaves nothing of it, and ends nothing") {
    const FullDatabase full;
    Bench bench;
    Answered answered;
    std::size_t size = 0;
    SUBCASE("at the commit") {
        size = 20;
    }
    SUBCASE("before it, when the whole transaction is given up") {
        size = kLongDetail;
    }
    std::atomic<unsigned> without{0};
    for (int writes = 0; writes < 400; writes += 40) {
        full.allow(writes);
        inThreads([&](unsigned thread) {
            const std::string detail =
                fmt::format("{} of thread {}", writes, thread) + std::string(size, '.');
            const auto index = bench.vault().incident({"test", "", detail});
            if (index) {
                answered.note(*index, detail);
            } else {
                CHECK(index.error().kind == core::ErrorKind::ResourceExhausted);
                ++without;
            }
        });
        CHECK_FALSE(bench.vault().broken());
        full.allowAll();
        CHECK(must(bench.vault().status()).logSize == answered.count() + 1);
    }
    CHECK(without > 0);
    answered.checkAgainst(bench);
    bench.reopen();
    answered.checkAgainst(bench);
}

TEST_CASE("a commit that fails ends the vault for all who wait, and a new start knows the truth") {
    const FullDatabase full;
    Bench bench;
    Answered answered;
    std::atomic<unsigned> ended{0};
    full.allow(30, SQLITE_IOERR_WRITE);
    inThreads([&](unsigned thread) {
        for (unsigned i = 0; i < 20; ++i) {
            const std::string detail = fmt::format("{} of thread {}", i, thread);
            const auto index = bench.vault().incident({"test", "", detail});
            if (!index) {
                CHECK(index.error().kind == core::ErrorKind::Unavailable);
                ++ended;
                return;
            }
            answered.note(*index, detail);
        }
    });
    CHECK(ended == kThreads);
    CHECK(bench.vault().broken());
    full.allowAll();
    bench.reopen();
    // Of the group that failed nothing was answered; it may be there or not, whole.
    CHECK(must(bench.vault().status()).logSize >= answered.count() + 1);
    const std::uint64_t index = must(bench.vault().incident({"test", "", "after"}, true));
    CHECK(index >= answered.count() + 1);
}

TEST_CASE("a part of a transaction is undone alone") {
    const hal::test::TemporaryFolder folder;
    auto records = must(Records::open(folder / "vault.db"));
    const Buffer leaf(10, 1);
    {
        auto transaction = must(records.begin());
        must(transaction.mark());
        must(records.addLeaf(0, "test", leaf));
        must(transaction.keep());
        must(transaction.mark());
        must(records.addLeaf(1, "test", leaf));
        must(transaction.undo());
        must(transaction.mark());
        must(records.addLeaf(1, "again", leaf));
        must(transaction.keep());
        must(transaction.commit());
    }
    CHECK(must(records.leafCount()) == 2);
    CHECK(must(records.leaves(0, 9)).size() == 2);
}

TEST_CASE("bays that commit and wait at once share checkpoints") {
    FaultyBench bench;
    constexpr std::uint64_t kBays = 12;
    constexpr std::uint64_t kWaits = 10;  // of each bay, behind its commit
    SampleRecorder recorder(bench.agency.root, "CAM-1", bench.agency.now);
    const std::uint64_t recording = recorder.record(kBays, 1);
    recorder.dock();
    bench.enroll(recorder);
    REQUIRE(must(takeIn(bench.vault(), chapterPlace(recorder, 0), recorder.chapters()[0].bytes))
                .state == State::Receipted);
    std::atomic<std::uint64_t> checkpoints{0};
    bench.disk->setFault(
        [&](core::FileOperation operation, const std::string& path, std::uint64_t) {
            checkpoints +=
                operation == core::FileOperation::SyncFolder && path.ends_with("/log") ? 1 : 0;
            return 0;
        });
    std::vector<std::thread> bays;
    std::atomic<std::uint64_t> receipted{0};
    std::atomic<std::uint64_t> ready{0};
    std::atomic<std::uint64_t> waited{0};
    for (std::uint64_t n = 0; n < kBays; ++n) {
        bays.emplace_back([&, n] {
            const auto answer = takeIn(bench.vault(),
                                       segmentPlace(recorder, recording, n),
                                       recorder.segment(recording, n));
            receipted += answer && answer->state == State::Receipted ? 1 : 0;
            if (++ready == kBays) {
                checkpoints = 0;  // each has come so far
            }
            while (ready < kBays) {
                std::this_thread::yield();
            }
            for (std::uint64_t i = 0; i < kWaits; ++i) {
                waited += bench.vault().incident({"test", "", ""}, true) ? 1 : 0;
            }
        });
    }
    for (std::thread& bay : bays) {
        bay.join();
    }
    bench.disk->setFault(nullptr);
    CHECK(receipted == kBays);
    CHECK(waited == kBays * kWaits);
    CHECK(checkpoints >= kWaits);
    CHECK(checkpoints < kBays * kWaits / 2);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
