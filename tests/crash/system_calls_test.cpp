// SPDX-License-Identifier: Apache-2.0
// kill -9 at each system call of one commit, of whichever thread, against the program itself.
#include "common/core/log.hpp"
#include "tests/crash/traced_vault.hpp"
#include "tests/crash/vault_promises.hpp"

#include <sys/syscall.h>

#include <filesystem>
#include <map>

TEST_SUITE_BEGIN("crash/system_calls");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSegments = 2;
constexpr std::size_t kStep = 16'384;
constexpr std::uint64_t kMostCalls = 20'000;

/// A vault that holds a recorder's chapter and its first segment; the commit is of the second.
class CommitTrial {
public:
    CommitTrial() : site_(quickFolder()), recorder_(site_.agency.root, "CAM-1", site_.agency.now) {
        const std::uint64_t recording = recorder_.record(kSegments, 2);
        recorder_.dock();
        site_.enroll(recorder_);
        evidence_ = evidenceOf(recorder_, recording, kSegments);
        {
            Program before(site_.config());
            REQUIRE(before.ready());
            Client client = must(Client::connect(site_.socket(), 20s));
            for (std::size_t i = 0; i + 1 < evidence_.size(); ++i) {
                given_.receipts.push_back(
                    must(sendIn(client, evidence_[i].place, evidence_[i].bytes, kStep)));
            }
            given_.notes.push_back(must(client.checkpoint(0)).note);
            CHECK(before.end(SIGTERM) == 0);
        }
        std::filesystem::rename(site_.vault(), site_.folder / "before");
        core::setLogLevel(core::LogLevel::Error);
    }

    /// Kills at the call of this number from the request on. Answers that call; nothing if the
    /// commit was answered, and the answer's connection closed, before it came to that.
    std::optional<long> killAt(std::uint64_t number, bool everyCall) {
        std::filesystem::remove_all(site_.vault());
        std::filesystem::copy(
            site_.folder / "before", site_.vault(), std::filesystem::copy_options::recursive);
        Promises given = given_;
        std::optional<long> call;
        {
            TracedVault vault(site_.config(), everyCall);
            REQUIRE(vault.ready());
            const Evidence& last = evidence_.back();
            Client client = must(Client::connect(site_.socket(), 20s));
            const auto offered = must(client.offer({last.place, last.bytes.size(), std::nullopt}));
            must(client.bytes(offered.upload, 0, last.bytes, true));
            vault.killAt(number);
            const auto answer = client.commit(offered.upload);
            if (answer) {
                CHECK(answer->state == State::Receipted);
                given.receipts.push_back(answer->receipt);
            }
            if (vault.killed()) {
                vault.wait();
                call = vault.call();
            }
        }
        must(keepsPromises(site_, site_.vault(), evidence_, given));
        return call;
    }

private:
    Site site_;
    SampleRecorder recorder_;
    std::vector<Evidence> evidence_;
    Promises given_;
};

}  // namespace

TEST_CASE("killed at each system call of one commit, the vault completes and keeps its promises") {
    CommitTrial trial;
    const bool everyCall = isLong();
    const std::uint64_t every = isShort() ? 7 : 1;
    std::map<long, int> calls;
    std::uint64_t number = 1;
    for (; number < kMostCalls; number += every) {
        CAPTURE(number);
        const auto call = trial.killAt(number, everyCall);
        if (!call) {
            break;
        }
        ++calls[*call];
    }
    MESSAGE(fmt::format("killed at {} of {} calls of a commit, of {} kinds, {} of them syncs",
                        (number - 1) / every,
                        number - 1,
                        calls.size(),
                        calls[SYS_fsync] + calls[SYS_fdatasync]));
    CHECK(number > 30);
    CHECK(number < kMostCalls);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
