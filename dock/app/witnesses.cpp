// SPDX-License-Identifier: Apache-2.0
// Who remembers the custody log, for people.
#include "common/core/clock.hpp"
#include "dock/app/commands.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::dock {

namespace {

/// A witness's clock is its own: 9999-12-31, the last that can be written.
constexpr std::uint64_t kLastSecond = 253'402'300'799;

std::string ageOf(std::int64_t seconds) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    constexpr std::array kUnits{Unit{86'400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
    if (seconds < 0) {
        return "its clock is ahead";
    }
    for (const Unit& unit : kUnits) {
        if (seconds >= unit.seconds) {
            return fmt::format("{} {} ago", seconds / unit.seconds, unit.name);
        }
    }
    return "just now";
}

std::string lineOf(const vault::WitnessState& witness, std::int64_t nowSeconds) {
    if (witness.leaves == 0) {
        return fmt::format("witness {}: no cosignature of it is kept here\n", witness.name);
    }
    const auto seconds = static_cast<std::int64_t>(std::min(witness.unixSeconds, kLastSecond));
    return fmt::format("witness {}: cosigned {} leaves on {} ({})\n",
                       witness.name,
                       witness.leaves,
                       core::formatUtc(std::chrono::seconds(seconds)),
                       ageOf(nowSeconds - seconds));
}

}  // namespace

std::string witnessLines(const vault::Status& status, std::int64_t nowSeconds) {
    const vault::Witnessing& told = status.witnessing;
    std::string text;
    if (!told.trouble.empty()) {
        text = fmt::format("witnesses: the agency's cannot be read: {}\n", told.trouble);
    } else if (told.witnesses.empty()) {
        text = "witnesses: the agency names none; every verdict is unwitnessed\n";
    } else if (told.leaves == 0) {
        text = "witnesses: nothing is witnessed as the agency asks; every verdict is unwitnessed\n";
    } else {
        text = fmt::format(
            "witnesses: the first {} of {} leaves are witnessed as the agency asks; {}\n",
            told.leaves,
            status.logSize,
            told.witnessed ? "all evidence is among them"
                           : "evidence came since, so the verdict is unwitnessed");
    }
    for (const vault::WitnessState& witness : told.witnesses) {
        text += lineOf(witness, nowSeconds);
    }
    return text +
           fmt::format("recorders that were shown a checkpoint to remember: {}\n", told.recorders);
}

}  // namespace liuhen::dock
