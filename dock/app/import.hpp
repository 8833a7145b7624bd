// SPDX-License-Identifier: Apache-2.0
// `liuhen-dock import`: files of other makers' recorders, photos, sound and spans of premises
// cameras into the vault, as what somebody declares them to be; `liuhen-dock imports`: their list.
#pragma once

#include "dock/app/config.hpp"
#include "dock/vault/import_types.hpp"

#include <string>
#include <vector>

namespace liuhen::dock {

/// What the flags say, as they were typed; one declaration for all files.
struct ImportOptions {
    std::vector<std::string> files;
    std::string media;  // "": as each file's name ends
    std::string maker;
    std::string device;
    std::string wearer;
    std::string from;   // local time
    std::string until;  // likewise
    std::string reason;
    std::string by;  // "": the account that runs the command
    bool json = false;
};

/// Imports one file after the other, and prints what became of each. Answers 0 once all are kept:
/// stored, read back, logged and under a checkpoint. The files stay as they are. Memory is bounded
/// whatever their sizes. Errors: InvalidArgument, NotFound, with the flag or file, before anything
/// is sent; those of the vault, the files before being kept and printed.
[[nodiscard]] core::Result<int> importFiles(core::Files& files,
                                            const Config& config,
                                            const ImportOptions& options);

/// "video", "photo" or "sound" by the end of a file's name; "" if that does not tell.
[[nodiscard]] std::string mediaOf(const std::string& path);

struct ImportsOptions {
    bool json = false;
};

/// Prints all imports, the newest first. Errors: those of the vault; Unavailable if it does not
/// run.
[[nodiscard]] core::Result<int> listImports(const Config& config, const ImportsOptions& options);
/// What it prints, with an end of line, as text for people or as JSON.
[[nodiscard]] std::string importsText(const std::vector<vault::Imported>& imports);
[[nodiscard]] std::string importsJson(const std::vector<vault::Imported>& imports);

}  // namespace liuhen::dock
