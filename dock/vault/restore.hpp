// SPDX-License-Identifier: Apache-2.0
// Putting back what one copy lost from the other: log, objects, and the database made of them.
#pragma once

#include "dock/vault/vault.hpp"

#include <functional>
#include <string>

namespace liuhen::vault {

/// What a restore did.
struct Restored {
    std::uint64_t leaves = 0;    // put back into the vault's log
    std::uint64_t objects = 0;   // put back into the vault's folder
    std::uint64_t copies = 0;    // put back into the second copy
    std::uint64_t lost = 0;      // objects that neither copy has whole
    std::uint64_t setAside = 0;  // damaged files kept as evidence
    bool database = false;       // made anew
};

/// Holds both copies of a vault against each other and puts back what is absent or damaged in one
/// from the other; a database that is gone, or older than the log, is made anew. The vault must not
/// run: its lock is taken. What is whole is never touched; what is damaged is moved, not removed,
/// to `damaged/<µs>/` in the folder where it lay; one that is immutable must be freed by hand
/// before (the error says so). What is put back is immutable if there is a freezer. Each thing put
/// back is told by an `incident` leaf. `say` gets a line for each step.
///
/// Errors: FailedPrecondition if the two logs are of different histories, or the vault refuses to
/// open afterwards; Unavailable if another process has the vault or the second copy is not there;
/// those of the disks.
/// Power loss, an error: run it again.
[[nodiscard]] Result<Restored> restore(const VaultParts& parts,
                                       const VaultFolders& folders,
                                       const std::function<void(const std::string&)>& say);

}  // namespace liuhen::vault
