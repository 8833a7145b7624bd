// SPDX-License-Identifier: Apache-2.0
// The witness's configuration file.
#pragma once

#include "tools/witness/witness.hpp"

#include <cstdint>
#include <string>

namespace liuhen::witness {

/// As docs/ref/config.md lists it, with what the files hold that it names; paths are relative to
/// the file.
struct Config {
    std::string state;  // folder
    std::string address;
    std::uint16_t port = 0;
    std::string portFile;  // empty: none
    Settings settings;
};

/// Reads the file and the key; makes nothing. Errors: InvalidArgument with file, line and key;
/// NotFound if there is no such file.
[[nodiscard]] Result<Config> loadConfig(core::Files& files, const std::string& path);

}  // namespace liuhen::witness
