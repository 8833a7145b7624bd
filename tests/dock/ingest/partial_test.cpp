// SPDX-License-Identifier: Apache-2.0
// What cannot be taken in now does not keep the rest out, and goes on by itself.
#include "dock/bay/bay.hpp"
#include "tests/dock/ingest/dock_bench.hpp"
#include "tests/dock/ingest/full_files.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

TEST_SUITE_BEGIN("dock/ingest/partial");

namespace liuhen::test {

using ingest::ObjectState;
using ingest::Outcome;
using ingest::Phase;
using std::chrono::milliseconds;

namespace {

std::size_t countOf(const Outcome& outcome, ObjectState state) {
    return static_cast<std::size_t>(
        std::count_if(outcome.objects.begin(), outcome.objects.end(), [state](const auto& object) {
            return object.state == state;
        }));
}

std::size_t leavesOf(DockBench& bench, const std::string& kind) {
    const auto kinds = bench.vault().leafKinds();
    return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
}

/// Answers the ledger with one bit of one entry changed.
auto rotten(FakeRecorder& recorder, const core::Buffer& entry) {
    return [&recorder, entry](const net::Request& request) -> std::optional<net::Response> {
        const std::string& target = request.target;
        if (!target.starts_with("/v1/ledger?generation=0&")) {
            return std::nullopt;
        }
        const std::size_t from = std::stoul(target.substr(target.find("from=") + 5));
        net::Response response;
        for (std::size_t i = from; i < recorder.ledger().entries().size(); ++i) {
            core::Buffer bytes = recorder.ledger().entries()[i].bytes;
            if (bytes == entry) {
                bytes[bytes.size() - 5] ^= 1U;
            }
            core::append(response.body, bytes);
        }
        return response;
    };
}

/// A bay that runs until the end of the test.
class RunningBay {
public:
    RunningBay(DockBench& bench, ingest::DockParts& parts, const FakeRecorder& recorder)
        : bench_(bench),
          bay_(parts, DockBench::place(recorder), pace()),
          thread_([this] { bay_.run(); }) {}
    RunningBay(const RunningBay&) = delete;
    RunningBay& operator=(const RunningBay&) = delete;
    ~RunningBay() {
        bench_.stop.ask();
        thread_.join();
    }
    /// Whether it comes to a phase within some seconds.
    bool comesTo(Phase phase) {
        const core::SystemClock clock;
        const auto end = clock.boottime() + std::chrono::seconds(20);
        while (bay_.snapshot().phase != phase && clock.boottime() < end) {
            std::this_thread::sleep_for(milliseconds(2));
        }
        return bay_.snapshot().phase == phase;
    }
    [[nodiscard]] std::string note() const { return bay_.snapshot().note; }

private:
    static bay::Pace pace() {
        bay::Pace pace;
        pace.look = milliseconds(5);
        pace.revisit = milliseconds(30);
        return pace;
    }
    DockBench& bench_;
    bay::Bay bay_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("behind one damaged chapter older footage and other generations are taken in") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    auto files = std::exchange(recorder->ledger().files(), {});  // not readable on the first day
    REQUIRE(bench.takeIn(*recorder).end == Phase::Flawed);
    recorder->ledger().files() = files;
    recorder->ledger().record(1, 1);
    const core::Buffer bad =
        recorder->ledger().entries()[recorder->ledger().entries().size() - 2].bytes;
    recorder->ledger().dock(core::Buffer(32, 1));
    recorder->ledger().record(2, 1);
    recorder->instead = rotten(*recorder, bad);
    for (int day = 2; day < 4; ++day) {
        CAPTURE(day);
        const Outcome outcome = bench.takeIn(*recorder);
        CAPTURE(outcome.reason);
        CHECK(outcome.end == Phase::Quarantined);
        CHECK(countOf(outcome, ObjectState::Quarantined) == 1);
        CHECK(outcome.segments == (day == 2 ? 1 : 0));
        CHECK(bench.held("CAM-1").missing.empty());
        CHECK(leavesOf(bench, "quarantine") == 1);
    }
    recorder->instead = nullptr;
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(bench.held("CAM-1").missing.empty());
}

TEST_CASE("a recorder whose first chapters lie elsewhere waits, and says for what") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    recorder->ledger().dock(core::Buffer(32, 1));
    const std::uint64_t first = recorder->ledger().entries().back().seq + 1;
    recorder->ledger().record(1, 1);
    // What an earlier vault receipted was freed: the ledger begins behind it.
    recorder->instead = [&](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/ledger?generation=0&from=0") {
            return std::nullopt;
        }
        net::Response response;
        for (std::size_t i = first; i < recorder->ledger().entries().size(); ++i) {
            core::append(response.body, recorder->ledger().entries()[i].bytes);
        }
        return response;
    };
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Waiting);
    CHECK(outcome.waiting);
    CHECK_FALSE(outcome.transient);
    CHECK(outcome.objects.size() == 1);
    CHECK(outcome.reason.find("Nothing of generation 0 of recorder CAM-1 is stored here") !=
          std::string::npos);
}

