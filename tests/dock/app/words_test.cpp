// SPDX-License-Identifier: Apache-2.0
// What the dock says of those who remember the custody log, to people and to machines.
#include "dock/app/commands.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

TEST_SUITE_BEGIN("dock/app/words");

namespace liuhen::dock::test {

namespace {

constexpr std::int64_t kNow = 1'800'000'000;

vault::Status statusWith(std::uint64_t leaves, bool witnessed) {
    vault::Status status;
    status.origin = "vault.example";
    status.logSize = 44;
    status.witnessing.leaves = leaves;
    status.witnessing.witnessed = witnessed;
    status.witnessing.recorders = 3;
    status.witnessing.witnesses = {
        {"w1", 41, 1'799'999'820}, {"w2", 0, 0}, {"w3", 40, kNow + 60}, {"w4", 1, UINT64_MAX}};
    return status;
}

bool says(const std::string& text, const std::string& sentence) {
    return text.find(sentence) != std::string::npos;
}

}  // namespace

TEST_CASE("each witness is told with what it cosigned, and when") {
    const std::string text = witnessLines(statusWith(41, true), kNow);
    CAPTURE(text);
    CHECK(
        says(text, "the first 41 of 44 leaves are witnessed as the agency asks; all evidence is"));
    CHECK(
        says(text, "witness w1: cosigned 41 leaves on 2027-01-15T07:57:00.000000Z (3 min ago)\n"));
    CHECK(says(text, "witness w2: no cosignature of it is kept here\n"));
    CHECK(
        says(text, "witness w3: cosigned 40 leaves on 2027-01-15T08:01:00.000000Z (its clock is"));
    CHECK(says(text, "witness w4: cosigned 1 leaves on 9999-12-31T23:59:59.000000Z (its clock is"));
    CHECK(says(text, "recorders that were shown a checkpoint to remember: 3\n"));
    CHECK(says(witnessLines(statusWith(41, false), kNow), "evidence came since"));
    CHECK(
        says(witnessLines(statusWith(0, false), kNow), "nothing is witnessed as the agency asks"));
    vault::Status none = statusWith(0, false);
    none.witnessing.witnesses.clear();
    CHECK(says(witnessLines(none, kNow), "the agency names none"));
    none.witnessing.trouble = "read policy: line 2";
    CHECK(says(witnessLines(none, kNow), "cannot be read: read policy: line 2"));
}

TEST_CASE("the summary has the same for machines") {
    const auto log = nlohmann::json::parse(summaryJson({}, statusWith(41, true)))["log"];
    CHECK(log["leaves"] == 44);
    CHECK(log["witnessed"] == true);
    CHECK(log["witnessed_leaves"] == 41);
    CHECK(log["recorders"] == 3);
    REQUIRE(log["witnesses"].size() == 4);
    CHECK(log["witnesses"][0]["name"] == "w1");
    CHECK(log["witnesses"][0]["leaves"] == 41);
    CHECK(log["witnesses"][0]["cosigned_s"] == 1'799'999'820);
    CHECK(log["witnesses"][1]["cosigned_s"].is_null());
    CHECK(nlohmann::json::parse(summaryJson({}, std::nullopt))["log"].is_null());
}

}  // namespace liuhen::dock::test

TEST_SUITE_END();
