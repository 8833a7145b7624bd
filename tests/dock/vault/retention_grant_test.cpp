// SPDX-License-Identifier: Apache-2.0
// Tests of what ends a hold or shortens a class: a grant of two persons alone, and what is refused.
#include "common/evidence/fields.hpp"
#include "dock/vault/records.hpp"
#include "tests/dock/vault/held_bench.hpp"

TEST_SUITE_BEGIN("vault/retention_grant");

namespace liuhen::vault::test {

TEST_CASE("a hold is lifted by two persons alone, and what was refused is told") {
    HeldBench bench;
    const auto placed = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    const auto next = must(bench.vault().placeHold(bench.ofRecording(), kWhy, kName));
    const auto lift = [&](const HoldAnswer& hold, const std::optional<Digest>& grant) {
        return bench.vault().liftHold(hold.hold, kWhy, kName, grant);
    };
    const auto without = lift(placed, std::nullopt);
    CHECK(reasonOf(without) == "no_grant");
    CHECK(without.error().message.find("purpose hold") != std::string::npos);
    const Digest byOne = bench.grant(placed.subject, "hold", {&bench.first});
    CHECK_FALSE(bench.approved);
    CHECK(reasonOf(lift(placed, byOne)) == "no_grant");
    CHECK(reasonOf(lift(placed, bench.byTwo(bench.ofObject(), "hold"))) == "span");
    CHECK(reasonOf(lift(placed, bench.byTwo(placed.subject, "retention"))) == "request");
    CHECK(must(bench.vault().holds()).holds.size() == 2);
    const Digest grant = bench.byTwo(placed.subject, "hold");
    bench.reopen();
    CHECK(reasonOf(lift(placed, grant)) == "");
    bench.reopen();
    CHECK(reasonOf(lift(next, grant)) == "used_up");
    CHECK(kindOf(lift(placed, grant)) == core::ErrorKind::NotFound);
    const auto left = must(bench.vault().holds()).holds;
    REQUIRE(left.size() == 1);
    CHECK(left[0].hold == next.hold);
    CHECK(bench.refusals() ==
          std::vector<std::string>{
              "hold no_grant", "approval power", "hold span", "hold request", "hold used_up"});
    const auto report = bench.verify(bench.path());
    CHECK(report.verdict() == evidence::Verdict::Intact);
    CHECK(report.access.empty());
}

TEST_CASE("a class is made shorter by two persons alone") {
    HeldBench bench;
    const auto set = [&](const char* classId, const std::optional<Digest>& grant = std::nullopt) {
        return reasonOf(bench.vault().setRetention(bench.ofRecording(), classId, kName, grant));
    };
    CHECK(set("years-10") == "");
    CHECK(set("permanent") == "");
    CHECK(set("years-30") == "no_grant");
    CHECK(set("years-30", bench.grant(bench.ofRecording(), "retention", {&bench.first})) ==
          "no_grant");
    bench.reopen();
    CHECK(set("years-10", bench.byTwo(bench.ofRecording(), "hold")) == "request");
    const Digest grant = bench.byTwo(bench.ofRecording(), "retention");
    CHECK(set("permanent", grant) == "");  // no use
    CHECK(set("years-30", grant) == "");
    CHECK(set("years-10", grant) == "used_up");
    const RetentionList list = must(bench.vault().retentions());
    REQUIRE(list.set.size() == 1);
    CHECK(list.set[0].classId == "years-30");
    CHECK(must(evidence::unsignedAt(bench.leafAt(list.set[0].leaf).body, "months")) == 360);
    CHECK(bench.verify(bench.path()).access.empty());
}

TEST_CASE("rows of leaves without effect are passed over") {
    hal::test::TemporaryFolder folder;
    auto records = must(Records::open(folder / "vault.db"));
    const Subject subject{"CAM-1", 0, 7, std::nullopt};
    const std::array kinds = {"hold.placed", "hold.lifted", "retention", "retention"};
    for (std::uint64_t i = 0; i < kinds.size(); ++i) {
        must(records.addLeaf(i, kinds.at(i), Buffer(1, 0)));
    }
    must(records.add(HoldRow{0, 0, false, Digest{1}, subject, {}, {}}));
    must(records.add(HoldRow{1, 0, true, Digest{1}, subject, {}, {}}));
    must(records.add(RetentionRow{2, 0, subject, "permanent", {}}));
    must(records.add(RetentionRow{3, 0, subject, "years-10", {}}));
    CHECK_FALSE(must(records.standingHold(Digest{1})));
    CHECK(must(records.retentions(0, 9)).at(0).classId == "years-10");
    records.passOver({1, 3});
    CHECK(must(records.standingHold(Digest{1})));
    CHECK(must(records.standingHolds(0, 9)).size() == 1);
    const auto kept = must(records.retentions(0, 9));
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].classId == "permanent");
    const auto leaves = must(records.accessLeaves(1, 2));
    REQUIRE(leaves.size() == 2);
    CHECK(leaves[0].first == 1);
    CHECK(leaves[1].first == 2);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
