// SPDX-License-Identifier: Apache-2.0
// Recorders that lie, that are not ours, or that tell another story than before.
#include "common/net/revocation.hpp"
#include "tests/dock/ingest/dock_bench.hpp"

#include <algorithm>

TEST_SUITE_BEGIN("dock/ingest/hostile");

namespace liuhen::test {

using ingest::ObjectState;
using ingest::Outcome;
using ingest::Phase;

namespace {

/// Answers `content` to every request whose target begins so.
auto answering(std::string target, std::string method, core::Buffer content) {
    return [=](const net::Request& request) -> std::optional<net::Response> {
        if (!request.target.starts_with(target) || request.method != method) {
            return std::nullopt;
        }
        net::Response response;
        response.body = content;
        return response;
    };
}

bool hasLeaf(DockBench& bench, const std::string& kind) {
    const auto kinds = bench.vault().leafKinds();
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

TEST_CASE("footage that was tampered with is quarantined, and the rest is taken in") {
    DockBench bench;
    FakeLedger ledger = bench.ledger("CAM-1");
    core::Buffer& bytes = ledger.files().begin()->second;
    bytes[bytes.size() / 2] ^= 1U;
    const auto recorder = bench.serve(std::move(ledger));
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Quarantined);
    CHECK_FALSE(outcome.reason.empty());
    CHECK(outcome.chapters == 1);
    CHECK(outcome.segments == 1);
    CHECK(recorder->receipts() == 2);
    CHECK(hasLeaf(bench, "quarantine"));
}

TEST_CASE("a segment that the recorder does not have is absent, and asked for once") {
    DockBench bench;
    FakeLedger ledger = bench.ledger("CAM-1");
    ledger.files().erase(ledger.files().begin());
    const auto recorder = bench.serve(std::move(ledger));
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Flawed);
    CHECK(outcome.segments == 1);
    CHECK(std::count_if(outcome.objects.begin(), outcome.objects.end(), [](const auto& object) {
              return object.state == ObjectState::Absent;
          }) == 1);
    CHECK(recorder->segmentCalls == 3);  // HEAD of both, GET of one
    CHECK(bench.held("CAM-1").missing.size() == 1);
}

TEST_CASE("an answer that is not as agreed ends the intake with its name") {
    struct Row {
        const char* name;
        const char* target;
        const char* method;
        core::Buffer content;
        const char* reason;
    };
    const core::Buffer deep(600'000, '[');
    const core::Buffer junk(100, 0xd2);
    const std::vector<Row> rows = {
        {"no JSON", "/v1/device", "GET", core::toBuffer(core::viewOf("{")), "no JSON object"},
        {"nested", "/v1/device", "GET", deep, "too long"},
        {"another name",
         "/v1/device",
         "GET",
         core::toBuffer(core::viewOf(R"({"device":"CAM-2"})")),
         "calls itself another"},
        {"no docking", "/v1/docking", "POST", junk, ""},
        {"an empty ledger", "/v1/ledger", "GET", {}, "ends before the docking"},
        {"a huge ledger",
         "/v1/ledger",
         "GET",
         core::Buffer(ingest::RecorderLink::kLedgerBytes + 1),
         ""},
        {"a huge file", "/v1/segments", "HEAD", core::Buffer(70'000'000), "its entries tell of"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        SUBCASE(row.name) {
            DockBench bench;
            const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
            recorder->instead = answering(row.target, row.method, row.content);
            const Outcome outcome = bench.takeIn(*recorder);
            CHECK(outcome.end == Phase::Failed);
            CHECK_FALSE(outcome.transient);
            CHECK(outcome.reason.find(row.reason) != std::string::npos);
            CHECK(outcome.segments == 0);
            // And nothing of it stands in the way of an honest visit.
            recorder->instead = nullptr;
            CHECK(bench.takeIn(*recorder).end == Phase::Done);
        }
    }
}

TEST_CASE("entries that are none are kept in quarantine") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    core::Buffer spoilt = recorder->ledger().entries()[0].bytes;
    core::append(spoilt, core::Buffer(500, 0xaa));
    recorder->instead = answering("/v1/ledger", "GET", spoilt);
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Quarantined);
    CHECK(outcome.chapters == 0);
    CHECK(hasLeaf(bench, "quarantine"));
}

TEST_CASE("a clone that went its own way is a fork: alarm, nothing receipted") {
    DockBench bench;
    FakeLedger ledger = bench.ledger("CAM-1", 1);
    FakeLedger clone = ledger;
    const auto recorder = bench.serve(std::move(ledger));
    REQUIRE(bench.takeIn(*recorder).end == Phase::Done);
    clone.record(1, 1);
    const auto other = bench.serve(std::move(clone));
    const Outcome outcome = bench.takeIn(*other);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Forked);
    CHECK(outcome.chapters == 0);
    CHECK(outcome.segments == 0);
    CHECK(other->receipts() == 0);
    CHECK(hasLeaf(bench, "fork"));
}

TEST_CASE("a recorder that remembers another log refuses: incident, nothing receipted") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    const tlog::Checkpoint other{vault::test::kOrigin, 1, crypto::sha256(core::viewOf("other"))};
    recorder->checkpoints()[vault::test::kOrigin] =
        must(tlog::signCheckpoint(other, vault::test::kOrigin, bench.vault().agency.checkpointKey));
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Forked);
    CHECK(outcome.reason.find("custody log was rewritten") != std::string::npos);
    CHECK(outcome.chapters == 0);
    CHECK(recorder->receipts() == 0);
    CHECK(recorder->ledger().entries().back().kind == "end");
    CHECK(hasLeaf(bench, "incident"));
}

