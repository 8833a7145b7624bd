// SPDX-License-Identifier: Apache-2.0
// Lights and vibrations: told apart, logged by the simulated board, written to LED files.
#include "hal/signals.hpp"

#include "hal/linux/linux_signals.hpp"
#include "hal/sim/sim_signals.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include <doctest/doctest.h>

namespace liuhen::hal {

namespace {

std::string contentOf(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

/// An LED's attributes as plain files.
std::string makeLed(const test::TemporaryFolder& folder, const std::string& name) {
    std::filesystem::create_directories(folder / name);
    for (const char* attribute : {"trigger", "brightness", "delay_on", "delay_off"}) {
        folder.write(name + "/" + attribute, "");
    }
    return folder / name;
}

}  // namespace

TEST_SUITE_BEGIN("hal/signals");

TEST_CASE("no two states look alike, no two patterns feel alike") {
    std::set<std::tuple<bool, bool, std::int64_t, std::int64_t>> lights;
    for (const Light light : {Light::Off,
                              Light::Standby,
                              Light::Recording,
                              Light::Interrupted,
                              Light::Closing,
                              Light::Docked,
                              Light::Fault}) {
        const Blink blink = blinkOf(light);
        CAPTURE(nameOf(light));
        CHECK(lights.insert({blink.red, blink.green, blink.on.count(), blink.off.count()}).second);
        CHECK((blink.red || blink.green) == (light != Light::Off));
    }
    std::set<std::pair<int, std::int64_t>> patterns;
    for (const Pattern pattern :
         {Pattern::Begin, Pattern::End, Pattern::Mark, Pattern::Warning, Pattern::Fault}) {
        const Pulses pulses = pulsesOf(pattern);
        CHECK(pulses.times > 0);
        CHECK(patterns.insert({pulses.times, pulses.on.count()}).second);
    }
}

TEST_CASE("the simulated board writes each change and each vibration at once") {
    const test::TemporaryFolder folder;
    const std::string path = folder / "signals.log";
    const auto signals = sim::SimSignals::open(path);
    REQUIRE(signals);
    (*signals)->show(Light::Recording);
    (*signals)->show(Light::Recording);
    (*signals)->vibrate(Pattern::Begin);
    (*signals)->show(Light::Standby);
    std::istringstream lines(contentOf(path));
    std::string at;
    std::string what;
    std::string name;
    std::string all;
    std::int64_t before = 0;
    while (lines >> at >> what >> name) {
        CHECK(std::stoll(at) > before);
        before = std::stoll(at);
        all += what + " " + name + "\n";
    }
    CHECK(all == "light recording\nvibrate begin\nlight standby\n");
    REQUIRE(sim::SimSignals::open(""));
    CHECK_FALSE(sim::SimSignals::open(folder / "none/signals.log"));
}

TEST_CASE("LEDs blink by the kernel's timer, and are dark in the end") {
    const test::TemporaryFolder folder;
    linux::LinuxConfig config;
    config.redLed = makeLed(folder, "red");
    config.greenLed = makeLed(folder, "green");
    {
        linux::LinuxSignals signals(config);
        signals.show(Light::Recording);
        CHECK(contentOf(config.redLed + "/trigger") == "timer");
        CHECK(contentOf(config.redLed + "/delay_on") == "500");
        CHECK(contentOf(config.redLed + "/delay_off") == "500");
        CHECK(contentOf(config.greenLed + "/trigger") == "none");
        CHECK(contentOf(config.greenLed + "/brightness") == "0");
        signals.show(Light::Docked);
        CHECK(contentOf(config.redLed + "/brightness") == "0");
        CHECK(contentOf(config.greenLed + "/brightness") == "255");
        signals.vibrate(Pattern::Mark);  // there is no vibrator
    }
    CHECK(contentOf(config.greenLed + "/brightness") == "0");
}

TEST_CASE("a board without LEDs, or with ones that are gone, goes on") {
    linux::LinuxConfig config;
    linux::LinuxSignals none(config);
    none.show(Light::Recording);
    config.redLed = "/nowhere/at/all";
    config.vibrator = "/nowhere/else";
    linux::LinuxSignals gone(config);
    gone.show(Light::Recording);
    gone.vibrate(Pattern::Begin);
}

TEST_SUITE_END();

}  // namespace liuhen::hal
