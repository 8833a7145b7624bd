// SPDX-License-Identifier: Apache-2.0
// The dock's configuration file.
#pragma once

#include "dock/bay/fleet.hpp"

#include <string>
#include <vector>

namespace liuhen::dock {

/// As docs/ref/config.md lists it; paths are relative to the file.
struct Config {
    std::string folder;
    std::string vaultSocket;
    std::string root;             // PEM
    std::string tlsKey;           // PEM
    std::string tlsCertificate;   // PEM, role DockTls
    std::string dockKey;          // PEM
    std::string dockCertificate;  // PEM, role Dock
    std::vector<ingest::BayPlace> bays;
};

/// Errors: InvalidArgument with file, line and key; NotFound.
[[nodiscard]] core::Result<Config> loadConfig(const std::string& path);

/// What the keys' files hold.
struct Identity {
    net::TlsIdentity tls;
    crypto::PrivateKey dockKey;
    core::Buffer dockCertificate;  // DER
};

/// Reads keys and certificates and judges them against the root.
/// Errors: NotFound, InvalidArgument, with the file's name.
[[nodiscard]] core::Result<Identity> loadIdentity(core::Files& files, const Config& config);

}  // namespace liuhen::dock
