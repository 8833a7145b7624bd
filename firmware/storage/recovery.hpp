// SPDX-License-Identifier: Apache-2.0
// Puts a card in order after a start: one chain, whole parts, and what was cut off kept (F9).
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/bodies.hpp"
#include "common/evidence/keystore_state.hpp"
#include "firmware/recorder/ledger.hpp"
#include "firmware/storage/stand.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::storage {

/// What a start finds and what it mended.
struct CardStand {
    recorder::LedgerStand ledger;
    std::optional<OpenRecording> recording;
    std::vector<evidence::TornFile> torn;  // files in card/torn that no entry names yet
    std::vector<std::uint64_t> missing;    // part entries whose bytes are not there
};

/// Reads the card, writes entries that only boxes held into the ledger file, moves torn ends to
/// card/torn, and makes all that counts durable. A second run after a power cut within the first
/// finds the same stand.
///
/// Where the keystore does not know the ledger (its head or its resume key is absent) nothing of it
/// is changed: a rollback comes. What internal storage holds of the chain is forgotten once the
/// card has it; what it holds of older generations moves to card/torn. A ledger file without one
/// whole entry moves to card/torn.
///
/// Errors: those of readChain and of core::Files.
[[nodiscard]] core::Result<CardStand> recoverCard(core::Files& files,
                                                  const std::string& cardFolder,
                                                  const evidence::KeystoreState& keystore,
                                                  const std::string& internalFolder = "");

}  // namespace liuhen::storage
