// SPDX-License-Identifier: Apache-2.0
// Whose something is, by the register.
#include "dock/web/api/own.hpp"

#include "dock/register/holding.hpp"

#include <algorithm>

namespace liuhen::web {

using registry::Person;
using registry::View;

namespace {

bool isAmong(const std::vector<Person>& people, const Person& person) {
    return std::find(people.begin(), people.end(), person) != people.end();
}

bool isOfUnit(const View& view, const std::string& unit, const Person& person) {
    const registry::Officer* officer = view.officer(person);
    return officer != nullptr && officer->unit == unit;
}

/// The register's word on somebody without an account.
json officerName(const registry::Officer& officer) {
    return {{"person", hexOf(officer.person)},
            {"work_number", officer.workNumber},
            {"name", officer.name},
            {"unit", officer.unit},
            {"licence", officer.licence.empty() ? json() : json(officer.licence)},
            {"roles", json::array()}};
}

}  // namespace

std::optional<catalogue::RecordingName> recordingNamed(std::string_view id) {
    const std::size_t second = id.rfind('/');
    const std::size_t first = second == std::string_view::npos ? second : id.find('/');
    if (second == std::string_view::npos || first == second) {
        return std::nullopt;
    }
    const std::string_view device = id.substr(0, first);
    const auto generation = numberOf(id.substr(first + 1, second - first - 1));
    const auto start = numberOf(id.substr(second + 1));
    if (!isDevice(device) || !generation || !start) {
        return std::nullopt;
    }
    return catalogue::RecordingName{std::string(device), *generation, *start};
}

bool isOf(const registry::NotedHandout& handout, const Person& person) {
    return handout.body.wearer == person || handout.holder() == person ||
           isAmong(handout.body.companions, person);
}

bool isOf(const View& view, const registry::Act& act, const Person& person) {
    return isAmong(act.officers, person) || isOfUnit(view, act.unit, person);
}

bool isOf(const View& view, const registry::Case& lawsuit, const Person& person) {
    return isOfUnit(view, lawsuit.unit, person);
}

Result<std::vector<Person>> peopleOf(Parts& parts, const catalogue::RecordingRow& row) {
    std::vector<Person> people;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        people = registry::holdersAt(view, row.name.device, row.startUs);
    }));
    return people;
}

Result<bool> mayLink(Parts& parts, const access::Session& session, const registry::LinkEnd& end) {
    if (!seesOwnOnly(session)) {
        return true;
    }
    if (end.type == "recording") {
        const auto name = recordingNamed(end.id);
        if (!name) {
            return false;
        }
        LIUHEN_TRY(const auto found, parts.browser.timeline(*name));
        return found ? maySee(parts, session, found->recording) : Result<bool>(false);
    }
    bool own = false;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        const auto act = view.acts().find(end.id);
        const auto lawsuit = view.cases().find(end.id);
        own = end.type == "act"
                  ? act != view.acts().end() && isOf(view, act->second, session.person)
                  : lawsuit != view.cases().end() && isOf(view, lawsuit->second, session.person);
    }));
    return own;
}

Result<void> addPeople(Parts& parts, const std::vector<Person>& people, json& to) {
    for (const Person& person : people) {
        LIUHEN_TRY(const auto account, parts.people.find(person));
        if (account) {
            to.push_back(personJson(*account));
            continue;
        }
        LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
            if (const registry::Officer* officer = view.officer(person)) {
                to.push_back(officerName(*officer));
            }
        }));
    }
    return {};
}

}  // namespace liuhen::web
