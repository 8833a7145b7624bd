// SPDX-License-Identifier: Apache-2.0
// What liuhen-vault does to its files in an intake is recorded, and the states that a power cut may
// leave at each of its syncs are made of that: unsynced data lost, torn, reordered.
#include "common/core/log.hpp"
#include "tests/crash/crash_states.hpp"
#include "tests/crash/recorded_intake.hpp"

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

TEST_SUITE_BEGIN("crash/states");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;
using liuhen::test::CrashDisk;
using liuhen::test::CrashState;

constexpr std::uint64_t kSegments = 3;
constexpr std::size_t kStep = 16'384;

/// A recorder that cosigns the newest checkpoint, as at each docking.
void cosign(Client& client, const SampleRecorder& recorder, Promises& given) {
    const auto answer = must(client.checkpoint(0));
    given.notes.push_back(answer.note);
    const auto note = must(tlog::parseCheckpoint(answer.note));
    constexpr std::uint64_t kSeconds = 1'700'000'000;
    const std::string line =
        must(tlog::cosign(note.note.text, recorder.device(), recorder.witness(), kSeconds));
    CHECK(must(client.cosigned(line)).added);
}

/// The life of a vault from its first start: an intake that kill -9 cuts amid an upload, the start
/// after it, the rest of the intake, and the end in order.
Promises recordIntake(const Site& site,
                      const SampleRecorder& recorder,
                      const std::vector<Evidence>& evidence) {
    Promises given;
    {
        Program first(site.config(), recordingOf(site));
        REQUIRE(first.ready());
        Client client = must(Client::connect(site.socket(), 20s));
        for (std::size_t i = 0; i + 1 < evidence.size(); ++i) {
            given.receipts.push_back(
                must(sendIn(client, evidence[i].place, evidence[i].bytes, kStep)));
        }
        cosign(client, recorder, given);
        const Evidence& last = evidence.back();
        const auto offered = must(client.offer({last.place, last.bytes.size(), std::nullopt}));
        must(client.bytes(offered.upload, 0, ByteView(last.bytes).first(kStep), false));
        first.end(SIGKILL);
    }
    Program second(site.config(), recordingOf(site));
    REQUIRE(second.ready());
    {
        Client client = must(Client::connect(site.socket(), 20s));
        must(client.incident({"crash.test", "", "between two intakes"}));
        given.receipts.push_back(
            must(sendIn(client, evidence.back().place, evidence.back().bytes, kStep)));
        given.notes.push_back(must(client.checkpoint(0)).note);
    }
    CHECK(second.end(SIGTERM) == 0);
    return given;
}

/// States that wait for a vault to be started on them.
struct Work {
    CrashState state;
    Promises given;
    std::string when;
};

/// What is found about a state; empty if all holds.
std::string judge(const Site& site,
                  const std::vector<Evidence>& evidence,
                  const Work& work,
                  const std::string& folder) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    auto done = work.state.tree.writeTo(folder);
    if (done) {
        done = keepsPromises(site, folder, evidence, work.given);
    }
    return done ? std::string()
                : fmt::format("{}, {}: {}", work.when, work.state.how, done.error().message);
}

/// Judges all, on every core.
std::vector<std::string> judgeAll(const Site& site,
                                  const std::vector<Evidence>& evidence,
                                  const std::vector<Work>& works) {
    std::atomic<std::size_t> next{0};
    std::vector<std::string> found(works.size());
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    std::vector<std::thread> running;
    for (unsigned i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            for (std::size_t at = next++; at < works.size(); at = next++) {
                found[at] =
                    judge(site, evidence, works[at], site.folder / fmt::format("state-{}", i));
            }
        });
    }
    for (std::thread& each : running) {
        each.join();
    }
    std::erase(found, std::string());
    return found;
}

/// Names the kinds of what stands between two points, for people.
std::string describe(std::size_t call, const FileCall& sync) {
    return sync.kind == CallKind::Sync ? fmt::format("before sync at call {}", call)
                                       : fmt::format("at the end, call {}", call);
}

}  // namespace

TEST_CASE("in every state that a power cut may leave of an intake, the vault keeps its promises") {
    const Site site(quickFolder());
    SampleRecorder recorder(site.agency.root, "CAM-1", site.agency.now);
    const std::uint64_t recording = recorder.record(kSegments, 2);
    recorder.dock();
    site.enroll(recorder);
    const auto evidence = evidenceOf(recorder, recording, kSegments);
    const Promises given = recordIntake(site, recorder, evidence);
    const std::vector<FileCall> calls = callsOf(site);
    const SentBefore sent = must(SentBefore::of(calls, given));
    core::setLogLevel(core::LogLevel::Error);

    const std::size_t most = isLong() ? 10'000 : isShort() ? 2 : 6;
    CrashDisk disk(site.vault());
    std::vector<Work> works;
    std::set<std::pair<core::Digest, std::size_t>> known;
    std::size_t syncs = 0;
    for (std::size_t i = 0; i <= calls.size(); ++i) {
        const FileCall end;
        const FileCall& call = i < calls.size() ? calls[i] : end;
        const bool point = call.kind == CallKind::Sync || i == calls.size();
        if (point && !disk.pending().empty()) {
            ++syncs;
            const Promises promised = sent.before(i);
            const std::size_t promises = promised.receipts.size() + promised.notes.size();
            for (CrashState& state : liuhen::test::statesOf(disk, i, most)) {
                if (known.emplace(state.tree.digest(), promises).second) {
                    works.push_back({std::move(state), promised, describe(i, call)});
                }
            }
        }
        if (i < calls.size()) {
            must(disk.apply(call));
        }
    }
    MESSAGE(fmt::format(
        "{} calls, {} syncs with something to lose, {} states", calls.size(), syncs, works.size()));
    CHECK(syncs > 60);
    CHECK(works.size() > (isShort() ? 60 : syncs));  // many are alike where few are made
    const auto found = judgeAll(site, evidence, works);
    for (const std::string& each : found) {
        MESSAGE(each);
    }
    CHECK(found.empty());
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
