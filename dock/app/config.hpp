// SPDX-License-Identifier: Apache-2.0
// The dock's configuration file.
#pragma once

#include "common/core/config_table.hpp"
#include "dock/bay/fleet.hpp"
#include "dock/web/api/server.hpp"
#include "dock/witness/place.hpp"

#include <optional>
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
    std::optional<web::WebSettings> page;  // nothing: none is served
};

/// Reads [web], if it is there; what is wrong is told by the table.
[[nodiscard]] std::optional<web::WebSettings> readWeb(core::Files& files,
                                                      core::ConfigTable& file,
                                                      const crypto::Certificate& root);

/// Reads the file, keys and certificates, and judges whether they belong together; makes nothing.
/// Errors: InvalidArgument with file, line and key; NotFound if there is no such file.
[[nodiscard]] core::Result<Config> loadConfig(core::Files& files, const std::string& path);

}  // namespace liuhen::dock