TEST_CASE("a new generation goes on though an older one waits") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    std::filesystem::remove(bench.vault().folder /
                            ("agency/registered/" + evidence::registrationName("CAM-1", 0)));
    recorder->nextGeneration();
    recorder->ledger().record(1, 1);
    bench.enroll(recorder->ledger());
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.chapters == 1);
    CHECK(outcome.segments == 1);
    CHECK(must(bench.vault().vault().held("CAM-1", 1)).missing.empty());
}

TEST_CASE("a new generation gets the receipt for the end of the one before") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    REQUIRE(bench.takeIn(*recorder).end == Phase::Done);
    const core::Buffer former = must(bench.vault().vault().held("CAM-1", 0)).receipt;
    REQUIRE_FALSE(former.empty());
    recorder->nextGeneration();
    bench.enroll(recorder->ledger());
    const auto has = [&] {
        const auto& all = recorder->ledger().entries();
        return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
            return entry.kind == "receipt" && *entry.body.find("message")->bytes() == former;
        });
    };
    CHECK_FALSE(has());
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(has());
}

TEST_CASE("footage that stays in quarantine is fetched once more, and not for ever") {
    DockBench bench;
    FakeLedger ledger = bench.ledger("CAM-1", 2);
    core::Buffer& bytes = ledger.files().begin()->second;
    bytes[bytes.size() / 2] ^= 1U;
    const auto recorder = bench.serve(std::move(ledger));
    std::size_t before = 0;
    std::vector<std::size_t> calls;
    for (int docking = 0; docking < 4; ++docking) {
        CHECK(bench.takeIn(*recorder).end == Phase::Quarantined);
        calls.push_back(std::exchange(before, recorder->segmentCalls));
        calls.back() = recorder->segmentCalls - calls.back();
    }
    CHECK(calls == std::vector<std::size_t>{4, 2, 1, 1});
    CHECK(leavesOf(bench, "quarantine") == 1);
}

TEST_CASE("an unregistered generation is taken in by itself once it is registered") {
    DockBench bench;
    FakeLedger ledger(bench.vault().agency.root, "CAM-1", bench.vault().agency.now);
    ledger.record(1, 1);
    const auto recorder = bench.serve(ledger);
    ingest::DockParts parts = bench.parts();
    RunningBay bay(bench, parts, *recorder);
    REQUIRE(bay.comesTo(Phase::Waiting));
    CHECK(bay.note().find("has not registered generation 0") != std::string::npos);
    bench.enroll(ledger);
    CHECK(bay.comesTo(Phase::Done));
    const std::scoped_lock guard(recorder->mutex);
    const auto& all = recorder->ledger().entries();
    CHECK(std::count_if(all.begin(), all.end(), [](const auto& entry) {
              return entry.kind == "docking";
          }) == 1);
}

TEST_CASE("a failed intake is tried again while the recorder is there") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    recorder->recording = true;
    ingest::DockParts parts = bench.parts();
    RunningBay bay(bench, parts, *recorder);
    REQUIRE(bay.comesTo(Phase::Failed));
    {
        const std::scoped_lock guard(recorder->mutex);
        recorder->recording = false;
    }
    CHECK(bay.comesTo(Phase::Done));
}

