// SPDX-License-Identifier: Apache-2.0
// The vault's configuration file.
#pragma once

#include "dock/vault/custody_log.hpp"
#include "dock/vault/retention.hpp"
#include "dock/vault/sandbox/account.hpp"
#include "dock/vault/sandbox/sandbox.hpp"
#include "dock/vault/second_copy.hpp"

#include <optional>
#include <string>
#include <vector>

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
    std::string witnesses;   // folder; need not be there
    std::string folder;
    std::string socket;
    std::optional<Account> user;  // to become; none: the one that started the program
    std::vector<uid_t> peers;     // who may ask besides root and the vault's own account
    std::string freezer;          // program or socket; "" if there is none
    SandboxMode sandbox = SandboxMode::Best;
    Identity identity;
    CopyConfig copies;
    std::vector<RetentionClass> retention;
    std::optional<crypto::PrivateKey> evidenceKey;  // none: encrypted footage stays closed
};

/// Reads the file, keys and certificates, and judges whether they belong together; makes nothing.
/// Errors: InvalidArgument with file, line and key; NotFound if there is no such file.
[[nodiscard]] Result<Config> loadConfig(core::Files& files, const std::string& path);

}  // namespace liuhen::vault
