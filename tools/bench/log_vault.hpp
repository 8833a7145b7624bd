// SPDX-License-Identifier: Apache-2.0
// A vault with many leaves and objects, made by the product's log and rows.
#pragma once

#include "dock/vault/config.hpp"
#include "tools/bench/agency.hpp"

#include <string>

namespace liuhen::bench {

/// A vault of its own in `folder`, enrolled and configured, empty.
struct LogVault {
    std::string folder;
    vault::Config config;

    [[nodiscard]] std::string configFile() const { return folder + "/dock/vault.toml"; }

    /// Errors: those of the programs that enrol.
    [[nodiscard]] static core::Result<LogVault> make(const Agency& agency,
                                                     const std::string& folder);
};

/// Fills the log up to so many leaves, incidents after the first; rows and log, as a vault would.
/// The vault must not run.
[[nodiscard]] core::Result<void> fillWithIncidents(const LogVault& vault, std::uint64_t leaves);

/// Adds objects of a few bytes each, with row, leaf and receipt; the last one has no receipt yet.
/// Answers the offer of that one. The vault must not run.
[[nodiscard]] core::Result<vault::Offer> fillWithObjects(const LogVault& vault,
                                                         std::uint64_t objects);

/// The longest audit path of some leaves, in bytes.
[[nodiscard]] core::Result<std::uint64_t> auditPathBytes(const LogVault& vault);

}  // namespace liuhen::bench
