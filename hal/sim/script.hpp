// SPDX-License-Identifier: Apache-2.0
// What happens to a simulated recorder and when; README.md shows a whole script.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::hal::sim {

enum class Do {
    PressRecord,
    HoldRecord,
    PressPause,
    HoldPause,
    PressMark,
    PressPhoto,
    PressSound,
    HoldSound,
    Battery,
    CardPull,
    CardReturn,
    CameraUnplug,
    CameraFreeze,
    CameraReturn,
    MicrophoneUnplug,
    MicrophoneFreeze,
    MicrophoneReturn,
    ClockStep,
    Statement,
    Speak,
    PowerCut,
    PowerOff,
    Dock,
    Undock,
};

struct ScriptEvent {
    core::Nanoseconds at{};  // after Board::ready()
    Do action = Do::PressRecord;
    int percent = 0;             // Battery
    bool charging = false;       // Battery
    core::Microseconds step{};   // ClockStep
    std::string statement;       // Statement: its kind
    std::string file;            // Speak: a WAV file
    core::Nanoseconds length{};  // Statement: from `at` on
};

struct Script {
    /// Per process start, in order; each sorted by time, those of one time as in the file.
    std::vector<std::vector<ScriptEvent>> boots;
};

/// Errors: InvalidArgument with file, line and key; those of reading the file.
[[nodiscard]] core::Result<Script> loadScript(const std::string& path);

/// Counts what is called `name` in the file of that name; answers the new number, from 1; durable.
/// Errors: DataLoss if the file holds something else than a number.
[[nodiscard]] core::Result<std::uint64_t> countUp(const std::string& folder,
                                                  const std::string& name);
/// The number last counted; 0 if none was. Errors: as countUp.
[[nodiscard]] core::Result<std::uint64_t> readCount(const std::string& folder,
                                                    const std::string& name);

/// Counts process starts in `folder`/boots and answers this one's number, from 1; durable.
/// Errors: DataLoss if the file holds something else than a number.
[[nodiscard]] core::Result<std::uint64_t> countBoot(const std::string& folder);

}  // namespace liuhen::hal::sim
