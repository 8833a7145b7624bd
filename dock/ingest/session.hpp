// SPDX-License-Identifier: Apache-2.0
// What the steps of one intake share, and what every object goes through after the vault's answer.
#pragma once

#include "dock/catalogue/catalogue.hpp"
#include "dock/ingest/outcome.hpp"
#include "dock/ingest/recorder_link.hpp"
#include "dock/ingest/vault_feed.hpp"

#include <functional>

namespace liuhen::ingest {

/// Whether an intake goes on; a fork ends it at once.
enum class Flow { GoOn, End };

/// One recorder, one vault, one intake. Used by one thread.
struct Session {
    RecorderLink& link;
    VaultFeed& feed;
    catalogue::Catalogue& catalogue;
    Progress& progress;
    const Stop& stop;
    Outcome& outcome;

    [[nodiscard]] const std::string& device() const { return link.device(); }

    /// Enters what became of an object: catalogue, receipt to the recorder, outcome. `project`
    /// enters it in the catalogue. Errors: those of the catalogue; of the cable, if the connection
    /// is lost.
    [[nodiscard]] Result<Flow> conclude(
        const vault::Offer& offer,
        const Taken& taken,
        const std::function<Result<void>(const catalogue::LoggedObject&)>& project);
    /// Hands over receipts that an earlier intake left behind.
    [[nodiscard]] Result<void> deliverEarlier();

private:
    /// Whether the recorder took it. Errors: of the connection alone; a refusal is logged.
    [[nodiscard]] Result<bool> deliver(const Taken& taken);
};

}  // namespace liuhen::ingest
