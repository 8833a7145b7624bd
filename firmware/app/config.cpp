// SPDX-License-Identifier: Apache-2.0
// Reading of the recorder's configuration.
#include "firmware/app/config.hpp"

#include "hal/config_table.hpp"

namespace liuhen::app {

namespace {

constexpr std::size_t kLongestNumber = 24;

void readOsd(hal::ConfigTable& file, hal::ConfigTable& officer, Config& config) {
    capture::OsdSettings osd;
    osd.officer = officer.text("number", "");
    if (osd.officer.size() > kLongestNumber) {
        officer.reject("number", "must have at most 24 letters");
    }
    hal::ConfigTable table = file.table("osd");
    const bool isOn = table.boolean("on", true);
    if (const auto zone = capture::parseZone(table.text("zone", "+08:00"))) {
        osd.zone = *zone;
    } else {
        table.reject("zone", zone.error().message);
    }
    if (isOn) {
        config.capture.osd = std::move(osd);
    }
}
constexpr std::int64_t kMostMinutes = 100'000;
constexpr std::int64_t kMostHours = 100'000;

}  // namespace

core::Result<Config> loadConfig(const std::string& path) {
    LIUHEN_TRY(hal::ConfigTable file, hal::ConfigTable::open(path));
    Config config;
    config.board = file.text("board");
    if (config.board != "sim" && config.board != "linux") {
        file.reject("board", "must be \"sim\" or \"linux\"");
    }
    config.boardConfig = file.path("board_config");
    config.manner = file.text("manner", "video");
    if (config.manner != "video" && config.manner != "sound") {
        file.reject("manner", "must be \"video\" or \"sound\"");
    }
    config.encrypt = file.boolean("encrypt", true);
    hal::ConfigTable cable = file.table("cable");
    config.address = cable.text("address", "0.0.0.0");
    config.port = static_cast<std::uint16_t>(cable.integer("port", 0, 65535, 8443));
    config.portFile = cable.path("port_file", "");
    hal::ConfigTable officer = file.table("officer");
    config.wearer = officer.text("wearer", "");
    config.place = officer.text("place", "");
    config.fullMatters = officer.texts("full_matters");
    readOsd(file, officer, config);
    config.assignment = officer.path("assignment", "");
    hal::ConfigTable ring = file.table("pre_event");
    config.ring.length = std::chrono::seconds(ring.integer("seconds", 0, 120, 30));
    config.ring.mostBytes =
        static_cast<std::uint64_t>(ring.integer("bytes", 1'000'000, 1'000'000'000, 160'000'000));
    hal::ConfigTable voice = file.table("voice");
    config.promptFolder = voice.path("folder", "");
    config.promptLanguage = voice.text("language", "zh");
    if (config.promptLanguage != "zh" && config.promptLanguage != "en") {
        voice.reject("language", "must be \"zh\" or \"en\"");
    }
    config.silent = voice.boolean("silent", false);
    hal::ConfigTable picture = file.table("picture");
    config.capture.picture.width = static_cast<int>(picture.integer("width", 0, 7680, 0));
    config.capture.picture.height = static_cast<int>(picture.integer("height", 0, 4320, 0));
    config.capture.picture.bitrate =
        static_cast<int>(picture.integer("bitrate", 100'000, 100'000'000, 8'000'000));
    config.capture.picture.encoder = picture.text("encoder", "");
    config.capture.photoEncoder = file.table("photo").text("encoder", config.capture.photoEncoder);
    hal::ConfigTable sound = file.table("sound");
    config.capture.sound.bitrate =
        static_cast<int>(sound.integer("bitrate", 16'000, 320'000, 64'000));
    hal::ConfigTable storage = file.table("storage");
    config.lowRoom = std::chrono::minutes(storage.integer("low_minutes", 1, kMostMinutes, 30));
    config.releaseRoom =
        std::chrono::minutes(storage.integer("release_minutes", 1, kMostMinutes, 60));
    if (config.releaseRoom < config.lowRoom) {
        storage.reject("release_minutes", "must not be less than low_minutes");
    }
    if (storage.has("single_copy_after_hours")) {
        config.singleCopyAfter =
            std::chrono::hours(storage.integer("single_copy_after_hours", 0, kMostHours));
    }
    config.capture.encoderLog = file.path("encoder_log", "");
    LIUHEN_CHECK(file.finish());
    return config;
}

}  // namespace liuhen::app
