// SPDX-License-Identifier: Apache-2.0
// Lights and vibrations as all boards show them.
#include "hal/signals.hpp"

#include <array>
#include <cstddef>

namespace liuhen::hal {

namespace {

using std::chrono::milliseconds;

struct NamedBlink {
    std::string_view name;
    Blink blink;
};
// In the order of Light. Red means that it records, or cannot.
constexpr std::array<NamedBlink, 7> kLights{{
    {"off", {}},
    {"standby", {false, true, milliseconds(100), milliseconds(2900)}},
    {"recording", {true, false, milliseconds(500), milliseconds(500)}},
    {"interrupted", {true, true, milliseconds(250), milliseconds(250)}},
    {"closing", {true, true, milliseconds(1000), milliseconds(0)}},
    {"docked", {false, true, milliseconds(1000), milliseconds(0)}},
    {"fault", {true, false, milliseconds(100), milliseconds(100)}},
}};

struct NamedPulses {
    std::string_view name;
    Pulses pulses;
};
// In the order of Pattern; told apart by number and length alone.
constexpr std::array<NamedPulses, 5> kPatterns{{
    {"begin", {1, milliseconds(300), milliseconds(0)}},
    {"end", {2, milliseconds(300), milliseconds(200)}},
    {"mark", {1, milliseconds(80), milliseconds(0)}},
    {"warning", {3, milliseconds(150), milliseconds(150)}},
    {"fault", {3, milliseconds(600), milliseconds(200)}},
}};

}  // namespace

Blink blinkOf(Light light) {
    return kLights.at(static_cast<std::size_t>(light)).blink;
}

Pulses pulsesOf(Pattern pattern) {
    return kPatterns.at(static_cast<std::size_t>(pattern)).pulses;
}

std::string_view nameOf(Light light) {
    return kLights.at(static_cast<std::size_t>(light)).name;
}

std::string_view nameOf(Pattern pattern) {
    return kPatterns.at(static_cast<std::size_t>(pattern)).name;
}

}  // namespace liuhen::hal
