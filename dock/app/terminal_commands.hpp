// SPDX-License-Identifier: Apache-2.0
// The command line of `liuhen-dock terminal`.
#pragma once

#include "dock/app/terminal.hpp"

#include <vector>

#include <CLI/CLI.hpp>

namespace liuhen::dock {

/// Adds the command to the program's. `app` and this live until the command is run.
class TerminalCommands {
public:
    explicit TerminalCommands(CLI::App& app);

    /// The subcommands, each of which takes `--config`.
    [[nodiscard]] std::vector<CLI::App*> all() const { return {make_, list_, end_}; }
    [[nodiscard]] bool parsed() const;
    [[nodiscard]] core::Result<int> run(const Config& config) const;

private:
    CLI::App* make_;
    CLI::App* list_;
    CLI::App* end_;
    std::string name_;
};

}  // namespace liuhen::dock
