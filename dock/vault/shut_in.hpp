// SPDX-License-Identifier: Apache-2.0
// From the account that started the program to a process that can do little else than keep.
#pragma once

#include "dock/vault/config.hpp"
#include "dock/vault/freezer.hpp"
#include "dock/vault/sandbox/sandbox.hpp"

#include <memory>
#include <vector>

namespace liuhen::vault {

/// What a vault's process stands in once it has shut itself in.
struct Surroundings {
    std::string account;
    std::unique_ptr<Freezer> freezer;  // none if none is configured
    Sandbox sandbox;
};

/// Makes the vault's folders, starts the freezer, becomes the configured account, gives up all
/// rights and enters the sandbox; to be called once, before the vault is opened and while the
/// process has one thread. The key files are not read after it.
///
/// Errors: PermissionDenied if the account cannot be taken or does not own the folders; those of
/// Freezer::start and Sandbox::enter.
[[nodiscard]] Result<Surroundings> shutIn(const Config& config);

/// What may be reached once the vault has recovered: nothing leaves `objects/` any more, and
/// nothing in it is changed.
[[nodiscard]] std::vector<FolderRule> servingRules(const Config& config);

}  // namespace liuhen::vault
