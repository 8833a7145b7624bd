// SPDX-License-Identifier: Apache-2.0
// Several bays at once: fair, independent of each other, and free of races.
#include "dock/bay/fleet.hpp"

#include "tests/dock/ingest/dock_bench.hpp"

TEST_SUITE_BEGIN("dock/bay/fleet");

namespace liuhen::test {

using ingest::Phase;

namespace {

std::vector<ingest::Outcome> runOnce(ingest::DockParts& parts,
                                     const std::vector<ingest::BayPlace>& places) {
    bay::Pace pace;
    pace.once = true;
    pace.arrivalWait = std::chrono::milliseconds(50);
    std::vector<ingest::Outcome> outcomes;
    bay::Fleet fleet(parts, places, pace);
    while (!fleet.ended()) {
        for (const auto& bay : fleet.bays()) {
            static_cast<void>(bay->snapshot());
        }
        std::this_thread::yield();
    }
    for (const auto& bay : fleet.bays()) {
        outcomes.push_back(bay->outcome().value());
    }
    return outcomes;
}

}  // namespace

TEST_CASE("four recorders are taken in at once") {
    DockBench bench;
    std::vector<std::unique_ptr<FakeRecorder>> recorders;
    std::vector<ingest::BayPlace> places;
    for (int i = 0; i < 4; ++i) {
        recorders.push_back(bench.serve(bench.ledger(fmt::format("CAM-{}", i), 3)));
        places.push_back(DockBench::place(*recorders.back(), fmt::format("bay-{}", i)));
    }
    ingest::DockParts parts = bench.parts();
    for (const auto& outcome : runOnce(parts, places)) {
        CAPTURE(outcome.reason);
        CHECK(outcome.end == Phase::Done);
        CHECK(outcome.segments == 3);
        CHECK(bench.held(outcome.device).missing.empty());
    }
    CHECK(must(bench.catalogue().objectCount()) == 16);
}

TEST_CASE("a bay that lies, hangs up or is empty does not disturb the others") {
    DockBench bench;
    const auto honest = bench.serve(bench.ledger("CAM-1", 2));
    const auto liar = bench.serve(bench.ledger("CAM-2", 2));
    liar->instead = [](const net::Request& request) -> std::optional<net::Response> {
        if (!request.target.starts_with("/v1/ledger")) {
            return std::nullopt;
        }
        net::Response endless;
        endless.source =
            net::BodySource{std::uint64_t{1} << 40U, [](std::uint64_t, std::span<std::uint8_t> to) {
                                return core::Result<std::size_t>(to.size());
                            }};
        return endless;
    };
    const auto cut = bench.serve(bench.ledger("CAM-3", 2));
    cut->cutAt = 5000;
    std::uint16_t unused = 0;
    {
        const auto gone = bench.serve(bench.ledger("CAM-4", 0));
        unused = gone->port();
    }
    ingest::DockParts parts = bench.parts();
    const auto outcomes = runOnce(parts,
                                  {DockBench::place(*honest, "a"),
                                   DockBench::place(*liar, "b"),
                                   DockBench::place(*cut, "c"),
                                   {"d", {"127.0.0.1", unused}}});
    CHECK(outcomes[0].end == Phase::Done);
    CHECK(outcomes[1].end == Phase::Failed);
    CHECK_FALSE(outcomes[1].transient);
    CHECK(outcomes[2].end == Phase::Failed);
    CHECK(outcomes[2].chapters == 1);
    CHECK(outcomes[3].end == Phase::Failed);
    CHECK(outcomes[3].device.empty());
}

TEST_CASE("one recorder at two bays is taken in by one of them") {
    DockBench bench;
    const auto recorder = bench.serve(bench.ledger("CAM-1", 1));
    ingest::DockParts parts = bench.parts();
    REQUIRE(bench.claims.take("CAM-1"));
    const auto refused = runOnce(parts, {DockBench::place(*recorder, "a")});
    CHECK(refused[0].end == Phase::Failed);
    CHECK(refused[0].reason.find("another bay") != std::string::npos);
    bench.claims.release("CAM-1");
    CHECK(runOnce(parts, {DockBench::place(*recorder, "b")})[0].end == Phase::Done);
}

}  // namespace liuhen::test

TEST_SUITE_END();
