// SPDX-License-Identifier: Apache-2.0
// The recorder's configuration file (docs/ref/config.md lists its keys).
#pragma once

#include "firmware/capture/capture.hpp"
#include "firmware/recorder/ring.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::app {

struct Config {
    std::string board;        // "sim" or "linux"
    std::string boardConfig;  // the board's own file
    std::string address;
    std::uint16_t port = 0;  // 0: a free one
    std::string portFile;    // where the port is written once it is open; "" for nowhere
    bool encrypt = true;     // with evidence.crt and, if it is there, escrow.crt of the keystore
    std::string manner;      // of REC: "video" or "sound"
    std::string wearer;
    std::string place;
    std::vector<std::string> fullMatters;  // of an assignment: to be recorded as a whole
    std::string assignment;                // file of an evidence::Assignment; "" for none
    recorder::Ring::Config ring;           // footage from before the press
    std::string promptFolder;    // the agency's WAVs, below it one folder per language; "" for none
    std::string promptLanguage;  // "zh" or "en"
    bool silent = false;         // nothing is said
    std::chrono::minutes lowRoom{};      // less footage than this fits: said once
    std::chrono::minutes releaseRoom{};  // less than this: receipted footage makes room
    std::optional<std::chrono::hours> singleCopyAfter;  // until then a lone copy frees nothing
    capture::CaptureConfig capture;                     // its osd has no device yet
};

/// Errors: InvalidArgument with file, line, key and what is allowed; those of reading the file.
[[nodiscard]] core::Result<Config> loadConfig(const std::string& path);

}  // namespace liuhen::app
