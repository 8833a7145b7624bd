// SPDX-License-Identifier: Apache-2.0
// Intakes of one recorder, from whole to cut to refused.
#include "common/tlog/checkpoint.hpp"
#include "tests/dock/ingest/dock_bench.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

TEST_SUITE_BEGIN("dock/ingest/intake");

namespace liuhen::test {

using ingest::ObjectState;
using ingest::Outcome;
using ingest::Phase;

namespace {

std::size_t countOf(const std::vector<std::string>& kinds, std::string_view kind) {
    return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
}

}  // namespace

TEST_CASE("a recorder is taken in whole, receipted, entered and witnessed") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(outcome.device == "CAM-1");
    CHECK(outcome.chapters == 1);
    CHECK(outcome.segments == 2);
    CHECK(outcome.allGood);
    CHECK(recorder->receipts() == 3);
    std::uint64_t footage = 0;
    for (const auto& [name, bytes] : recorder->ledger().files()) {
        footage += bytes.size();
    }
    CHECK(outcome.footageBytes == footage);
    CHECK(bench.held("CAM-1").missing.empty());
    CHECK(must(bench.catalogue().objectCount()) == 3);
    CHECK(must(bench.catalogue().segmentsWithoutObject("CAM-1", 0, 10)).empty());
    CHECK(must(bench.catalogue().undelivered("CAM-1", 10)).empty());
    CHECK(countOf(bench.vault().leafKinds(), "object") == 3);
    // What the recorder remembers is a checkpoint that covers all of it.
    const auto note = must(tlog::parseCheckpoint(recorder->checkpoints().at(vault::test::kOrigin)));
    CHECK(note.checkpoint.size > must(bench.catalogue().highestLeaf()).value());
}

TEST_CASE("a second visit brings what came since, and nothing twice") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    REQUIRE(bench.takeIn(*recorder).end == Phase::Done);
    recorder->segmentCalls = 0;
    recorder->ledger().record(1, 2);
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(outcome.chapters == 1);
    CHECK(outcome.segments == 1);
    CHECK(recorder->segmentCalls == 2);  // HEAD and GET of the new one
    CHECK(must(bench.catalogue().objectCount()) == 5);
}

TEST_CASE("an intake that is cut at any place goes on where it ended") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    const std::uint64_t size = recorder->ledger().files().begin()->second.size();
    for (const std::uint64_t cut : {std::uint64_t{0}, size / 7, size / 2, size - 1}) {
        CAPTURE(cut);
        recorder->cutAt = cut;
        const Outcome outcome = bench.takeIn(*recorder);
        CHECK(outcome.end == Phase::Failed);
        CHECK(outcome.transient);
        CHECK(bench.held("CAM-1").missing.size() == 1);
        const auto status = must(bench.vault().vault().status());
        CHECK(status.uploads == 1);
    }
    recorder->cutAt = UINT64_MAX;
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(outcome.segments == 1);
    CHECK(bench.held("CAM-1").missing.empty());
    CHECK(must(bench.vault().vault().status()).uploads == 0);
    CHECK(recorder->receipts() == 2);
}

TEST_CASE("a retry docks with the same nonce, unless footage came since") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    const auto dockings = [&] {
        const auto& all = recorder->ledger().entries();
        return std::count_if(
            all.begin(), all.end(), [](const auto& entry) { return entry.kind == "docking"; });
    };
    recorder->cutAt = 0;
    CHECK(bench.takeIn(*recorder).transient);
    CHECK(bench.takeIn(*recorder).transient);
    CHECK(dockings() == 1);
    recorder->ledger().record(1, 1);
    recorder->cutAt = UINT64_MAX;
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(outcome.segments == 2);
    CHECK(dockings() == 2);
}

TEST_CASE("a deleted catalogue is filled again by the next visit") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    REQUIRE(bench.takeIn(*recorder).end == Phase::Done);
    bench.forgetCatalogue();
    const Outcome outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(must(bench.catalogue().objectCount()) == 4);  // with the new docking's chapter
    CHECK(must(bench.catalogue().segmentsWithoutObject("CAM-1", 0, 10)).empty());
}

