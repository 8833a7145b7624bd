// SPDX-License-Identifier: Apache-2.0
// Many clients that each wait until what they logged is durable.
#pragma once

#include "common/core/result.hpp"

#include <chrono>
#include <string>

namespace liuhen::bench {

/// What the clients met, the beginning left out.
struct Awaited {
    double perSecond = 0;  // leaves or rows that were answered for
    double medianMs = 0;   // from the request to the answer
    double p99Ms = 0;
    double checkpointMs = 0;  // p99 of a reader who asks for a checkpoint meanwhile
};

inline constexpr unsigned kLogClients = 64;

/// Each client has a connection to the vault's socket and logs one incident after the other, each
/// answered once it is under a durable checkpoint. Errors: those of the vault.
[[nodiscard]] core::Result<Awaited> awaitLeaves(const std::string& socket,
                                                std::chrono::milliseconds time);

/// The same leaves as rows of SQLite alone, in a database of the vault's settings: one durable
/// transaction each, one after the other. Errors: those of SQLite.
[[nodiscard]] core::Result<Awaited> awaitRows(const std::string& database,
                                              std::chrono::milliseconds time);

}  // namespace liuhen::bench
