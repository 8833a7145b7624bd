// SPDX-License-Identifier: Apache-2.0
// The power is cut at each step of an intake with a second copy, and of a restore.
#include "common/core/fault_files.hpp"
#include "dock/vault/restore.hpp"
#include "tests/dock/vault/bench.hpp"

#include <set>

TEST_SUITE_BEGIN("vault/copies_cut");

namespace liuhen::vault::test {

namespace {

constexpr const char* kFirst = "disk-1/vault";
constexpr const char* kSecond = "disk-2/vault";

/// A vault with both copies on storage that forgets.
class Forgetful {
public:
    explicit Forgetful(const Agency& agency, const SampleRecorder& recorder)
        : agency_(agency), recorder_(recorder) {
        writeFile(disk,
                  "agency/registered/" + evidence::registrationName(recorder.device(), 0),
                  recorder.registration().sign(agency.root.key()));
    }

    VaultParts parts() { return {disk, medium_, clock_, agency_.identity(), {}, {kSecond, {}}}; }
    VaultFolders folders() { return {kFirst, folder_ / "db", "agency/registered"}; }

    /// Everything of the recorder, until something fails; keeps what receipts came.
    Result<void> takeAll(std::uint64_t recording) {
        LIUHEN_TRY(const auto vault, Vault::open(parts(), folders()));
        LIUHEN_CHECK(take(*vault, chapterPlace(recorder_, 0), recorder_.chapters()[0].bytes));
        return take(*vault, segmentPlace(recorder_, recording, 0), recorder_.segment(recording, 0));
    }

    /// Every receipt holds in as many copies as it says.
    void checkAll() {
        for (const Buffer& receipt : receipts) {
            const auto told = checkReceipt(disk, kFirst, agency_, receipt);
            CHECK(told.copies == 2);
            checkReceipt(disk, kSecond, agency_, receipt);
        }
    }

    core::FaultFiles disk;
    std::set<Buffer> receipts;

private:
    Result<void> take(Vault& vault, const Place& place, const Buffer& bytes) {
        LIUHEN_TRY(const auto answer, takeIn(vault, place, bytes, 8192));
        if (answer.state != State::Receipted) {
            CHECK(answer.state == State::Again);
            return core::fail(core::ErrorKind::Unavailable, answer.reason);
        }
        receipts.insert(answer.receipt);
        return {};
    }

    const Agency& agency_;
    const SampleRecorder& recorder_;
    hal::test::TemporaryFolder folder_;
    SeamMedium medium_{disk};
    core::SystemClock clock_;
};

struct Story {
    Agency agency;
    SampleRecorder recorder{agency.root, "CAM-1", agency.now};
    std::uint64_t recording = recorder.record(1, 3);
    Story() { recorder.dock(); }
};

}  // namespace

TEST_CASE("after a cut at any step of an intake every receipt holds in both copies") {
    const Story story;
    std::uint64_t operations = 0;
    {
        Forgetful storage(story.agency, story.recorder);
        const std::uint64_t before = storage.disk.operations();
        must(storage.takeAll(story.recording));
        operations = storage.disk.operations() - before;
        CHECK(storage.receipts.size() == 2);
        storage.checkAll();
    }
    REQUIRE(operations > 100);
    for (std::uint64_t cut = 1; cut < operations; cut += 3) {
        CAPTURE(cut);
        Forgetful storage(story.agency, story.recorder);
        storage.disk.cutAfterOperations(cut);
        static_cast<void>(storage.takeAll(story.recording));
        storage.disk.crash(cut % 2 == 0 ? 0 : cut);
        storage.checkAll();
        // Torn bytes cost one try at most: the next one fetches them anew.
        if (!storage.takeAll(story.recording)) {
            must(storage.takeAll(story.recording));
        }
        storage.checkAll();
    }
}

TEST_CASE("a restore that is cut at any step is done by the next") {
    const Story story;
    const auto say = [](const std::string&) {};
    const std::string name = objectName(crypto::sha256(story.recorder.segment(story.recording, 0)));
    const auto prepare = [&](Forgetful& storage) {
        must(storage.takeAll(story.recording));
        must(storage.disk.remove(core::joinPath(kFirst, name)));
        writeFile(storage.disk, core::joinPath(kFirst, name), Buffer(100, 7));
    };
    std::uint64_t operations = 0;
    {
        Forgetful storage(story.agency, story.recorder);
        prepare(storage);
        const std::uint64_t before = storage.disk.operations();
        CHECK(must(restore(storage.parts(), storage.folders(), say)).objects == 1);
        operations = storage.disk.operations() - before;
        storage.checkAll();
    }
    for (std::uint64_t cut = 0; cut < operations; ++cut) {
        CAPTURE(cut);
        Forgetful storage(story.agency, story.recorder);
        prepare(storage);
        storage.disk.cutAfterOperations(cut);
        static_cast<void>(restore(storage.parts(), storage.folders(), say));
        storage.disk.crash(cut % 2 == 0 ? 0 : cut);
        must(restore(storage.parts(), storage.folders(), say));
        storage.checkAll();
        // The damaged bytes are kept, wherever the cut came; twice if it came amid the move.
        std::size_t kept = 0;
        const auto runs = must(storage.disk.list(core::joinPath(kFirst, "damaged")));
        for (const auto& run : runs) {
            const auto path = core::joinPath(core::joinPath(kFirst, "damaged/" + run.name), name);
            kept += storage.disk.exists(path) ? 1 : 0;
        }
        CHECK(kept >= 1);
    }
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
