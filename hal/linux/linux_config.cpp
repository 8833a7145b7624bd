// SPDX-License-Identifier: Apache-2.0
// The Linux board's configuration; ../README.md lists the keys.
#include "hal/linux/linux_config.hpp"

#include "hal/config_table.hpp"

#include <linux/input-event-codes.h>

namespace liuhen::hal::linux {

core::Result<LinuxConfig> loadLinuxConfig(const std::string& path) {
    LIUHEN_TRY(auto root, ConfigTable::open(path));
    LinuxConfig config;
    ConfigTable camera = root.table("camera");
    config.cameraDevice = camera.path("device");
    config.picture.width = static_cast<int>(camera.integer("width", 16, 7680));
    config.picture.height = static_cast<int>(camera.integer("height", 16, 4320));
    config.picture.framesPerSecond = static_cast<int>(camera.integer("framerate", 1, 120));
    config.picture.colorimetry = camera.text("colorimetry", "bt709");
    ConfigTable microphone = root.table("microphone");
    config.microphoneDevice = microphone.text("device");
    config.sound.samplesPerSecond =
        static_cast<int>(microphone.integer("rate", 8000, 96000, 48000));
    config.sound.channels = static_cast<int>(microphone.integer("channels", 1, 2, 1));
    config.speakerDevice = root.table("speaker").text("device", "");
    config.cardFolder = root.table("card").path("folder");
    config.keystoreFolder = root.table("keystore").path("folder");
    config.internalFolder = root.table("internal").path("folder");
    config.batteryFolder = root.table("battery").path("folder");
    ConfigTable leds = root.table("leds");
    config.redLed = leds.path("red", "");
    config.greenLed = leds.path("green", "");
    config.vibrator = root.table("vibrator").path("device", "");
    ConfigTable buttons = root.table("buttons");
    config.buttonDevice = buttons.path("device");
    const auto key = [&buttons](const char* name, int otherwise) {
        const int least = otherwise == 0 ? 0 : 1;
        return static_cast<std::uint16_t>(buttons.integer(name, least, KEY_MAX, otherwise));
    };
    config.recordKey = key("record", KEY_RECORD);
    config.pauseKey = key("pause", KEY_PAUSE);
    config.markKey = key("mark", KEY_CAMERA);
    config.photoKey = key("photo", 0);
    config.soundKey = key("sound", 0);
    LIUHEN_CHECK(root.finish());
    return config;
}

}  // namespace liuhen::hal::linux
