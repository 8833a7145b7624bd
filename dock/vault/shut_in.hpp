// SPDX-License-Identifier: Apache-2.0
// From the account that started the program to a process that can do little else than keep.
#pragma once

#include "dock/vault/config.hpp"
#include "dock/vault/freezer.hpp"
#include "dock/vault/sandbox/sandbox.hpp"

#include <memory>
#include <vector>

namespace liuhen::vault {

/// Who keeps a vault, and by what help.
struct Keeper {
    std::string account;
    std::unique_ptr<Freezer> freezer;  // none if none is configured
};

/// What a vault's process stands in once it has shut itself in.
struct Surroundings {
    Keeper keeper;
    Sandbox sandbox;
};

/// Makes the folders of the vault, and of its second copy if its disk lets it, starts the freezer,
/// becomes the configured account and gives up all rights; to be called once, before the vault is
/// opened and while the process has one thread. The key files are not read after it.
///
/// Errors: PermissionDenied if the account cannot be taken or does not own the folders; those of
/// Freezer::start.
[[nodiscard]] Result<Keeper> becomeKeeper(const Config& config);

/// Does the same, and enters the sandbox. Errors: those of Sandbox::enter besides.
[[nodiscard]] Result<Surroundings> shutIn(const Config& config);

/// What may be reached once the vault has recovered: nothing leaves `objects/` any more, here and
/// in the second copy, and nothing in it is changed.
[[nodiscard]] std::vector<FolderRule> servingRules(const Config& config);

}  // namespace liuhen::vault
