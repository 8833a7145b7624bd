// SPDX-License-Identifier: Apache-2.0
// Step 1 of the check (docs/format/ledger.md section 7): which files a card holds, by their names.
#pragma once

#include "common/evidence/coverage.hpp"

#include <map>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// A segment file that is there.
struct FoundSegment {
    std::string name;    // in places
    std::string folder;  // of the recording
    std::uint64_t number = 0;
    bool told = false;  // a segment entry names it
};

/// The files of a card by what their names say.
struct CardListing {
    LedgerFiles ledger;
    std::map<std::string, FoundSegment> segments;  // by name below footage
    std::map<std::string, std::uint64_t> torn;     // name below torn -> size
    std::vector<std::string> strays;               // names in places, in the order of step 1
    std::vector<std::string> others;               // beside ledger, footage and torn, no evidence
};

/// Lists a card. `prefix` is put before names in places. Errors: those of listing.
[[nodiscard]] Result<CardListing> listCard(core::Files& files,
                                           const std::string& folder,
                                           const std::string& prefix);

/// Whether something is there and is a file: no link, no device, no folder.
[[nodiscard]] bool isRegularFile(core::Files& files, const std::string& path);

/// A number in decimal without leading zeros.
[[nodiscard]] std::optional<std::uint64_t> plainNumber(std::string_view text);

}  // namespace liuhen::evidence
