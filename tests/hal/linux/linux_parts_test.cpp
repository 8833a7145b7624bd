// SPDX-License-Identifier: Apache-2.0
// The Linux board's configuration, its battery files and its camera that is not there.
#include "hal/linux/linux_config.hpp"
#include "hal/linux/linux_sources.hpp"
#include "hal/linux/power_supply.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::linux {

TEST_SUITE_BEGIN("hal/linux");

TEST_CASE("the configuration is read, and a key too many refused") {
    const test::TemporaryFolder folder;
    const std::string good = R"(
camera = {device = "/dev/video0", width = 1920, height = 1080, framerate = 30}
microphone = {device = "hw:1,0"}
card = {folder = "/mnt/card"}
keystore = {folder = "keys"}
internal = {folder = "flash"}
battery = {folder = "/sys/class/power_supply/BAT0"}
buttons = {device = "/dev/input/event0", mark = 59, photo = 212}
leds = {red = "/sys/class/leds/rec:red"}
)";
    auto config = loadLinuxConfig(folder.write("board.toml", good));
    REQUIRE(config);
    CHECK(config->picture.width == 1920);
    CHECK(config->sound.samplesPerSecond == 48000);
    CHECK(config->keystoreFolder == folder / "keys");
    CHECK(config->recordKey == 167);
    CHECK(config->markKey == 59);
    CHECK(config->photoKey == 212);
    CHECK(config->soundKey == 0);
    CHECK(config->redLed == "/sys/class/leds/rec:red");
    CHECK(config->greenLed.empty());
    CHECK(config->vibrator.empty());
    auto bad = loadLinuxConfig(folder.write("board.toml", good + "[lamps]\n"));
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message.find("lamps: unknown key") != std::string::npos);
}

TEST_CASE("the battery follows its files and keeps its last value when they go") {
    const test::TemporaryFolder folder;
    folder.write("capacity", "73\n");
    folder.write("status", "Discharging\n");
    PowerSupply battery(folder.path());
    CHECK(battery.levelPercent() == 73);
    CHECK_FALSE(battery.charging());
    CHECK_FALSE(battery.refresh());
    folder.write("capacity", "12\n");
    folder.write("status", "Charging\n");
    CHECK(battery.refresh());
    CHECK(battery.levelPercent() == 12);
    CHECK(battery.charging());
    folder.write("capacity", "1000\n");
    CHECK_FALSE(battery.refresh());
    std::filesystem::remove(folder / "capacity");
    std::filesystem::remove(folder / "status");
    CHECK_FALSE(battery.refresh());
    CHECK(battery.levelPercent() == 12);
}

TEST_CASE("a camera that is not there is unavailable") {
    const test::TemporaryFolder folder;
    V4l2Camera camera(folder / "video0", {640, 480, 25, "bt709"});
    auto source = camera.makeSource();
    REQUIRE_FALSE(source);
    CHECK(source.error().kind == core::ErrorKind::Unavailable);
}

TEST_SUITE_END();

}  // namespace liuhen::hal::linux
