// SPDX-License-Identifier: Apache-2.0
// What a bay writes into the custody log about strangers and refusals: not more than they deserve.
#pragma once

#include "common/core/clock.hpp"
#include "dock/ingest/vault_feed.hpp"

#include <map>
#include <string>
#include <string_view>

namespace liuhen::ingest {

/// Writes `incident` leaves, one an hour of each kind; the next one counts those left out. Whoever
/// can make a bay refuse him could else fill the log. Of one bay and one thread.
class IncidentLog {
public:
    /// `clock` must outlive it.
    explicit IncidentLog(const core::Clock& clock) : clock_(&clock) {}

    /// Logs it, and writes the leaf if one is due. The texts may come from strangers: they are cut,
    /// and what is no UTF-8 in them is marked. Trouble with the vault is logged; the incident then
    /// counts as left out.
    void note(VaultFeed& feed,
              const std::string& what,
              std::string_view subject,
              std::string_view detail);

private:
    struct Kind {
        std::optional<core::Nanoseconds> written;
        std::uint64_t leftOut = 0;
    };
    const core::Clock* clock_;
    std::map<std::string, Kind> kinds_;
};

}  // namespace liuhen::ingest
