// SPDX-License-Identifier: Apache-2.0
// Folders first, then calls; and what to say where one of them is not to be had.
#include "dock/vault/sandbox/sandbox.hpp"

#include "dock/vault/sandbox/instrumented.hpp"
#include "dock/vault/sandbox/seccomp.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace liuhen::vault {

using core::ErrorKind;
using core::fail;

std::optional<SandboxMode> sandboxMode(std::string_view text) {
    if (text == "off") {
        return SandboxMode::Off;
    }
    if (text == "best") {
        return SandboxMode::Best;
    }
    return text == "required" ? std::optional(SandboxMode::Required) : std::nullopt;
}

Result<Sandbox> Sandbox::enter(SandboxMode mode, const std::vector<FolderRule>& rules) {
    Sandbox sandbox(mode);
    if (mode == SandboxMode::Off) {
        return sandbox;
    }
    if (kInstrumented) {
        LIUHEN_CHECK(sandbox.missed({ErrorKind::Unimplemented, "a sanitizer is built in"}));
        return sandbox;
    }
    if (const auto folders = restrictFolders(rules); folders) {
        sandbox.holds_.push_back(fmt::format("folders by Landlock {}", landlockVersion()));
    } else {
        LIUHEN_CHECK(sandbox.missed(folders.error()));
    }
    if (const auto calls = filterVaultCalls(); calls) {
        sandbox.holds_.emplace_back("calls by seccomp");
    } else {
        LIUHEN_CHECK(sandbox.missed(calls.error()));
    }
    return sandbox;
}

Result<void> Sandbox::narrow(const std::vector<FolderRule>& rules) {
    if (mode_ == SandboxMode::Off || kInstrumented || landlockVersion() == 0) {
        return {};  // told already
    }
    if (const unsigned threads = threadCount(); threads != 1) {
        return missed({ErrorKind::Unimplemented,
                       fmt::format("{} threads run before objects/ is closed", threads)});
    }
    LIUHEN_CHECK(restrictFolders(rules));
    holds_.emplace_back("objects only added");
    return {};
}

Result<void> Sandbox::missed(const core::Error& error) {
    if (mode_ == SandboxMode::Required || error.kind != ErrorKind::Unimplemented) {
        return core::failWith(error, "enter the sandbox");
    }
    missing_.push_back(error.message);
    return {};
}

std::string Sandbox::told() const {
    if (mode_ == SandboxMode::Off) {
        return "off";
    }
    std::string text = holds_.empty() ? "none" : fmt::format("{}", fmt::join(holds_, ", "));
    if (!missing_.empty()) {
        text += fmt::format("; not: {}", fmt::join(missing_, ", "));
    }
    return text;
}

}  // namespace liuhen::vault
