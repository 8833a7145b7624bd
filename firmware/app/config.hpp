// SPDX-License-Identifier: Apache-2.0
// The recorder's configuration file (docs/ref/config.md lists its keys).
#pragma once

#include "firmware/capture/capture.hpp"

#include <cstdint>
#include <string>

namespace liuhen::app {

struct Config {
    std::string board;        // "sim" or "linux"
    std::string boardConfig;  // the board's own file
    std::string address;
    std::uint16_t port = 0;  // 0: a free one
    std::string portFile;    // where the port is written once it is open; "" for nowhere
    bool encrypt = true;     // with evidence.crt and, if it is there, escrow.crt of the keystore
    std::string wearer;
    std::string place;
    std::string assignment;          // file of an evidence::Assignment; "" for none
    capture::CaptureConfig capture;  // its osd has no device yet
};

/// Errors: InvalidArgument with file, line, key and what is allowed; those of reading the file.
[[nodiscard]] core::Result<Config> loadConfig(const std::string& path);

}  // namespace liuhen::app
