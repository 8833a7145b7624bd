// SPDX-License-Identifier: Apache-2.0
// What happens to a simulated recorder and when; README.md shows a whole script.
#include "hal/sim/script.hpp"

#include "common/core/bytes.hpp"
#include "common/core/files.hpp"
#include "hal/config_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace liuhen::hal::sim {

namespace {

struct NamedAction {
    std::string_view name;
    Do action;
};

constexpr std::array<NamedAction, 24> kActions{{
    {"press_record", Do::PressRecord},
    {"hold_record", Do::HoldRecord},
    {"press_pause", Do::PressPause},
    {"hold_pause", Do::HoldPause},
    {"press_mark", Do::PressMark},
    {"press_photo", Do::PressPhoto},
    {"press_sound", Do::PressSound},
    {"hold_sound", Do::HoldSound},
    {"battery", Do::Battery},
    {"card_pull", Do::CardPull},
    {"card_return", Do::CardReturn},
    {"camera_unplug", Do::CameraUnplug},
    {"camera_freeze", Do::CameraFreeze},
    {"camera_return", Do::CameraReturn},
    {"microphone_unplug", Do::MicrophoneUnplug},
    {"microphone_freeze", Do::MicrophoneFreeze},
    {"microphone_return", Do::MicrophoneReturn},
    {"clock_step", Do::ClockStep},
    {"statement", Do::Statement},
    {"speak", Do::Speak},
    {"power_cut", Do::PowerCut},
    {"power_off", Do::PowerOff},
    {"dock", Do::Dock},
    {"undock", Do::Undock},
}};

constexpr std::array<std::string_view, 4> kStatements{"opening", "notice", "resume", "closing"};
constexpr double kDaySeconds = 86400.0;
constexpr std::int64_t kCenturyUs = 3'155'760'000'000'000;

core::Nanoseconds nanosecondsOf(double seconds) {
    return core::Nanoseconds(std::llround(seconds * 1e9));
}

Do readAction(ConfigTable& table) {
    const std::string name = table.text("do");
    for (const NamedAction& known : kActions) {
        if (known.name == name) {
            return known.action;
        }
    }
    std::string allowed;
    for (const NamedAction& known : kActions) {
        allowed += allowed.empty() ? "" : ", ";
        allowed += known.name;
    }
    table.reject("do", "must be one of " + allowed);
    return Do::PressRecord;
}

ScriptEvent readEvent(ConfigTable& table) {
    ScriptEvent event;
    event.at = nanosecondsOf(table.number("at", 0.0, kDaySeconds));
    event.action = readAction(table);
    // Keys of other actions are not asked for and so refused as unknown.
    if (event.action == Do::Battery) {
        event.percent = static_cast<int>(table.integer("percent", 0, 100));
        event.charging = table.boolean("charging", false);
    } else if (event.action == Do::ClockStep) {
        event.step = core::Microseconds(table.integer("microseconds", -kCenturyUs, kCenturyUs));
    } else if (event.action == Do::Speak) {
        event.file = table.path("file");
    } else if (event.action == Do::Statement) {
        event.statement = table.text("kind");
        event.length = nanosecondsOf(table.number("seconds", 0.0, 3600.0));
        if (std::find(kStatements.begin(), kStatements.end(), event.statement) ==
            kStatements.end()) {
            table.reject("kind", "must be one of opening, notice, resume, closing");
        }
    }
    return event;
}

}  // namespace

core::Result<Script> loadScript(const std::string& path) {
    LIUHEN_TRY(auto file, ConfigTable::open(path));
    Script script;
    for (ConfigTable& boot : file.tables("boot")) {
        std::vector<ScriptEvent> events;
        for (ConfigTable& event : boot.tables("event")) {
            events.push_back(readEvent(event));
        }
        std::stable_sort(events.begin(),
                         events.end(),
                         [](const ScriptEvent& a, const ScriptEvent& b) { return a.at < b.at; });
        script.boots.push_back(std::move(events));
    }
    LIUHEN_CHECK(file.finish());
    return script;
}

core::Result<std::uint64_t> readCount(const std::string& folder, const std::string& name) {
    auto files = core::systemFiles();
    const std::string path = core::joinPath(folder, name);
    auto content = core::readFile(*files, path, 32);
    if (!content && content.error().kind == core::ErrorKind::NotFound) {
        return std::uint64_t{0};
    }
    if (!content) {
        return core::failWith(content.error(), "read the count of " + name);
    }
    std::string_view digits = core::textOf(*content);
    if (!digits.empty() && digits.back() == '\n') {
        digits.remove_suffix(1);
    }
    auto number = core::parseUnsigned(digits);
    if (!number || *number == UINT64_MAX) {
        return core::fail(core::ErrorKind::DataLoss, "read the count in " + path + ": no number");
    }
    return number;
}

core::Result<std::uint64_t> countUp(const std::string& folder, const std::string& name) {
    auto files = core::systemFiles();
    LIUHEN_CHECK(files->makeFolders(folder));
    LIUHEN_TRY(std::uint64_t count, readCount(folder, name));
    ++count;
    const std::string text = std::to_string(count) + "\n";
    LIUHEN_CHECK(core::replaceFile(*files, core::joinPath(folder, name), core::viewOf(text)));
    return count;
}

core::Result<std::uint64_t> countBoot(const std::string& folder) {
    return countUp(folder, "boots");
}

}  // namespace liuhen::hal::sim
