// SPDX-License-Identifier: Apache-2.0
// A simulated card under the bench's recorder: it has a quota and can be pulled.
#pragma once

#include "hal/sim/sim_card.hpp"
#include "tests/firmware/recorder/recorder_bench.hpp"

namespace liuhen::recorder::test {

/// A card between the recorder and the storage, with a quota.
struct Slot {
    Slot(Bench& bench, std::uint64_t quotaBytes) : bench_(bench) { insert(quotaBytes); }
    ~Slot() { bench_.throughCard = nullptr; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void insert(std::uint64_t quotaBytes) {
        auto opened = hal::sim::SimCard::open(bench_.files, kCard, quotaBytes);
        REQUIRE(opened.has_value());
        card = *std::move(opened);
        files = std::make_unique<hal::sim::SimFiles>(bench_.files, card->state());
        bench_.throughCard = files.get();
    }

    std::unique_ptr<hal::sim::SimCard> card;
    std::unique_ptr<hal::sim::SimFiles> files;

private:
    Bench& bench_;
};

}  // namespace liuhen::recorder::test
