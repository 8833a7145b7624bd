// SPDX-License-Identifier: Apache-2.0
// The power is cut after every sync of an intake: every receipt given before holds afterwards.
#include "common/core/fault_files.hpp"
#include "tests/dock/vault/bench.hpp"

#include <set>

TEST_SUITE_BEGIN("vault/power_cut");

namespace liuhen::vault::test {

namespace {

constexpr const char* kVault = "vault";

/// A vault whose evidence lies on storage that forgets; its database is SQLite's own business.
class Forgetful {
public:
    Forgetful(const Agency& agency, const SampleRecorder& recorder)
        : agency_(agency), recorder_(recorder) {
        writeFile(disk,
                  "agency/registered/" + evidence::registrationName(recorder.device(), 0),
                  recorder.registration().sign(agency.root.key()));
    }

    Result<std::unique_ptr<Vault>> open() {
        return Vault::open(VaultParts{disk, medium_, clock_, agency_.identity()},
                           VaultFolders{kVault, folder_ / "db", "agency/registered"});
    }

    /// Everything of the recorder, until something fails; keeps what receipts came.
    Result<void> takeAll(std::uint64_t recording) {
        LIUHEN_TRY(const auto vault, open());
        LIUHEN_CHECK(keep(takeIn(
            *vault, chapterPlace(recorder_, 0), recorder_.chapters()[0].bytes, std::size_t{8192})));
        for (std::uint64_t n = 0; n < 2; ++n) {
            LIUHEN_CHECK(keep(takeIn(*vault,
                                     segmentPlace(recorder_, recording, n),
                                     recorder_.segment(recording, n),
                                     std::size_t{8192})));
        }
        return vault->publish();
    }

    void checkAll() {
        for (const Buffer& receipt : receipts) {
            checkReceipt(disk, kVault, agency_, receipt);
        }
    }

    std::uint64_t logSize() {
        const auto bytes = core::readFile(disk, std::string(kVault) + "/log/checkpoint", 65536);
        return bytes ? must(tlog::parseCheckpoint(core::textOf(*bytes))).checkpoint.size : 0;
    }

    core::FaultFiles disk;
    std::set<Buffer> receipts;

private:
    Result<void> keep(const Result<CommitAnswer>& answer) {
        if (!answer) {
            return tl::make_unexpected(answer.error());
        }
        if (answer->state == State::Receipted) {
            receipts.insert(answer->receipt);
            return {};
        }
        // After a crash torn bytes may be met once; they are never taken for the recorder's doing.
        CHECK(answer->state == State::Again);
        return core::fail(core::ErrorKind::Unavailable, answer->reason);
    }

    const Agency& agency_;
    const SampleRecorder& recorder_;
    hal::test::TemporaryFolder folder_;
    SeamMedium medium_{disk};
    core::SystemClock clock_;
};

/// Runs an intake that is cut, then one that is not.
void cutAndGoOn(Forgetful& storage, std::uint64_t recording, std::uint64_t tornSeed) {
    const bool whole = storage.takeAll(recording).has_value();
    storage.disk.crash(tornSeed);
    const std::uint64_t size = storage.logSize();
    if (!storage.receipts.empty()) {
        storage.checkAll();
    }
    // Torn bytes cost one try at most: the next one fetches them anew.
    if (!storage.takeAll(recording)) {
        CHECK_FALSE(whole);
        must(storage.takeAll(recording));
    }
    CHECK(storage.receipts.size() == 3);
    CHECK(storage.logSize() >= size);
    storage.checkAll();
}

}  // namespace

TEST_CASE("after a cut at any sync the next run completes and every receipt holds") {
    const Agency agency;
    SampleRecorder recorder(agency.root, "CAM-1", agency.now);
    const std::uint64_t recording = recorder.record(2, 3);
    recorder.dock();
    std::uint64_t syncs = 0;
    {
        Forgetful storage(agency, recorder);
        const std::uint64_t before = storage.disk.syncs();
        must(storage.takeAll(recording));
        syncs = storage.disk.syncs() - before;
    }
    REQUIRE(syncs > 20);
    for (std::uint64_t cut = 0; cut <= syncs; ++cut) {
        CAPTURE(cut);
        Forgetful storage(agency, recorder);
        storage.disk.cutAfterSyncs(cut);
        cutAndGoOn(storage, recording, cut % 3 == 0 ? 0 : cut);
    }
}

TEST_CASE("after a cut amid unsynced bytes the next run completes too") {
    const Agency agency;
    SampleRecorder recorder(agency.root, "CAM-1", agency.now);
    const std::uint64_t recording = recorder.record(2, 3);
    recorder.dock();
    std::uint64_t operations = 0;
    {
        Forgetful storage(agency, recorder);
        const std::uint64_t before = storage.disk.operations();
        must(storage.takeAll(recording));
        operations = storage.disk.operations() - before;
    }
    for (std::uint64_t cut = 3; cut < operations; cut += 17) {
        CAPTURE(cut);
        Forgetful storage(agency, recorder);
        storage.disk.cutAfterOperations(cut);
        cutAndGoOn(storage, recording, cut);
    }
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
