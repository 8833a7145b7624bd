// SPDX-License-Identifier: Apache-2.0
// Flags of the commands about holds and classes.
#include "dock/app/retention_commands.hpp"

#include <algorithm>

namespace liuhen::dock {

RetentionCommands::RetentionCommands(CLI::App& app) {
    CLI::App* hold = app.add_subcommand(
        "hold", "say what must be kept whatever its class; the vault logs who and why");
    CLI::App* retention = app.add_subcommand(
        "retention", "say how long something is to be kept at least; nothing is ever removed");
    hold->require_subcommand(1);
    retention->require_subcommand(1);
    place_ = hold->add_subcommand("place", "place a hold on a recording or an object");
    lift_ = hold->add_subcommand("lift", "lift a hold that stands");
    holds_ = hold->add_subcommand("list", "list the holds that stand");
    set_ = retention->add_subcommand("set", "give a recording or an object a class");
    classes_ = retention->add_subcommand("list", "list the classes, and what has which");
    for (CLI::App* sub : {place_, set_}) {
        sub->add_option("--device", options_.device, "the recorder's name")->required();
        sub->add_option("--generation", options_.generation, "of its ledger")->required();
        sub->add_option("--recording", options_.recording, "all of this recording");
        sub->add_option("--object", options_.object, "this object alone: its SHA-256 in hex");
    }
    lift_->add_option("HOLD", options_.hold, "its name, 64 hex digits")->required();
    for (CLI::App* sub : {place_, lift_}) {
        sub->add_option("--reason", options_.reason, "why")->required();
    }
    for (CLI::App* sub : {place_, lift_, set_}) {
        sub->add_option("--by", options_.by, "who; the log holds a commitment to it alone")
            ->required();
    }
    for (CLI::App* sub : {lift_, set_}) {
        sub->add_option("--grant",
                        options_.grant,
                        sub == lift_ ? "the grant that two persons approved, 64 hex digits"
                                     : "the same; a shorter class than before needs one");
    }
    set_->add_option("--class", options_.classId, "id of a class of vault.toml")->required();
    for (CLI::App* sub : {holds_, classes_}) {
        sub->add_flag("--json", options_.json, "for machines");
    }
}

std::vector<CLI::App*> RetentionCommands::all() const {
    return {place_, lift_, holds_, set_, classes_};
}

bool RetentionCommands::parsed() const {
    const auto subs = all();
    return std::any_of(subs.begin(), subs.end(), [](const CLI::App* sub) { return sub->parsed(); });
}

core::Result<int> RetentionCommands::run(const Config& config) const {
    if (place_->parsed()) {
        return holdPlace(config, options_);
    }
    if (lift_->parsed()) {
        return holdLift(config, options_);
    }
    if (holds_->parsed()) {
        return holdList(config, options_);
    }
    return set_->parsed() ? retentionSet(config, options_) : retentionList(config, options_);
}

}  // namespace liuhen::dock
