// SPDX-License-Identifier: Apache-2.0
// Puts a card in order after a start: one chain, whole parts, and what was cut off kept (F9).
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/bodies.hpp"
#include "firmware/recorder/ledger.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::storage {

/// A recording that has a start and no end.
struct OpenRecording {
    std::uint64_t start = 0;     // seq
    std::uint64_t segments = 0;  // segment entries so far
    std::map<std::uint64_t, std::uint64_t>
        ends;  // per track: end of the last part, track timescale
    std::map<std::uint64_t, std::uint64_t> timescales;
    std::int64_t lastUtcUs = 0;  // of its last entry
};

/// What a start finds and what it mended.
struct CardStand {
    recorder::LedgerStand ledger;
    std::optional<OpenRecording> recording;
    std::vector<evidence::TornFile> torn;  // files in card/torn that no recovery entry names yet
    std::vector<std::uint64_t> missing;    // part entries whose bytes are not there
};

/// Reads the card, writes entries that only boxes held into the ledger file, and moves torn ends to
/// card/torn, durably. A second run after a power cut within the first finds the same stand.
///
/// Errors: those of readChain and of core::Files.
[[nodiscard]] core::Result<CardStand> recoverCard(
    core::Files& files,
    const std::string& cardFolder,
    std::string_view device,
    const std::optional<evidence::Head>& keystoreHead);

}  // namespace liuhen::storage
