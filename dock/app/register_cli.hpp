// SPDX-License-Identifier: Apache-2.0
// The commands of the register: recorders out and back, and what has to be known for that.
#pragma once

#include "dock/app/register_commands.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace liuhen::dock {

/// Adds its commands to a command line, each with `--config`, and runs the one that was given.
class RegisterCli {
public:
    /// `app` and `configPath` must outlive it.
    RegisterCli(CLI::App& app, std::string& configPath);
    RegisterCli(const RegisterCli&) = delete;  // the command line points into it
    RegisterCli& operator=(const RegisterCli&) = delete;
    ~RegisterCli() = default;

    /// The exit code; nothing if it was another command.
    [[nodiscard]] std::optional<core::Result<int>> run(const Config& config) const;

private:
    using Command = core::Result<int> (*)(const Config&, const RegisterOptions&);
    CLI::App* add(CLI::App& parent, const char* name, const char* help, Command command);

    std::string& configPath_;
    RegisterOptions options_;
    std::vector<std::pair<CLI::App*, Command>> commands_;
};

}  // namespace liuhen::dock
