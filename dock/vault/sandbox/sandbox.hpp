// SPDX-License-Identifier: Apache-2.0
// What a vault's process shuts itself into: few folders, few system calls, objects that only grow.
#pragma once

#include "dock/vault/sandbox/landlock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::vault {

/// What is to be done where the kernel cannot shut a process in.
enum class SandboxMode {
    Off,       // nothing is tried
    Best,      // say so, and go on
    Required,  // do not start
};

/// "off", "best", "required"; nothing for other texts.
[[nodiscard]] std::optional<SandboxMode> sandboxMode(std::string_view text);

/// A sandbox that a process has entered; there is no way out of it.
class Sandbox {
public:
    /// Enters: nothing outside of `rules` is reached any more, and no call made that a vault does
    /// not need. The process must have given up rights; threads that it has are not held by folder
    /// rules. Errors: Unimplemented if it is required and the kernel lacks a part.
    [[nodiscard]] static Result<Sandbox> enter(SandboxMode mode,
                                               const std::vector<FolderRule>& rules);
    /// Enters a narrower one, where files leave or change in fewer folders. Errors: as above, also
    /// if other threads run already, which it would not hold.
    [[nodiscard]] Result<void> narrow(const std::vector<FolderRule>& rules);

    /// For people: what holds, and what the kernel could not do.
    [[nodiscard]] std::string told() const;

private:
    explicit Sandbox(SandboxMode mode) : mode_(mode) {}
    /// Keeps in mind what could not be done; the error itself if it had to be.
    [[nodiscard]] Result<void> missed(const core::Error& error);

    SandboxMode mode_;
    std::vector<std::string> holds_;
    std::vector<std::string> missing_;
};

}  // namespace liuhen::vault
