// SPDX-License-Identifier: Apache-2.0
// One intake by the dock, and the same footage taken in by its peers.
#pragma once

#include "common/core/result.hpp"
#include "tools/bench/process.hpp"

#include <string>

namespace liuhen::bench {

struct IntakeJob {
    std::string self;
    std::string liuhen;
    std::string agency;
    std::string recorder;  // filled, not yet docked; it is not changed
    std::string scratch;
};

/// Why liuhen-dock and liuhen-vault cannot be run; "" if they can.
[[nodiscard]] std::string missingDock();

/// Enrols a dock for the recorder at `port` of this machine and writes the configuration of it and
/// of its vault into `folder`/dock.
[[nodiscard]] core::Result<void> makeDock(const IntakeJob& job,
                                          const std::string& folder,
                                          const std::string& port);

/// Enrols a new dock, starts its vault and the recorder's server, and measures one
/// `liuhen-dock run --once`; the CPU of vault and server is added. Errors: those of the programs.
[[nodiscard]] core::Result<Cost> takeIn(const IntakeJob& job);

struct PeerJob {
    std::string from;  // the footage folder
    std::string into;  // is made anew
};

/// Each copies all files, makes them durable and hashes them off the medium.
[[nodiscard]] core::Result<Cost> copyWithCp(const PeerJob& job);
[[nodiscard]] core::Result<Cost> copyWithRsync(const PeerJob& job);
[[nodiscard]] core::Result<Cost> copyWithTus(const PeerJob& job);

[[nodiscard]] std::string nothingMissing();
[[nodiscard]] std::string missingRsync();
[[nodiscard]] std::string missingTus();

}  // namespace liuhen::bench
