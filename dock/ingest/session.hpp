// SPDX-License-Identifier: Apache-2.0
// What the steps of one intake share, and what every object goes through after the vault's answer.
#pragma once

#include "dock/catalogue/catalogue.hpp"
#include "dock/ingest/incident_log.hpp"
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
    IncidentLog& incidents;
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
    /// Hands over receipts that count two copies for what the recorder still holds in these
    /// generations and has receipts of fewer for, where the second copy has it by now. Errors: of
    /// catalogue and connections; what the vault cannot give now is left to the next docking.
    [[nodiscard]] Result<void> deliverSecond(const std::vector<std::uint64_t>& generations);
    /// Hands over the receipt for the chapter that ends at `docking`, if the vault has it, so that
    /// a new generation proves what became of the one before (docs/format/ledger.md section 7, step
    /// 3). Errors: of vault and connection; a refusal is logged.
    [[nodiscard]] Result<void> deliverFormer(const evidence::Head& docking);

private:
    [[nodiscard]] Result<void> deliverSecondOf(std::uint64_t generation);
    /// Whether the recorder took it. Errors: of the connection alone; a refusal is logged.
    [[nodiscard]] Result<bool> give(core::ByteView receipt);
    /// The same, noted in the catalogue.
    [[nodiscard]] Result<bool> deliver(const Taken& taken);
};

}  // namespace liuhen::ingest