TEST_CASE("who has no certificate of ours, or another role, is refused with an incident") {
    DockBench bench;
    const auto stranger = *crypto::Authority::create("Other", 1, bench.vault().agency.now);
    const std::vector<std::pair<const char*, net::TlsIdentity>> rows = {
        {"another agency",
         bench.identityOf(stranger, crypto::Role::RecorderTls, crypto::Role::DockTls, "CAM-1")},
        {"another role", bench.identity(crypto::Role::Web, crypto::Role::DockTls, "CAM-1")},
    };
    for (const auto& [name, identity] : rows) {
        CAPTURE(name);
        SUBCASE(name) {
            FakeRecorder recorder(bench.ledger("CAM-1", 1), identity);
            ingest::DockParts parts = bench.parts();
            ingest::Progress progress;
            ingest::Intake intake(parts, DockBench::place(recorder), progress);
            const Outcome outcome = intake.run();
            CHECK(outcome.end == Phase::Failed);
            CHECK(outcome.refusedPeer);
            CHECK(outcome.device.empty());
            static_cast<void>(intake.run());
            const auto kinds = bench.vault().leafKinds();
            CHECK(std::count(kinds.begin(), kinds.end(), "incident") == 1);
        }
    }
}

TEST_CASE("a revoked recorder is refused with an incident, and comes in once it is not") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    ingest::DockParts parts = bench.parts();
    const std::string list = bench.vault().folder.write("revoked", "CAM-1\n");
    parts.identity.allowed = net::unlessRevoked(list);
    ingest::Progress progress;
    ingest::Intake intake(parts, DockBench::place(*recorder), progress);
    const Outcome outcome = intake.run();
    CHECK(outcome.refusedPeer);
    CHECK(outcome.reason.find("revoked") != std::string::npos);
    CHECK(recorder->receipts() == 0);
    CHECK(hasLeaf(bench, "incident"));
    bench.vault().folder.write("revoked", "");
    CHECK(intake.run().end == Phase::Done);
}

TEST_CASE("a generation that is not registered waits, with the reason") {
    DockBench bench;
    FakeLedger ledger(bench.vault().agency.root, "CAM-9", bench.vault().agency.now);
    const auto recorder = bench.serve(std::move(ledger));
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end != Phase::Done);
    CHECK_FALSE(outcome.reason.empty());
    CHECK(recorder->receipts() == 0);
}

}  // namespace liuhen::test

TEST_SUITE_END();
