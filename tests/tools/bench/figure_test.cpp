// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/figure.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

TEST_SUITE_BEGIN("tools/bench/figure");

using namespace liuhen::bench;

namespace {

Figure figureOf(Sense sense, double bar, std::vector<double> ours, std::vector<double> peers) {
    Figure figure;
    figure.name = "made-up";
    figure.sense = sense;
    figure.bar = bar;
    figure.ours = std::move(ours);
    figure.peers = std::move(peers);
    return figure;
}

}  // namespace

TEST_CASE("the median is the middle value, or the mean of the two in the middle") {
    CHECK(median({3}) == 3);
    CHECK(median({9, 1, 5}) == 5);
    CHECK(median({4, 1, 3, 2}) == 2.5);
}

TEST_CASE("the ratio is the median of the rounds' ratios, not the ratio of the medians") {
    // A machine that was busy in the second round slowed both halves of it.
    const Figure figure = figureOf(Sense::AtMost, 0.85, {4, 40, 5}, {8, 80, 5});
    CHECK(figure.ratio() == 0.5);
    CHECK(figure.holds());
}

TEST_CASE("costs hold at or below their bar, throughputs at or above it") {
    CHECK(figureOf(Sense::AtMost, 0.5, {1}, {2}).holds());
    CHECK_FALSE(figureOf(Sense::AtMost, 0.49, {1}, {2}).holds());
    CHECK(figureOf(Sense::AtLeast, 0.5, {1}, {2}).holds());
    CHECK_FALSE(figureOf(Sense::AtLeast, 0.51, {1}, {2}).holds());
}

TEST_CASE("a figure that was not run holds nothing, and its JSON says null") {
    Figure figure = figureOf(Sense::AtLeast, 2, {}, {});
    figure.notRun = "the peer is not installed";
    CHECK_FALSE(figure.holds());
    const auto list = nlohmann::json::parse(toJson({figure}));
    REQUIRE(list.size() == 1);
    CHECK(list[0]["name"] == "made-up");
    CHECK(list[0]["bar"] == 2);
    CHECK(list[0]["ratio"].is_null());
    CHECK(list[0]["holds"].is_null());
    CHECK(list[0]["not_run"] == "the peer is not installed");
}

TEST_CASE("the JSON of a figure has name, ratio, bar and whether it holds") {
    const auto list =
        nlohmann::json::parse(toJson({figureOf(Sense::AtMost, 0.85, {9, 9}, {10, 10})}));
    REQUIRE(list.size() == 1);
    CHECK(list[0]["ratio"] == 0.9);
    CHECK(list[0]["bar"] == 0.85);
    CHECK(list[0]["holds"] == false);
}

TEST_SUITE_END();
