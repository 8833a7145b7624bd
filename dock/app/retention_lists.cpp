// SPDX-License-Identifier: Apache-2.0
// Lists of holds and classes, for people and for machines.
#include "common/core/clock.hpp"
#include "dock/app/committed_words.hpp"
#include "dock/app/retention.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::dock {

namespace {

using nlohmann::json;

std::string timeOf(std::int64_t us) {
    return core::formatUtc(core::Microseconds(us));
}

void addSubject(json& to, const vault::Subject& subject) {
    to["device"] = subject.device;
    to["generation"] = subject.generation;
    to["recording"] = subject.recording ? json(*subject.recording) : json();
    to["object"] = subject.object ? json(core::toHex(*subject.object)) : json();
}

std::string periodOf(const vault::RetentionClass& known) {
    return known.months ? fmt::format("{} months", *known.months) : "for ever";
}

/// The name of a class, for people; its id if the configuration does not name it any more.
std::string nameOf(const vault::RetentionList& list, const std::string& id) {
    const auto known = std::find_if(list.classes.begin(),
                                    list.classes.end(),
                                    [&id](const auto& each) { return each.id == id; });
    return known == list.classes.end() ? id + ", which vault.toml does not name"
                                       : fmt::format("{} {}", id, known->name);
}

std::string printed(const json& value) {
    return value.dump(2) + "\n";
}

}  // namespace

std::string holdsText(const std::vector<vault::Hold>& holds) {
    std::string text;
    for (const vault::Hold& hold : holds) {
        text += fmt::format("{}\n  on {}, since {} (leaf {})\n  by {}\n  because {}\n",
                            core::toHex(hold.hold),
                            vault::describe(hold.subject),
                            timeOf(hold.placedUs),
                            hold.leaf,
                            wordsOf(hold.by),
                            wordsOf(hold.reason));
    }
    return holds.empty() ? "no hold stands\n" : text;
}

std::string holdsJson(const std::vector<vault::Hold>& holds) {
    json list = json::array();
    for (const vault::Hold& hold : holds) {
        json item = {{"hold", core::toHex(hold.hold)},
                     {"leaf", hold.leaf},
                     {"placed", timeOf(hold.placedUs)},
                     {"reason", wordsJson(hold.reason)},
                     {"by", wordsJson(hold.by)}};
        addSubject(item, hold.subject);
        list.push_back(std::move(item));
    }
    return printed(list);
}

std::string retentionText(const vault::RetentionList& list) {
    std::string text = "classes (nothing is removed by them):\n";
    for (const vault::RetentionClass& known : list.classes) {
        text += fmt::format("  {} {}: {}\n", known.id, known.name, periodOf(known));
    }
    for (const vault::Retention& retention : list.set) {
        text += fmt::format("{}: {}, since {} (leaf {}), by {}\n",
                            vault::describe(retention.subject),
                            nameOf(list, retention.classId),
                            timeOf(retention.setUs),
                            retention.leaf,
                            wordsOf(retention.by));
    }
    return text + (list.set.empty() ? "no class is set: everything is kept\n" : "");
}

std::string retentionJson(const vault::RetentionList& list) {
    json classes = json::array();
    for (const vault::RetentionClass& known : list.classes) {
        classes.push_back({{"id", known.id},
                           {"name", known.name},
                           {"months", known.months ? json(*known.months) : json()}});
    }
    json set = json::array();
    for (const vault::Retention& retention : list.set) {
        json item = {{"class", retention.classId},
                     {"leaf", retention.leaf},
                     {"set", timeOf(retention.setUs)},
                     {"by", wordsJson(retention.by)}};
        addSubject(item, retention.subject);
        set.push_back(std::move(item));
    }
    return printed({{"classes", std::move(classes)}, {"set", std::move(set)}});
}

}  // namespace liuhen::dock
