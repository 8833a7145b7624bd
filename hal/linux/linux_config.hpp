// SPDX-License-Identifier: Apache-2.0
// The Linux board's configuration; ../README.md lists the keys.
#pragma once

#include "common/core/result.hpp"
#include "hal/sources.hpp"

#include <cstdint>
#include <string>

namespace liuhen::hal::linux {

struct LinuxConfig {
    std::string cameraDevice;  // such as /dev/v4l/by-path/...: a name that survives unplugging
    PictureFormat picture;
    std::string microphoneDevice;  // an ALSA name, such as hw:1,0
    SoundFormat sound;
    std::string speakerDevice;  // an ALSA name; "": no loudspeaker
    std::string cardFolder;
    std::string keystoreFolder;
    std::string internalFolder;
    std::string batteryFolder;    // below /sys/class/power_supply
    std::string redLed;           // a folder below /sys/class/leds; "" for none
    std::string greenLed;         // likewise
    std::string vibrator;         // an input device with FF_RUMBLE; "" for none
    std::string buttonDevice;     // below /dev/input
    std::uint16_t recordKey = 0;  // codes of linux/input-event-codes.h
    std::uint16_t pauseKey = 0;
    std::uint16_t markKey = 0;
    std::uint16_t photoKey = 0;  // 0: there is no such key
    std::uint16_t soundKey = 0;  // likewise
};

/// Errors: InvalidArgument with file, line and key; those of reading the file.
[[nodiscard]] core::Result<LinuxConfig> loadLinuxConfig(const std::string& path);

}  // namespace liuhen::hal::linux
