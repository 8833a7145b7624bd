// SPDX-License-Identifier: Apache-2.0
// Which account a process runs as, and what it gives up for good.
#pragma once

#include "common/core/result.hpp"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace liuhen::vault {

using core::Result;

/// An account of this machine, with its main group.
struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

/// Errors: NotFound, with what to do.
[[nodiscard]] Result<Account> findAccount(const std::string& name);
/// The one that this process acts as; its name is a number if it has none.
[[nodiscard]] Account ownAccount();

/// Does something as another account, with its main group alone, and comes back; for a process that
/// is root and has one thread. Errors: those of `work`; PermissionDenied if it is not root.
[[nodiscard]] Result<void> actAs(const Account& account, const std::function<Result<void>()>& work);

/// Becomes another account for good, with the groups that it is in; nothing if it is that already.
/// `kept` is a capability that outlives the change. Errors: PermissionDenied if it is neither root
/// nor that account.
[[nodiscard]] Result<void> become(const Account& account, std::optional<int> kept = std::nullopt);

/// Gives up for good all that a program may have beyond its account: capabilities (save `kept`),
/// what a program file could give, core dumps, being traced or read by others of the account. New
/// files are for the account alone.
///
/// Errors: PermissionDenied if `kept` is not there to be kept.
[[nodiscard]] Result<void> giveUpRights(std::optional<int> kept = std::nullopt);

}  // namespace liuhen::vault