TEST_CASE("a receipt that was not acknowledged is handed over at the next visit") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    recorder->instead = [](const net::Request& request) -> std::optional<net::Response> {
        if (request.target != "/v1/receipts") {
            return std::nullopt;
        }
        net::Response refused;
        refused.status = 403;
        return refused;
    };
    const Outcome first = bench.takeIn(*recorder);
    CHECK(first.end == Phase::Flawed);
    CHECK(recorder->receipts() == 0);
    recorder->instead = nullptr;
    const Outcome second = bench.takeIn(*recorder);
    CAPTURE(second.reason);
    CHECK(second.end == Phase::Done);
    CHECK(second.earlierReceipts.size() == 2);
    CHECK(recorder->receipts() == 3);
}

TEST_CASE(
    "a receipt of one copy becomes one of two at the docking after the second copy came back") {
    DockBench bench;
    bench.stopVault();
    bench.vault().copies = {bench.vault().second(), 72};
    bench.vault().reopen();
    bench.startVault();
    const std::string away = bench.vault().second() + "-away";
    std::filesystem::rename(bench.vault().second(), away);
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    const auto copies = [&] {
        std::map<std::uint64_t, int> counts;
        for (const evidence::Entry& entry : recorder->ledger().entries()) {
            if (entry.kind == "receipt") {
                ++counts[must(evidence::Receipt::parse(*entry.body.find("message")->bytes()))
                             .copies];
            }
        }
        return counts;
    };
    REQUIRE(bench.takeIn(*recorder).end == Phase::Done);
    CHECK(copies() == std::map<std::uint64_t, int>{{1, 3}});
    // Still away: nothing is asked for.
    Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.secondReceipts == 0);
    CHECK(copies() == std::map<std::uint64_t, int>{{1, 4}});
    std::filesystem::rename(away, bench.vault().second());
    while (must(bench.vault().vault().catchUp({}))) {
    }
    // What the recorder has freed meanwhile needs no more.
    const auto& [freed, bytes] = *recorder->ledger().files().begin();
    evidence::ReleaseBody release;
    release.recording = freed.first;
    release.segment = freed.second;
    recorder->ledger().add("release", release.toCbor());
    const std::size_t calls = recorder->segmentCalls;
    outcome = bench.takeIn(*recorder);
    CAPTURE(outcome.reason);
    CHECK(outcome.end == Phase::Done);
    CHECK(outcome.secondReceipts == 3);  // two chapters and a segment
    CHECK(copies() == std::map<std::uint64_t, int>{{1, 4}, {2, 4}});
    CHECK(recorder->segmentCalls == calls);
    // And that was all; a catalogue made anew from the chapters knows it too.
    CHECK(bench.takeIn(*recorder).secondReceipts == 0);
    CHECK(must(bench.catalogue().singleCopies("CAM-1", 0, 10)).empty());
    bench.forgetCatalogue();
    CHECK(bench.takeIn(*recorder).end == Phase::Done);
    CHECK(must(bench.catalogue().singleCopies("CAM-1", 0, 10)).empty());
    CHECK(bench.takeIn(*recorder).secondReceipts == 0);
}

TEST_CASE("without a vault nothing is asked of the recorder but who it is") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    bench.stopVault();
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Failed);
    CHECK(outcome.reason.find("is liuhen-vault running?") != std::string::npos);
    CHECK(recorder->ledger().entries().back().kind == "end");
    bench.startVault();
    CHECK(bench.takeIn(*recorder).end == Phase::Done);
}

TEST_CASE("a recorder that is still recording is left alone") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1"));
    recorder->recording = true;
    const Outcome outcome = bench.takeIn(*recorder);
    CHECK(outcome.end == Phase::Failed);
    CHECK_FALSE(outcome.transient);
    CHECK(outcome.reason.find("still recording") != std::string::npos);
    CHECK(recorder->ledger().entries().back().kind == "end");
}

}  // namespace liuhen::test

TEST_SUITE_END();
