// SPDX-License-Identifier: Apache-2.0
// Making, listing and ending of terminals on the console.
#include "dock/app/terminal.hpp"

#include "common/core/local_time.hpp"
#include "dock/access/terminals.hpp"
#include "dock/app/commands.hpp"
#include "dock/web/api/input.hpp"

#include <fmt/format.h>

namespace liuhen::dock {

using core::ErrorKind;
using core::Result;

namespace {

constexpr std::size_t kNameCharacters = 64;

core::Microseconds now() {
    return core::SystemClock().utc();
}

/// Tells the custody log, if the vault runs; a terminal needs none.
void tellLog(const Config& config, const std::string& what, const std::string& name) {
    const auto told = [&]() -> Result<std::uint64_t> {
        LIUHEN_TRY(vault::Client vault,
                   vault::Client::connect(config.vaultSocket, std::chrono::seconds(5)));
        return vault.incident({what, "", fmt::format("terminal {} on the console", name)});
    }();
    if (!told) {
        fmt::print(stderr, "liuhen-dock: the custody log was not told: {}\n", told.error().message);
    }
}

std::string stateOf(const access::TerminalLine& line) {
    const auto at = [](std::int64_t us) { return core::localMinute(core::Microseconds(us)); };
    if (line.endedUs) {
        return "ended " + at(*line.endedUs);
    }
    const bool over = line.untilUs <= now().count();
    if (line.openedUs) {
        return over ? "over since " + at(line.untilUs)
                    : fmt::format("open since {}, until {}", at(*line.openedUs), at(line.untilUs));
    }
    return over ? "never opened; its code is too old"
                : "waits for its code until " + at(line.untilUs);
}

}  // namespace

Result<int> terminalMake(const Config& config, const std::string& name) {
    if (!web::isText(name, 1, kNameCharacters)) {
        return core::fail(ErrorKind::InvalidArgument,
                          "make a terminal: --name has 1 to 64 characters, none for control");
    }
    if (!config.page) {
        return core::fail(ErrorKind::FailedPrecondition,
                          "make a terminal: dock.toml has no [web], and so no page to open it at");
    }
    LIUHEN_TRY(const auto terminals, access::Terminals::open(config.folder));
    LIUHEN_TRY(const std::string code, terminals->make(name, now()));
    tellLog(config, "terminal.made", name);
    fmt::print(
        "terminal:       {}\none-time code:  {}\nopen it at:     {}/bay\n"
        "Type the code there on the screen at the bays, within 15 minutes. It is shown once and "
        "works once.\n",
        name,
        code,
        config.page->origin);
    return 0;
}

Result<int> terminalList(const Config& config) {
    LIUHEN_TRY(const auto terminals, access::Terminals::open(config.folder));
    LIUHEN_TRY(const auto lines, terminals->list());
    for (const access::TerminalLine& line : lines) {
        fmt::print("{}  {}\n", line.terminal.name, stateOf(line));
    }
    return 0;
}

Result<int> terminalEnd(const Config& config, const std::string& name) {
    LIUHEN_TRY(const auto terminals, access::Terminals::open(config.folder));
    LIUHEN_TRY(const bool ended, terminals->end(name, now()));
    if (!ended) {
        return core::fail(
            ErrorKind::NotFound,
            fmt::format("end a terminal: none named {} is open; 'liuhen-dock terminal "
                        "list' shows all",
                        name));
    }
    tellLog(config, "terminal.ended", name);
    return 0;
}

}  // namespace liuhen::dock
