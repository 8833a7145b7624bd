// SPDX-License-Identifier: Apache-2.0
// Every mishap in every state: what is entered and when, where the recorder stands then, what of
// each track is gone, and that the rest is whole. docs/states.md shows the same tables.
#include "tests/firmware/recorder/officer.hpp"

#include <cmath>
#include <fstream>
#include <iterator>

namespace liuhen::recorder::test {

namespace {

using hal::Button;

struct Mishap {
    const char* name;
    std::function<void(Officer&)> happens;
};

struct Stage {
    const char* name;
    std::function<void(Officer&)> reach;
};

const std::vector<Stage>& stages() {
    static const std::vector<Stage> kStages{
        {"standby", [](Officer& officer) { officer.wait(1000); }},
        {"recording",
         [](Officer& officer) {
             officer.press(Button::Record);
             officer.wait(3000);
         }},
        {"giving_reason",
         [](Officer& officer) {
             officer.press(Button::Record);
             officer.wait(3000);
             officer.hold(Button::Pause);
         }},
        {"interrupted",
         [](Officer& officer) {
             officer.press(Button::Record);
             officer.wait(3000);
             officer.hold(Button::Pause);
             officer.press(Button::Pause);
             officer.wait(1000);
         }},
        {"closing",
         [](Officer& officer) {
             officer.press(Button::Record);
             officer.wait(3000);
             officer.hold(Button::Record);
         }},
        {"docked", [](Officer& officer) { officer.dock(); }},
    };
    return kStages;
}

const std::vector<Mishap>& mishaps() {
    static const std::vector<Mishap> kMishaps{
        {"picture lost and back",
         [](Officer& officer) {
             officer.lose(Track::Picture);
             officer.wait(1500);
             officer.giveBack(Track::Picture);
             officer.wait(1000);
         }},
        {"sound lost and back",
         [](Officer& officer) {
             officer.lose(Track::Sound);
             officer.wait(1500);
             officer.giveBack(Track::Sound);
             officer.wait(1000);
         }},
        {"both lost and back",
         [](Officer& officer) {
             officer.lose(Track::Picture);
             officer.lose(Track::Sound);
             officer.wait(1500);
             officer.giveBack(Track::Picture);
             officer.giveBack(Track::Sound);
             officer.wait(1000);
         }},
        {"battery low",
         [](Officer& officer) {
             officer.battery = 9;
             officer.wait(1000);
         }},
        {"battery empty",
         [](Officer& officer) {
             officer.battery = 1;
             officer.wait(1000);
         }},
        {"card pulled and back",
         [](Officer& officer) {
             officer.breakCard(ENODEV);
             officer.wait(3000);
             officer.mendCard();
             officer.wait(2000);
         }},
        {"card full",
         [](Officer& officer) {
             officer.breakCard(ENOSPC);
             officer.wait(2000);
             officer.mendCard();
             officer.wait(2000);
         }},
        {"put into the dock",
         [](Officer& officer) {
             officer.dock();
             officer.wait(1000);
         }},
        {"crash",
         [](Officer& officer) {
             officer.crash();
             officer.wait(1000);
         }},
        {"power cut",
         [](Officer& officer) {
             officer.cutPower();
             officer.wait(1000);
         }},
        {"clock set back",
         [](Officer& officer) {
             officer.bench.clock.setUtc(officer.bench.clock.utc() - std::chrono::hours(1));
             officer.wait(1000);
         }},
    };
    return kMishaps;
}

/// What a mishap leaves behind.
struct Cell {
    std::string told;  // entries, each with the seconds since the mishap, and the state after them
    std::string gone;  // of each track, in seconds
};

std::string gapsOf(Officer& officer, std::uint64_t track) {
    std::string gaps;
    for (const double gap : officer.gaps(track)) {
        gaps += fmt::format("{}{:.1f}", gaps.empty() ? "" : ", ", gap);
    }
    return gaps.empty() ? "–" : gaps;
}

Cell cellOf(const Mishap& mishap, const Stage& stage) {
    Officer officer;
    stage.reach(officer);
    REQUIRE(name(officer.controls->state()) == stage.name);
    const std::size_t before = officer.told().size();
    const double began = officer.now();
    mishap.happens(officer);
    const std::string after(name(officer.controls->state()));
    REQUIRE(officer.bench->ledger().sync().has_value());
    std::string tale;
    const std::vector<Told> told = officer.told();
    for (std::size_t i = before; i < told.size(); ++i) {
        tale += fmt::format("{}{} {:.1f}",
                            tale.empty() ? "" : "; ",
                            told[i].what,
                            std::abs(told[i].seconds - began));  // never "-0.0"
    }
    CHECK(officer.verdict() == "intact");
    return {fmt::format(" {}{} |",
                        tale.empty() ? "–" : tale,
                        after == stage.name ? "" : " → **" + after + "**"),
            fmt::format(" {} / {} |",
                        gapsOf(officer, evidence::kPictureTrack),
                        gapsOf(officer, evidence::kSoundTrack))};
}

void requireInDocs(const std::string& table) {
    std::ifstream in(LIUHEN_DOCS "/states.md");
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const bool found = text.find(table) != std::string::npos;
    CHECK_MESSAGE(found, "docs/states.md should hold:\n" << table);
}

}  // namespace

TEST_SUITE("recorder/cells") {
    TEST_CASE("every mishap in every state is as docs/states.md has it") {
        std::string told = "| what happens |";
        for (const Stage& stage : stages()) {
            told += fmt::format(" {} |", stage.name);
        }
        told += "\n|---|---|---|---|---|---|---|\n";
        std::string gone = told;
        for (const Mishap& mishap : mishaps()) {
            told += fmt::format("| {} |", mishap.name);
            gone += fmt::format("| {} |", mishap.name);
            for (const Stage& stage : stages()) {
                CAPTURE(mishap.name);
                CAPTURE(stage.name);
                const Cell cell = cellOf(mishap, stage);
                told += cell.told;
                gone += cell.gone;
            }
            told += "\n";
            gone += "\n";
        }
        requireInDocs(told);
        requireInDocs(gone);
    }

    TEST_CASE("the transitions are as docs/states.md has them") {
        std::string table = "| in | on | does | then |\n|---|---|---|---|\n";
        for (const Transition& row : transitions()) {
            std::string acts;
            for (const Act act : row.acts) {
                acts += (acts.empty() || name(act).empty() ? "" : ", ") + std::string(name(act));
            }
            table += fmt::format(
                "| {} | {} | {} | {} |\n", name(row.from), name(row.on), acts, name(row.to));
        }
        requireInDocs(table);
    }

    TEST_CASE("no state has two rows for one event") {
        for (const Transition& row : transitions()) {
            CHECK(transitionFor(row.from, row.on) == &row);
        }
    }
}

}  // namespace liuhen::recorder::test
