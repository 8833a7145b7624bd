// SPDX-License-Identifier: Apache-2.0
// The dock's configuration file.
#pragma once

#include "dock/bay/fleet.hpp"
#include "dock/witness/place.hpp"

#include <string>
#include <vector>

namespace liuhen::dock {

/// What the keys' files hold.
struct Identity {
    net::TlsIdentity tls;
    crypto::PrivateKey dockKey;
    core::Buffer dockCertificate;  // DER
};

/// As docs/ref/config.md lists it, with what the files hold that it names; paths are relative to
/// the file.
struct Config {
    std::string folder;
    std::string vaultSocket;
    std::string vaultFolder;  // empty if it is not named: only `rebuild` needs it
    std::string rootPath;     // of the agency's root certificate
    Identity identity;
    std::vector<ingest::BayPlace> bays;
    std::vector<witnessing::Place> witnesses;
};

/// Reads the file, keys and certificates, and judges whether they belong together; makes nothing.
/// Errors: InvalidArgument with file, line and key; NotFound if there is no such file.
[[nodiscard]] core::Result<Config> loadConfig(core::Files& files, const std::string& path);

}  // namespace liuhen::dock
