// SPDX-License-Identifier: Apache-2.0
// Flags of the commands about terminals.
#include "dock/app/terminal_commands.hpp"

#include <algorithm>

namespace liuhen::dock {

TerminalCommands::TerminalCommands(CLI::App& app) {
    CLI::App* terminal = app.add_subcommand(
        "terminal", "the screens at the bays, where officers show a card or a PIN");
    terminal->require_subcommand(1);
    make_ = terminal->add_subcommand("make", "make a terminal; prints its one-time code");
    make_->add_option("--name", name_, "what it is called, such as the room")->required();
    list_ = terminal->add_subcommand("list", "print all terminals and how each stands");
    end_ = terminal->add_subcommand("end", "end a terminal: it opens nothing more");
    end_->add_option("NAME", name_, "as 'list' prints it")->required();
}

bool TerminalCommands::parsed() const {
    const auto subs = all();
    return std::any_of(subs.begin(), subs.end(), [](const CLI::App* sub) { return sub->parsed(); });
}

core::Result<int> TerminalCommands::run(const Config& config) const {
    if (make_->parsed()) {
        return terminalMake(config, name_);
    }
    return list_->parsed() ? terminalList(config) : terminalEnd(config, name_);
}

}  // namespace liuhen::dock
