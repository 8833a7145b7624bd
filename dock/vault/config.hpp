// SPDX-License-Identifier: Apache-2.0
// The vault's configuration file.
#pragma once

#include "dock/vault/custody_log.hpp"
#include "dock/vault/second_copy.hpp"

#include <string>

namespace liuhen::vault {

/// What the file says of copies.
struct CopyConfig {
    CopySettings settings;
    std::uint64_t copyBytesPerSecond = 0;   // when the second copy catches up; above 0
    std::uint64_t scrubBytesPerSecond = 0;  // 0: copies are not read in the background
};

/// What the file says, and what the files hold that it names. Paths in it are relative to its
/// folder.
struct Config {
    std::string registered;  // folder
    std::string folder;
    std::string socket;
    Identity identity;
    CopyConfig copies;
};

/// Reads the file, keys and certificates, and judges whether they belong together; makes nothing.
/// Errors: InvalidArgument with file, line and key; NotFound if there is no such file.
[[nodiscard]] Result<Config> loadConfig(core::Files& files, const std::string& path);

}  // namespace liuhen::vault
