// SPDX-License-Identifier: Apache-2.0
// What a recorder in a bay tells the register, and the assignment that it is brought.
#pragma once

#include "dock/ingest/recorder_link.hpp"
#include "dock/register/register.hpp"

#include <string>

namespace liuhen::ingest {

/// One look at a recorder that sits in a bay.
struct Visit {
    registry::Register& records;
    RecorderLink& link;
    std::string bay;
    bool docking = false;  // at the end of an intake: what was refused before is tried again
};

/// Enters what the recorder says of itself where that is new, and brings the assignment of its open
/// hand-out, if it does not have it yet and is not recording. A recorder that the register does not
/// know is passed over. A refusal is entered, and is no error.
///
/// Errors: those of the register and of the connection; DataLoss if what came back is not the entry
/// of this assignment. Cut at any place, the next look does the rest: an assignment that arrived
/// and was not noted is answered as known.
[[nodiscard]] Result<void> tellRegister(const Visit& visit, const DeviceState& state);

}  // namespace liuhen::ingest
