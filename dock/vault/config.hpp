// SPDX-License-Identifier: Apache-2.0
// The vault's configuration file.
#pragma once

#include "dock/vault/custody_log.hpp"

#include <string>

namespace liuhen::vault {

/// What the file says; paths in it are relative to its folder.
struct Config {
    std::string root;        // PEM
    std::string registered;  // folder
    std::string folder;
    std::string socket;
    std::string receiptKey;             // PEM
    std::string receiptCertificate;     // PEM
    std::string checkpointKey;          // PEM, Ed25519
    std::string checkpointCertificate;  // PEM
    std::string origin;
};

/// Errors: InvalidArgument with file, line and key; NotFound.
[[nodiscard]] Result<Config> loadConfig(const std::string& path);

/// Reads keys and certificates. Errors: NotFound, InvalidArgument, with the file's name.
[[nodiscard]] Result<Identity> loadIdentity(core::Files& files, const Config& config);

}  // namespace liuhen::vault
