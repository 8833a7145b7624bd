// SPDX-License-Identifier: Apache-2.0
// The command lines of `liuhen-dock import` and `liuhen-dock imports`.
#pragma once

#include "dock/app/import.hpp"

#include <CLI/CLI.hpp>

namespace liuhen::dock {

/// Adds the command to the program's; answers it. `options` lives until the command is run.
inline CLI::App* addImport(CLI::App& app, ImportOptions& options) {
    CLI::App* sub = app.add_subcommand(
        "import",
        "keep files that no recorder of this system made: always unproven, declared by somebody");
    sub->add_option("FILE", options.files, "one or more files; they stay as they are")->required();
    sub->add_option(
        "--media", options.media, "video, photo or sound; default: as the files' names end");
    sub->add_option("--maker", options.maker, "maker of the device; in clear in the log")
        ->required();
    sub->add_option("--device", options.device, "its label or serial number; in clear in the log")
        ->required();
    sub->add_option("--wearer", options.wearer, "who wore or held it, or answers for it")
        ->required();
    sub->add_option("--from", options.from, "local time, such as 2026-11-24T08:00")->required();
    sub->add_option("--until", options.until, "local time at which the files end")->required();
    sub->add_option("--reason", options.reason, "why they are imported")->required();
    sub->add_option("--by", options.by, "who hands them over; default: the account that runs this");
    sub->add_flag("--json", options.json, "for machines, with leaf, path and checkpoint");
    return sub;
}

/// The same for the list of them.
inline CLI::App* addImports(CLI::App& app, ImportsOptions& options) {
    CLI::App* sub = app.add_subcommand(
        "imports", "list what was imported, the newest first, as it was declared");
    sub->add_flag("--json", options.json, "for machines, with commitments and salts");
    return sub;
}

}  // namespace liuhen::dock
