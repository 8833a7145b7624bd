// SPDX-License-Identifier: Apache-2.0
// Clocks that are wrong, are moved while a recorder runs, and between its runs.
#include "tests/firmware/recorder/recorder_bench.hpp"

#include <cstdlib>

namespace liuhen::recorder::test {

namespace {

using evidence::UtcSource;

std::int64_t number(const evidence::Entry& entry, const char* field) {
    const core::Cbor* value = entry.body.find(field);
    REQUIRE(value != nullptr);
    REQUIRE(value->integer().has_value());
    return *value->integer();
}

std::string text(const evidence::Entry& entry, const char* field) {
    const core::Cbor* value = entry.body.find(field);
    return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

std::vector<evidence::Entry> clocks(Bench& bench) {
    std::vector<evidence::Entry> found;
    for (evidence::Entry& entry : bench.entries()) {
        if (entry.kind == "clock") {
            found.push_back(std::move(entry));
        }
    }
    return found;
}

void stepBy(Bench& bench, core::Microseconds by) {
    bench.clock.setUtc(bench.clock.utc() + by);
}

/// Per track, each part begins where the one before ended.
void requireContinuous(Bench& bench) {
    std::map<std::uint64_t, std::uint64_t> ends;
    int parts = 0;
    for (const evidence::Entry& entry : bench.entries()) {
        if (entry.kind != "part") {
            continue;
        }
        const auto body = evidence::PartBody::fromCbor(entry.body);
        REQUIRE(body.has_value());
        for (const evidence::TrackSpan& span : body->tracks) {
            if (ends.contains(span.track)) {
                CAPTURE(entry.seq);
                CHECK(span.start == ends[span.track]);
            }
            ends[span.track] = span.start + span.duration;
        }
        ++parts;
    }
    CHECK(parts > 10);
}

/// The dock's clock as it would come over the cable: what the message says does not matter here.
void syncWithDock(Bench& bench) {
    REQUIRE(bench->setClock(bench.clock.utc().count() + 20'000, core::Buffer(10, 1)).has_value());
}

/// Whole seconds are kept, so a restart may count one less.
bool aged(const evidence::Entry& entry, std::uint64_t seconds) {
    const std::uint64_t age = entry.time.ageSeconds.value_or(UINT64_MAX);
    return age == seconds || age + 1 == seconds;
}

}  // namespace

TEST_SUITE("recorder/clock") {
    TEST_CASE("a clock stepped back and forth while recording is told, and footage goes on") {
        Bench bench;
        bench.mustStart();
        syncWithDock(bench);
        bench.press();
        bench.film(3000);
        stepBy(bench, -90s);
        const core::Nanoseconds stepped = bench.clock.boottime();
        bench.film(3000);
        stepBy(bench, 1h);
        bench.film(3000);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
        requireContinuous(bench);
        const auto told = clocks(bench);
        REQUIRE(told.size() == 3);
        CHECK(told[0].body.find("message")->bytes() != nullptr);
        CHECK(number(told[1], "after") - number(told[1], "before") == -90'000'000);
        CHECK(number(told[2], "after") - number(told[2], "before") == 3'600'000'000);
        CHECK(text(told[1], "found") == "running");
        CHECK(told[1].body.find("message")->isNull());
        const auto late =
            core::Nanoseconds(static_cast<std::int64_t>(told[1].time.boottimeNs)) - stepped;
        CHECK(late >= 0s);
        CHECK(late <= 1s);
        // The entries say what their time is worth.
        const auto start = bench.last("start");
        CHECK(start.time.source == UtcSource::Dock);
        CHECK(start.time.ageSeconds.value_or(99999) == 0);
        CHECK(told[1].time.source == UtcSource::None);
        CHECK_FALSE(told[1].time.ageSeconds.has_value());
        CHECK(bench.last("end").time.source == UtcSource::None);
    }

    TEST_CASE("small steps are told once they add up; steady clocks never") {
        Bench bench;
        bench.mustStart();
        for (int i = 0; i < 5; ++i) {
            stepBy(bench, 30ms);
            bench.clock.advance(50ms);
            bench->tick(80, 1);
            bench.clock.advance(600ms);  // then the ledger is synced
            bench->tick(80, 1);
            CHECK(clocks(bench).size() == (i < 3 ? 0 : 1));
        }
        for (int i = 0; i < 100; ++i) {
            bench.clock.advance(7'777'777ns);
            bench->tick(80, 1);
        }
        REQUIRE(bench->shutdown("button").has_value());
        const auto told = clocks(bench);
        REQUIRE(told.size() == 1);
        CHECK(number(told[0], "after") - number(told[0], "before") == 120'000);
    }

    TEST_CASE("source and age of the clock outlive the process and the machine's boot") {
        Bench bench;
        bench.mustStart();
        syncWithDock(bench);
        bench.clock.advance(100s);
        bench.stop();  // killed
        bench.clock.advance(97s);
        bench.mustStart();
        CHECK(bench.last("boot").time.source == UtcSource::Dock);
        CHECK(aged(bench.last("boot"), 200));
        CHECK(clocks(bench).size() == 1);
        bench.stop();
        // The machine boots anew, ten minutes later; the clock chip went on.
        bench.options.bootId = "boot-2";
        bench.reboot(5s, bench.clock.utc() + 10min);
        bench.mustStart();
        const auto boot = bench.last("boot");
        CHECK(boot.time.source == UtcSource::ClockChip);
        CHECK(aged(boot, 203 + 600));
        CHECK(clocks(bench).size() == 1);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
    }

    TEST_CASE("a clock moved while no process ran is told after the start") {
        struct Row {
            const char* name;
            std::string bootId;
            std::chrono::microseconds by;
            std::int64_t told;  // 0: cannot be told
            const char* found;
        };
        const Row rows[] = {
            {"same boot, back", "boot-1", -1h, -3'600'000'000, "not_running"},
            {"same boot, forth", "boot-1", 1h, 3'600'000'000, "not_running"},
            {"other boot, back", "boot-2", -1h, -3'600'000'000, "between_boots"},
            {"other boot, forth", "boot-2", 1h, 0, ""},
            {"boots without a name, back", "", -1h, -3'600'000'000, "between_boots"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            SUBCASE(row.name) {
                Bench bench;
                bench.mustStart();
                syncWithDock(bench);
                bench.press();
                bench.film(6000);
                bench.stop();
                bench.options.bootId = row.bootId;
                if (row.bootId == "boot-1") {
                    stepBy(bench, row.by);
                } else {
                    bench.reboot(5s, bench.clock.utc() + 5s + row.by);
                }
                bench.mustStart();
                CHECK(bench->recording());
                bench.beginFilming();
                bench.film(4000);
                REQUIRE(bench->shutdown("button").has_value());
                bench.stop();
                CHECK(bench.verdict() == "intact");
                const auto told = clocks(bench);
                REQUIRE(told.size() == (row.told == 0 ? 1U : 2U));
                if (row.told != 0) {
                    const auto jump = number(told[1], "after") - number(told[1], "before");
                    CHECK(std::abs(jump - row.told) <= 4'000'000);
                    CHECK(text(told[1], "found") == row.found);
                    CHECK(bench.last("recovery").seq < told[1].seq);
                    CHECK(bench.last("boot").time.source == UtcSource::None);
                }
            }
        }
    }

    TEST_CASE(
        "docks bracket the time of what lies between them, whatever the recorder's clock says") {
        Bench bench;
        bench.mustStart();
        const auto key = crypto::PrivateKey::generate();
        const auto certificate =
            *bench.authority.certify(key.publicKey(), crypto::Role::Dock, "dock-1", 5, kNow);
        const auto dock = [&](std::uint8_t nonce, core::Microseconds utc, bool forged) {
            const auto docking = bench->dock(core::Buffer(32, nonce));
            REQUIRE(docking.has_value());
            const auto message =
                evidence::ClockMessage{certificate.der(), kDevice, docking->hash, utc.count()}.sign(
                    forged ? crypto::PrivateKey::generate() : key);
            const auto clock = bench->setClock(utc.count(), message);
            REQUIRE(clock.has_value());
            return std::pair(docking->seq, clock->seq);
        };
        const auto first = dock(1, kNow + 1h, false);
        stepBy(bench, -48h);
        bench.clock.advance(1s);
        bench->tick(80, 1);
        (void)dock(2, kNow + 90min, true);
        const auto second = dock(3, kNow + 2h, false);
        REQUIRE(bench->shutdown("button").has_value());
        bench.stop();
        CHECK(bench.verdict() == "intact");
        std::vector<std::string> told;
        for (const evidence::Finding& finding : bench.check().findings) {
            if (finding.kind == "time") {
                told.push_back(finding.text);
            }
        }
        const auto time = [](core::Microseconds utc) { return core::formatUtc(utc); };
        CHECK(told == std::vector<std::string>{
                          fmt::format("entries up to {} were made before {}, by a dock's clock",
                                      first.first,
                                      time(kNow + 1h)),
                          fmt::format("entries {} to {} were made between {} and {}, by the clocks "
                                      "of docks",
                                      first.second,
                                      second.first,
                                      time(kNow + 1h),
                                      time(kNow + 2h)),
                          fmt::format("entries from {} on were made after {}, by a dock's clock",
                                      second.second,
                                      time(kNow + 2h))});
    }

    TEST_CASE("a clock that was never set has no source, and a dock's that agrees gives one") {
        Bench bench({.commissioned = false});
        bench.clock.setUtc(core::Microseconds(5'000'000));
        bench.mustStart();
        CHECK(bench.last("boot").time.source == UtcSource::None);
        REQUIRE(bench->setClock(kNow.count(), core::Buffer(10, 1)).has_value());
        REQUIRE(bench->note("mode", core::Cbor::map({{"silent", true}})).has_value());
        CHECK(bench.last("mode").time.source == UtcSource::None);  // it does not agree
        bench.clock.setUtc(kNow);
        bench.clock.advance(50ms);
        bench->tick(80, 1);
        syncWithDock(bench);
        REQUIRE(bench->shutdown("button").has_value());
        CHECK(bench.last("shutdown").time.source == UtcSource::Dock);
        CHECK(clocks(bench).size() == 3);
    }
}

}  // namespace liuhen::recorder::test
