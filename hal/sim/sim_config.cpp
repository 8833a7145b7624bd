// SPDX-License-Identifier: Apache-2.0
// The simulated board's configuration; README.md lists the keys.
#include "hal/sim/sim_config.hpp"

#include "common/core/files.hpp"
#include "hal/config_table.hpp"

#include <limits>

namespace liuhen::hal::sim {

namespace {

void readCamera(ConfigTable table, CameraConfig& camera) {
    const bool hasFile = table.has("file");
    if (hasFile == table.has("pattern")) {
        table.reject("file", "either file or pattern must be given");
    } else if (hasFile) {
        camera.file = table.path("file");
    } else {
        camera.pattern = table.text("pattern");
        if (camera.pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
            std::string::npos) {
            table.reject("pattern", "must be a pattern of videotestsrc, such as smpte or ball");
        }
    }
    camera.format.width = static_cast<int>(table.integer("width", 16, 7680, 1280));
    camera.format.height = static_cast<int>(table.integer("height", 16, 4320, 720));
    camera.format.framesPerSecond = static_cast<int>(table.integer("framerate", 1, 120, 25));
    if (camera.format.width % 2 != 0 || camera.format.height % 2 != 0) {
        table.reject("width", "width and height must be even");
    }
}

void readMicrophone(ConfigTable table, MicrophoneConfig& microphone) {
    if (table.has("files") == table.has("pattern")) {
        table.reject("files", "either files or pattern must be given");
    } else if (table.has("files")) {
        microphone.files = table.paths("files");
        if (microphone.files.empty()) {
            table.reject("files", "must name at least one file");
        }
    } else {
        microphone.pattern = table.text("pattern");
        if (microphone.pattern != "tone" && microphone.pattern != "silence") {
            table.reject("pattern", "must be tone or silence");
        }
    }
    microphone.gapSeconds = table.number("gap_seconds", 0.0, 3600.0, 1.0);
    microphone.format.samplesPerSecond =
        static_cast<int>(table.integer("rate", 8000, 96000, 48000));
    microphone.format.channels = static_cast<int>(table.integer("channels", 1, 2, 1));
}

void readStorage(ConfigTable& root, SimConfig& config) {
    ConfigTable card = root.table("card");
    config.cardFolder = card.path("folder");
    config.cardVolume = card.path("volume", "");
    if (card.has("quota_bytes")) {
        config.cardQuotaBytes = static_cast<std::uint64_t>(
            card.integer("quota_bytes", 0, std::numeric_limits<std::int64_t>::max()));
    }
    ConfigTable keystore = root.table("keystore");
    config.keystoreFolder = keystore.path("folder");
    ConfigTable internal = root.table("internal");
    config.internalFolder =
        internal.path("folder", core::joinPath(config.keystoreFolder, "internal"));
}

}  // namespace

core::Result<SimConfig> loadSimConfig(const std::string& path) {
    LIUHEN_TRY(auto root, ConfigTable::open(path));
    SimConfig config;
    readCamera(root.table("camera"), config.camera);
    readMicrophone(root.table("microphone"), config.microphone);
    ConfigTable speaker = root.table("speaker");
    config.speaker.gain = speaker.number("gain", 0.0, 1.0, config.speaker.gain);
    config.speaker.logFile = speaker.path("log", "");
    readStorage(root, config);
    ConfigTable battery = root.table("battery");
    config.batteryPercent = static_cast<int>(battery.integer("percent", 0, 100, 100));
    config.signalsFile = root.table("signals").path("file", "");
    ConfigTable sourceLog = root.table("source_log");
    config.sourceLogFolder = sourceLog.path("folder", "");
    ConfigTable script = root.table("script");
    config.scriptFile = script.path("file", "");
    config.stateFolder = script.path("state_folder", config.sourceLogFolder);
    if (!config.scriptFile.empty() && config.stateFolder.empty()) {
        script.reject("state_folder",
                      "is missing, and there is no source_log to count the boots in");
    }
    LIUHEN_CHECK(root.finish());
    return config;
}

}  // namespace liuhen::hal::sim
