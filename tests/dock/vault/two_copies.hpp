// SPDX-License-Identifier: Apache-2.0
// What the tests of the second copy share: a bench with one, and a look at both copies.
#pragma once

#include "common/evidence/vault_check.hpp"
#include "tests/dock/vault/bench.hpp"

#include <filesystem>
#include <string>

namespace liuhen::vault::test {

/// A bench whose vault has a second copy; `recorder` has one docked chapter and two segments.
struct TwoCopies : Bench {
    TwoCopies() : Bench(false) {
        copies.second = second();
        open();
    }

    CommitAnswer takeChapter() {
        const auto& chapter = recorder_.chapters().front();
        return must(takeIn(vault(),
                           Offer{chapterPlace(recorder_, 0), chapter.bytes.size(), chapter.docking},
                           chapter.bytes));
    }
    CommitAnswer takeSegment(std::uint64_t number) {
        return must(takeIn(vault(),
                           segmentPlace(recorder_, recording, number),
                           recorder_.segment(recording, number)));
    }
    /// Chapter and both segments.
    void takeAll() {
        REQUIRE(takeChapter().state == State::Receipted);
        REQUIRE(takeSegment(0).state == State::Receipted);
        REQUIRE(takeSegment(1).state == State::Receipted);
    }
    /// Until the second copy lacks nothing; answers in how many steps.
    int catchUp() {
        int steps = 0;
        while (must(vault().catchUp({}))) {
            REQUIRE(++steps < 100);
        }
        return steps;
    }
    evidence::Report verify(const std::string& copy) {
        writeFile(
            *files, folder / "agency/root.pem", core::viewOf(agency.root.certificate().toPem()));
        const auto trust = must(evidence::Trust::open(*files, folder / "agency/root.pem"));
        return must(evidence::checkVault(*files, copy, trust, std::nullopt));
    }
    std::uint64_t copiesOf(const CommitAnswer& answer) {
        REQUIRE(answer.state == State::Receipted);
        return must(evidence::Receipt::verify(answer.receipt, agency.root.certificate())).copies;
    }
    std::string segmentFile(const std::string& copy, std::uint64_t number) {
        return copy + "/" + objectName(crypto::sha256(recorder_.segment(recording, number)));
    }
    std::string chapterFile(const std::string& copy) {
        return copy + "/" + objectName(crypto::sha256(recorder_.chapters().front().bytes));
    }
    /// Other bytes, of the same length, in place of a frozen object's.
    void damage(const std::string& path) {
        Buffer bytes = must(core::readFile(*files, path, UINT64_MAX));
        bytes.at(bytes.size() / 2) = static_cast<std::uint8_t>(bytes.at(bytes.size() / 2) ^ 1U);
        std::filesystem::remove(path);
        writeFile(*files, path, bytes);
    }
    std::vector<std::string> incidents() {
        must(vault().publish());
        auto tiles = must(tlog::TileStore::open(*files, path() + "/log", path() + "/test-scratch"));
        std::vector<std::string> found;
        for (std::uint64_t i = 0; i < tiles.size(); ++i) {
            const auto leaf = must(evidence::Leaf::decode(must(tiles.leaf(i))));
            if (leaf.kind == "incident") {
                found.push_back(*leaf.body.find("what")->text() + ": " +
                                *leaf.body.find("detail")->text());
            }
        }
        return found;
    }
    [[nodiscard]] const SampleRecorder& sample() const { return recorder_; }

private:
    SampleRecorder recorder_ = recorder();
};

}  // namespace liuhen::vault::test
