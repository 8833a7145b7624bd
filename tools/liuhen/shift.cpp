// SPDX-License-Identifier: Apache-2.0
// `liuhen ledger --shift`: each hour of a shift as recorded, idle, off or missing.
#include "common/evidence/shift.hpp"

#include "common/evidence/assignment.hpp"
#include "tools/liuhen/commands.hpp"
#include "tools/liuhen/entry_files.hpp"
#include "tools/liuhen/local_time.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::cli {

namespace {

using core::Microseconds;
using core::Result;
using evidence::Doing;
using nlohmann::json;

constexpr std::int64_t kMostUs = std::int64_t{62} * 24 * 3600 * 1'000'000;
constexpr double kUsPerMinute = 60e6;
constexpr double kUsPerSecond = 1e6;

struct Shift {
    std::string number;  // of the assignment; "": times were given
    std::int64_t fromUs = 0;
    std::int64_t untilUs = 0;
};

/// What a ledger says of its recorder's time.
struct Told {
    std::string device;
    evidence::ShiftTimeline timeline;
    std::vector<Shift> shifts;
};

void see(Told& told, const evidence::Entry& entry, bool anchor) {
    told.device = entry.device;
    if (anchor) {
        if (entry.kind == "docking") {
            told.timeline.takeAnchor(entry);
        }
        return;
    }
    told.timeline.take(entry);
    const core::Cbor* message = entry.kind == "assignment" ? entry.body.find("message") : nullptr;
    if (message == nullptr || message->bytes() == nullptr) {
        return;
    }
    const auto assignment = evidence::AssignmentMessage::parse(*message->bytes());
    if (assignment) {
        // A later one of the same number takes the place of the one before.
        std::erase_if(told.shifts, [&assignment](const Shift& shift) {
            return shift.number == assignment->number;
        });
        told.shifts.push_back({assignment->number, assignment->fromUs, assignment->untilUs});
    }
}

Result<std::vector<Shift>> shiftsOf(const Told& told, const LedgerOptions& options) {
    if (options.from.empty() && options.until.empty()) {
        if (told.shifts.empty()) {
            return core::fail(core::ErrorKind::NotFound,
                              "print shift: the ledger has no assignment; give --from and --to");
        }
        return told.shifts;
    }
    const Microseconds offset = options.utc ? Microseconds::zero() : kLocalOffset;
    LIUHEN_TRY(const Microseconds from, parseTime(options.from, offset));
    LIUHEN_TRY(const Microseconds until, parseTime(options.until, offset));
    if (until <= from) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "print shift: --to must be later than --from");
    }
    return std::vector<Shift>{{"", from.count(), until.count()}};
}

json timesOf(const evidence::DoingTimes& times) {
    const auto seconds = [&times](Doing doing) {
        return static_cast<double>(times[static_cast<std::size_t>(doing)]) / kUsPerSecond;
    };
    return {{"recorded_s", seconds(Doing::Recorded)},
            {"idle_s", seconds(Doing::Idle)},
            {"off_s", seconds(Doing::Off)},
            {"missing_s", seconds(Doing::Missing)}};
}

json orNull(const std::optional<std::int64_t>& value) {
    return value ? json(*value) : json();
}

void printJson(const Told& told, const Shift& shift, const evidence::ShiftTable& table) {
    json hours = json::array();
    for (const evidence::ShiftHour& hour : table.hours) {
        json item = timesOf(hour.times);
        item["from_us"] = hour.fromUs;
        item["until_us"] = hour.untilUs;
        hours.push_back(std::move(item));
    }
    const json answer{{"device", told.device},
                      {"assignment", shift.number.empty() ? json() : json(shift.number)},
                      {"from_us", shift.fromUs},
                      {"until_us", shift.untilUs},
                      {"hours", std::move(hours)},
                      {"total", timesOf(table.total)},
                      {"ends_us", orNull(table.endsUs)},
                      {"pruned_us", orNull(table.prunedUs)},
                      {"unplaced_s", static_cast<double>(table.unplacedUs) / kUsPerSecond}};
    fmt::print("{}\n", answer.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string row(const std::string& name, const evidence::DoingTimes& times) {
    const auto minutes = [&times](Doing doing) {
        return static_cast<double>(times[static_cast<std::size_t>(doing)]) / kUsPerMinute;
    };
    return fmt::format("{:<28}{:>9.1f}{:>9.1f}{:>9.1f}{:>9.1f}\n",
                       name,
                       minutes(Doing::Recorded),
                       minutes(Doing::Idle),
                       minutes(Doing::Off),
                       minutes(Doing::Missing));
}

void printText(const Told& told,
               const Shift& shift,
               const evidence::ShiftTable& table,
               const LedgerOptions& options) {
    const Microseconds offset = options.utc ? Microseconds::zero() : kLocalOffset;
    const auto time = [offset](std::int64_t us) { return formatTime(Microseconds(us), offset); };
    fmt::print("recorder 执法记录仪 {}{}\n{} to {}, {}; minutes\n",
               told.device,
               shift.number.empty() ? "" : ", assignment 领用登记 " + shift.number,
               time(shift.fromUs),
               time(shift.untilUs),
               options.utc ? "UTC" : "+08:00");
    fmt::print("{:<28}{:>9}{:>9}{:>9}{:>9}\n", "", "recorded", "idle", "off", "missing");
    for (const evidence::ShiftHour& hour : table.hours) {
        constexpr std::size_t kDay = 11;
        fmt::print("{}",
                   row(time(hour.fromUs) + " " + time(hour.untilUs).substr(kDay), hour.times));
    }
    fmt::print("{}", row("total", table.total));
    fmt::print(
        "Off in a shift is no breach; missing is what no entry tells, or no clock places.\n");
    if (table.prunedUs && *table.prunedUs > shift.fromUs) {
        fmt::print("note: what was before {} is pruned: the vault has it\n", time(*table.prunedUs));
    }
    if (!table.endsUs || *table.endsUs < shift.untilUs) {
        fmt::print("note: the ledger ends {}\n",
                   table.endsUs ? "at " + time(*table.endsUs) : "at a time that no clock tells");
    }
    if (table.unplacedUs > 0) {
        fmt::print("note: {:.1f} minutes of the recorder that no clock places\n",
                   static_cast<double>(table.unplacedUs) / kUsPerMinute);
    }
}

}  // namespace

Result<int> printShift(core::Files& files, const LedgerOptions& options) {
    Told told;
    LIUHEN_CHECK(
        forEachEntry(files, options.path, true, [&told](const evidence::Entry& entry, bool anchor) {
            see(told, entry, anchor);
        }));
    LIUHEN_TRY(const std::vector<Shift> shifts, shiftsOf(told, options));
    for (const Shift& shift : shifts) {
        // Differences of hostile times may not fit.
        const bool fits = shift.fromUs > -(std::int64_t{1} << 60U) &&
                          shift.untilUs < (std::int64_t{1} << 60U) &&
                          shift.untilUs - shift.fromUs <= kMostUs;
        if (!fits) {
            return core::fail(core::ErrorKind::InvalidArgument,
                              "print shift: it is longer than 62 days");
        }
        const evidence::ShiftTable table = told.timeline.table(shift.fromUs, shift.untilUs);
        if (options.json) {
            printJson(told, shift, table);
        } else {
            printText(told, shift, table, options);
        }
    }
    return 0;
}

}  // namespace liuhen::cli
