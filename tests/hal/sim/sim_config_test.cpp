// SPDX-License-Identifier: Apache-2.0
// The simulated board's configuration.
#include "hal/sim/sim_config.hpp"

#include "tests/hal/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace liuhen::hal::sim {

TEST_SUITE_BEGIN("hal/sim/sim_config");

TEST_CASE("a whole configuration is read, with paths from its own folder") {
    const test::TemporaryFolder folder;
    auto config = loadSimConfig(folder.write("sim.toml", R"(
[camera]
file = "street.avi"
width = 768
height = 576
framerate = 10
[microphone]
files = ["a.wav", "/b.wav"]
gap_seconds = 0.5
rate = 16000
channels = 2
[card]
folder = "card"
quota_bytes = 1000000
[keystore]
folder = "keystore"
[internal]
folder = "flash"
[battery]
percent = 55
[source_log]
folder = "log"
[script]
file = "script.toml"
state_folder = "state"
)"));
    REQUIRE(config);
    CHECK(config->camera.file == folder / "street.avi");
    CHECK(config->camera.format.width == 768);
    CHECK(config->camera.format.height == 576);
    CHECK(config->camera.format.framesPerSecond == 10);
    CHECK(config->microphone.files == std::vector<std::string>{folder / "a.wav", "/b.wav"});
    CHECK(config->microphone.gapSeconds == 0.5);
    CHECK(config->microphone.format.samplesPerSecond == 16000);
    CHECK(config->microphone.format.channels == 2);
    CHECK(config->cardFolder == folder / "card");
    CHECK(config->cardQuotaBytes == 1000000);
    CHECK(config->keystoreFolder == folder / "keystore");
    CHECK(config->internalFolder == folder / "flash");
    CHECK(config->batteryPercent == 55);
    CHECK(config->sourceLogFolder == folder / "log");
    CHECK(config->scriptFile == folder / "script.toml");
    CHECK(config->stateFolder == folder / "state");
}

TEST_CASE("the least configuration has working defaults") {
    const test::TemporaryFolder folder;
    auto config = loadSimConfig(folder.write("sim.toml", R"(
camera.pattern = "smpte"
microphone.pattern = "tone"
card.folder = "card"
keystore.folder = "keystore"
)"));
    REQUIRE(config);
    CHECK(config->camera.format.width == 1280);
    CHECK(config->camera.format.framesPerSecond == 25);
    CHECK(config->microphone.format.samplesPerSecond == 48000);
    CHECK(config->cardQuotaBytes == UINT64_MAX);
    CHECK(config->internalFolder == folder / "keystore/internal");
    CHECK(config->stateFolder.empty());
}

TEST_CASE("what cannot be is refused") {
    struct Row {
        const char* content;
        const char* message;
    };
    const std::string rest =
        "[microphone]\npattern = \"tone\"\n[card]\nfolder = \"c\"\n[keystore]\nfolder = \"k\"\n";
    const Row rows[] = {
        {"[camera]\n", "[camera] file: either file or pattern must be given"},
        {"[camera]\nfile = \"a\"\npattern = \"b\"\n",
         "[camera] file: either file or pattern must be given"},
        {"[camera]\npattern = \"smpte ! filesink\"\n", ":2: [camera] pattern: must be a pattern"},
        {"[camera]\npattern = \"smpte\"\nwidth = 641\n",
         "[camera] width: width and height must be even"},
        {"[camera]\npattern = \"smpte\"\nframerate = 0\n",
         ":3: [camera] framerate: must be a whole number, 1 to 120"},
        {"[camera]\npattern = \"smpte\"\nfps = 5\n", ":3: [camera] fps: unknown key; allowed are"},
        {"[camera]\npattern = \"smpte\"\n[gnss]\n", ":3: gnss: unknown key"},
        {"[camera]\npattern = \"smpte\"\n[script]\nfile = \"s\"\n",
         "[script] state_folder: is missing"},
    };
    for (const Row& row : rows) {
        const test::TemporaryFolder folder;
        const auto config = loadSimConfig(folder.write("sim.toml", row.content + rest));
        REQUIRE_FALSE(config);
        CAPTURE(config.error().message);
        CHECK(config.error().kind == core::ErrorKind::InvalidArgument);
        CHECK(config.error().message.find(row.message) != std::string::npos);
    }
}

TEST_SUITE_END();

}  // namespace liuhen::hal::sim
