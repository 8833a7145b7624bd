// SPDX-License-Identifier: Apache-2.0
// The simulated board's configuration; README.md lists the keys.
#pragma once

#include "common/core/result.hpp"
#include "hal/sources.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::hal::sim {

struct CameraConfig {
    std::string file;     // a video, played for ever; or
    std::string pattern;  // a pattern of videotestsrc
    PictureFormat format;
};

struct MicrophoneConfig {
    std::vector<std::string> files;  // played one after the other, for ever; or
    std::string pattern;             // "tone" or "silence"
    double gapSeconds = 0;           // silence after each file
    SoundFormat format;
};

struct SpeakerConfig {
    double gain = 0.5;    // how loud it is at the microphone
    std::string logFile;  // what was played; "" for no log
};

struct SimConfig {
    CameraConfig camera;
    MicrophoneConfig microphone;
    SpeakerConfig speaker;
    std::string cardFolder;
    std::string cardVolume;  // mount point that a power cut shuts down; "" for none
    std::uint64_t cardQuotaBytes = UINT64_MAX;
    std::string keystoreFolder;
    std::string internalFolder;
    int batteryPercent = 100;
    std::string signalsFile;      // what light and vibration do; "" for nowhere
    std::string sourceLogFolder;  // "" for no log
    std::string scriptFile;       // "" for no script
    std::string stateFolder;      // where boots are counted; "" for not at all
};

/// Errors: InvalidArgument with file, line and key; those of reading the file.
[[nodiscard]] core::Result<SimConfig> loadSimConfig(const std::string& path);

}  // namespace liuhen::hal::sim
