// SPDX-License-Identifier: Apache-2.0
// The command lines of `liuhen-dock hold` and `liuhen-dock retention`.
#pragma once

#include "dock/app/retention.hpp"

#include <vector>

#include <CLI/CLI.hpp>

namespace liuhen::dock {

/// Adds both commands to the program's. `app` and this live until the command is run.
class RetentionCommands {
public:
    explicit RetentionCommands(CLI::App& app);

    /// The subcommands, each of which takes `--config`.
    [[nodiscard]] std::vector<CLI::App*> all() const;
    [[nodiscard]] bool parsed() const;
    [[nodiscard]] core::Result<int> run(const Config& config) const;

private:
    CLI::App* place_;
    CLI::App* lift_;
    CLI::App* holds_;
    CLI::App* set_;
    CLI::App* classes_;
    RetentionOptions options_;
};

}  // namespace liuhen::dock