TEST_CASE("a full disk of the dock's own pauses the intake, which goes on when there is room") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    FullFiles full(*bench.vault().files, ".cbor");
    ingest::DockParts base = bench.parts();
    base.patience.roomWait.reset();
    ingest::DockParts parts{base.catalogue,
                            full,
                            bench.claims,
                            bench.stop,
                            base.identity,
                            base.dockKey,
                            base.dockCertificate,
                            base.vaultSocket,
                            base.nonceFolder,
                            base.spoolFolder,
                            base.limits,
                            base.patience};
    SUBCASE("nothing can be written") {
        full.full = true;
    }
    SUBCASE("what is left is the vault's") {
        full.freeNow = std::uint64_t{10} << 20U;
    }
    RunningBay bay(bench, parts, *recorder);
    REQUIRE(bay.comesTo(Phase::Paused));
    CHECK(bay.note().find("a disk is full") == 0);
    full.full = false;
    full.freeNow = std::uint64_t{1} << 40U;
    CHECK(bay.comesTo(Phase::Done));
}

TEST_CASE("a bay without a recorder is shown as empty") {
    DockBench bench;
    std::uint16_t unused = 0;
    {
        const auto gone = bench.serve(bench.ledger("CAM-4", 0));
        unused = gone->port();
    }
    ingest::DockParts parts = bench.parts();
    ingest::Progress progress;
    const Outcome outcome = ingest::Intake(parts, {"bay-1", {"127.0.0.1", unused}}, progress).run();
    CHECK(outcome.end == Phase::Failed);
    CHECK(progress.snapshot().phase == Phase::Empty);
}

TEST_CASE("an alarm is not lost for its language") {
    for (const std::string tail : {"yz", "\xe7\x95\x99\xe7\x97\x95", "\xff\xfe"}) {
        CAPTURE(tail.size());
        DockBench bench;
        const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
        recorder->instead = [&](const net::Request& request) -> std::optional<net::Response> {
            if (request.target != "/v1/checkpoints") {
                return std::nullopt;
            }
            net::Response refused;
            refused.status = 412;
            const std::string text = R"({"error":")" + std::string(198, 'x') + tail +
                                     R"(","kind":"failed_precondition"})";
            refused.body = core::toBuffer(core::viewOf(text));
            return refused;
        };
        const Outcome outcome = bench.takeIn(*recorder);
        CHECK(outcome.end == Phase::Forked);
        CHECK(outcome.reason.find("custody log was rewritten") != std::string::npos);
        CHECK(leavesOf(bench, "incident") == 1);
    }
}

TEST_CASE("strangers cannot fill the log, whatever they call themselves") {
    DockBench bench;
    ingest::DockParts parts = bench.parts();
    const auto stranger = *crypto::Authority::create("X", 1, bench.vault().agency.now);
    ingest::Progress progress;
    FakeRecorder first(
        bench.ledger("CAM-1", 0),
        bench.identityOf(stranger, crypto::Role::RecorderTls, crypto::Role::DockTls, "stranger"));
    ingest::Intake intake(parts, DockBench::place(first), progress);
    for (int i = 0; i < 5; ++i) {
        CHECK(intake.run().refusedPeer);
    }
    CHECK(leavesOf(bench, "incident") == 1);
}

TEST_CASE("every refused receipt is offered again, however many there are") {
    DockBench bench;
    constexpr std::size_t kSegments = 300;
    const auto recorder = bench.serve([&] {
        FakeLedger ledger = bench.ledger("CAM-1", 0);
        ledger.record(kSegments, 1);
        return ledger;
    }());
    std::size_t asked = 0;
    recorder->instead = [&](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/receipts") {
            return std::nullopt;
        }
        ++asked;
        net::Response refused;
        refused.status = 403;
        return refused;
    };
    CHECK(bench.takeIn(*recorder).end == Phase::Flawed);
    asked = 0;
    CHECK(bench.takeIn(*recorder).end == Phase::Flawed);
    CHECK(asked == kSegments + 2);  // the old ones, and the new docking's chapter
}

}  // namespace liuhen::test

TEST_SUITE_END();
