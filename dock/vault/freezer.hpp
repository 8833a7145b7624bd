// SPDX-License-Identifier: Apache-2.0
// The vault's end of the helper that makes objects immutable.
#pragma once

#include "common/core/unique_fd.hpp"
#include "dock/vault/sandbox/account.hpp"
#include "dock/vault/types.hpp"

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace liuhen::vault {

/// A helper process that can give the immutable flag and cannot take it away. Thread-safe; ends the
/// helper when destroyed.
class Freezer {
public:
    /// Reaches the helper: `where` is its program, which is started (as root, or with the
    /// capability at hand) and goes on as `account`, or the socket at which systemd starts one for
    /// each connection. `folders` are places of objects, in the order of CopyOf. Waits until it is
    /// ready, at most 10 s.
    ///
    /// Errors: NotFound, PermissionDenied; FailedPrecondition if the file system of a folder knows
    /// no flags; Unavailable if the helper ends at once (it says why on standard error).
    [[nodiscard]] static Result<std::unique_ptr<Freezer>> start(
        const std::string& where, const std::vector<std::string>& folders, const Account& account);
    Freezer(const Freezer&) = delete;
    Freezer& operator=(const Freezer&) = delete;
    ~Freezer();

    /// Makes an object immutable; nothing changes if it is that already. Durable with the next sync
    /// of its file system's journal.
    ///
    /// Errors: NotFound if there is no such object; Unavailable if the helper is gone, which no
    /// later call mends; FailedPrecondition for what the file system answered.
    [[nodiscard]] Result<void> freeze(const Digest& object, CopyOf copy = CopyOf::First);

private:
    Freezer(core::UniqueFd socket, pid_t child) : socket_(std::move(socket)), child_(child) {}
    [[nodiscard]] Result<int> answer();

    std::mutex mutex_;
    core::UniqueFd socket_;
    pid_t child_;  // 0 if somebody else started it
};

}  // namespace liuhen::vault
