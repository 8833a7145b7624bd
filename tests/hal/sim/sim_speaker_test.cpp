// SPDX-License-Identifier: Apache-2.0
// The air between the simulated loudspeaker and the simulated microphone.
#include "hal/sim/sim_speaker.hpp"

#include "common/core/bytes.hpp"
#include "common/core/files.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

using namespace std::chrono_literals;

namespace {

Air::Sound soundOf(std::vector<std::int16_t> samples) {
    return std::make_shared<const std::vector<std::int16_t>>(std::move(samples));
}

/// What is added to silence.
std::vector<std::int16_t> hear(Air& air, core::Nanoseconds at, int channels = 1) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(4 * channels), 0);
    air.addTo(samples, channels, at);
    return samples;
}

using Samples = std::vector<std::int16_t>;

}  // namespace

TEST_SUITE_BEGIN("hal/sim/sim_speaker");

TEST_CASE("a sound is heard at its time, without a seam, and only once") {
    Air air(1000);
    air.begin(soundOf({10, 20, 30, 40, 50, 60}), 0.5, 102ms);
    CHECK(hear(air, 100ms) == Samples{0, 0, 5, 10});
    CHECK(hear(air, 104ms + 700us) == Samples{15, 20, 25, 30});  // the clocks differ a little
    CHECK(hear(air, 108ms) == Samples{0, 0, 0, 0});
}

TEST_CASE("sounds add up in all channels, and too loud is cut off") {
    Air air(1000);
    air.begin(soundOf({30000, 1, -30000}), 1.0, 0ms);
    air.begin(soundOf({30000, 1, -30000}), 1.0, 0ms);
    CHECK(hear(air, 0ms, 2) == Samples{32767, 32767, 2, 2, -32768, -32768, 0, 0});
}

TEST_CASE("after a gap of the microphone the sound is where it would be") {
    Air air(1000);
    Samples rising(1000);
    for (std::size_t i = 0; i < rising.size(); ++i) {
        rising[i] = static_cast<std::int16_t>(i);
    }
    const auto number = air.begin(soundOf(rising), 1.0, 0ms);
    CHECK(hear(air, 0ms) == Samples{0, 1, 2, 3});
    CHECK(hear(air, 500ms) == Samples{500, 501, 502, 503});
    air.end(number);
    CHECK(hear(air, 504ms) == Samples{0, 0, 0, 0});
}

TEST_CASE("the loudspeaker notes what it plays and breaks off") {
    const test::TemporaryFolder folder;
    const auto wav = core::fromHex(
        "5249464636000000"
        "57415645"
        "666d7420100000000100010040"
        "1f0000803e000002001000"
        "646174618a3e0000");
    std::string content(wav->begin(), wav->end());
    content.resize(44 + 16000);  // a second
    const std::string file = folder.write("a.wav", content);
    core::ManualClock clock(5s, 0us);
    Air air(48000);
    SimSpeaker speaker(air, 0.5, folder / "log", clock);
    CHECK(speaker.play(file).error().kind == core::ErrorKind::NotFound);
    CHECK(speaker.load(folder / "b.wav").error().kind == core::ErrorKind::NotFound);
    CHECK(speaker.load(file) == 1s);
    REQUIRE(speaker.play(file));
    clock.advance(500ms);
    REQUIRE(speaker.play(file));
    clock.advance(1500ms);
    speaker.stop();  // it has ended already
    const auto log = core::readFile(*core::systemFiles(), folder / "log", 1000);
    REQUIRE(log);
    CHECK(core::textOf(*log) == "play 5000000000 1000000000 " + file +
                                    "\nstop 5500000000\nplay 5500000000 1000000000 " + file + "\n");
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
