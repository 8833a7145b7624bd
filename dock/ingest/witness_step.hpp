// SPDX-License-Identifier: Apache-2.0
// Shows the custody log's checkpoint to the recorder and brings its cosignature to the vault.
#pragma once

#include "dock/ingest/session.hpp"

namespace liuhen::ingest {

/// What the recorder said to the checkpoint.
enum class Witnessed {
    Yes,
    Refused,  // alarm: it remembers a log that this one does not contain
};

/// Shows the newest checkpoint, with the proof from the one that the recorder remembers of this
/// log. A refusal becomes an `incident` leaf, if the vault can still write one, and the outcome's
/// reason.
/// Errors: of cable and vault; DataLoss if what the recorder remembers is no checkpoint.
[[nodiscard]] Result<Witnessed> showCheckpoint(Session& session, const DeviceState& state);

}  // namespace liuhen::ingest
