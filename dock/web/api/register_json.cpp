// SPDX-License-Identifier: Apache-2.0
// JSON of the register's things.
#include "dock/web/api/register_json.hpp"

#include "dock/register/unreceipted.hpp"
#include "dock/web/api/register_room.hpp"

namespace liuhen::web {

using registry::Person;
using registry::View;

namespace {

json namesJson(const View& view, const std::vector<Person>& persons) {
    json names = json::array();
    for (const Person& person : persons) {
        names.push_back(nameJson(view, person));
    }
    return names;
}

json orEmpty(const std::string& text) {
    return text.empty() ? json() : json(text);
}

json checkJson(const std::optional<registry::Seen>& seen) {
    if (!seen || !seen->check) {
        return {};
    }
    return {{"passed", seen->check->passed},
            {"occasion", seen->check->occasion},
            {"failed", seen->check->failed},
            {"utc_us", seen->check->utcUs}};
}

json mattersJson(const View& view, const registry::Handout& body) {
    json matters = json::array();
    const registry::MattersList* list = view.list(body.list);
    for (const std::string& number : body.matters) {
        const registry::Matter* matter = list == nullptr ? nullptr : View::matter(*list, number);
        matters.push_back({{"number", number},
                           {"label", matter == nullptr ? number : matter->label()},
                           {"full", matter != nullptr && matter->full}});
    }
    return matters;
}

json handoversJson(const View& view, const registry::NotedHandout& handout) {
    json items = json::array();
    for (const registry::NotedHandover& one : handout.handovers) {
        items.push_back({{"from", nameJson(view, one.body.from)},
                         {"to", nameJson(view, one.body.to)},
                         {"at_us", one.body.atUs},
                         {"note", one.body.note},
                         {"confirmed_us", one.confirmed ? json(one.confirmed->us) : json()}});
    }
    return items;
}

json endJson(const registry::LinkEnd& end) {
    return {{"type", end.type}, {"id", end.id}};
}

}  // namespace

json nameJson(const View& view, const Person& person) {
    return {{"person", hexOf(person)}, {"name", view.nameOf(person)}};
}

json unitJson(const registry::Unit& unit) {
    return {{"unit", unit.id}, {"name", unit.name}, {"closed", unit.closed}};
}

json officerJson(const registry::Officer& officer) {
    return {{"person", hexOf(officer.person)},
            {"name", officer.name},
            {"unit", officer.unit},
            {"work_number", officer.workNumber},
            {"licence", orEmpty(officer.licence)},
            {"closed", officer.closed}};
}

json deviceJson(const registry::Device& device) {
    json lost;
    if (device.loss) {
        lost = {{"reason", device.loss->reason},
                {"unreceipted", registry::unreceiptedZh(*device.loss)}};
    }
    return {{"device", device.body.device},
            {"model", device.body.model},
            {"asset", device.body.asset},
            {"unit", device.body.unit},
            {"state", registry::name(device.state)},
            {"changed_us", device.changed.us},
            {"out", device.handout.has_value()},
            {"bay", device.seen ? json(device.seen->bay) : json()},
            {"seen_us", device.seen ? json(device.seenUs) : json()},
            {"self_check", checkJson(device.seen)},
            {"loss", std::move(lost)}};
}

json handoutJson(const View& view,
                 const registry::NotedHandout& handout,
                 const registry::When& when) {
    const registry::Handout& body = handout.body;
    return {{"number", body.number},
            {"device", body.device},
            {"state", registry::name(registry::stateAt(handout, when))},
            {"wearer", nameJson(view, body.wearer)},
            {"holder", nameJson(view, handout.holder())},
            {"companions", namesJson(view, body.companions)},
            {"matters", mattersJson(view, body)},
            {"place", body.place},
            {"from_us", body.fromUs},
            {"until_us", body.untilUs},
            {"handed_out_us", handout.handedOut.us},
            {"handed_out_by", nameJson(view, handout.handedOut.by)},
            {"clock_behind", handout.clockBehind},
            {"delivered", handout.delivered.has_value()},
            {"refused", orNull(handout.refused)},
            {"handovers", handoversJson(view, handout)},
            {"returned_us", handout.returned ? json(handout.returned->us) : json()},
            {"undamaged", handout.back ? json(handout.back->undamaged) : json()},
            {"note", handout.back ? json(handout.back->note) : json()},
            {"lost_us", handout.lost ? json(handout.lost->us) : json()}};
}

json matterJson(const registry::Matter& matter) {
    return {{"number", matter.number},
            {"category", matter.category},
            {"step", matter.step},
            {"manner", matter.manner},
            {"occasion", matter.occasion},
            {"content", matter.content},
            {"start", matter.start},
            {"process", matter.process},
            {"end", matter.end},
            {"department", matter.department},
            {"people", matter.people},
            {"full", matter.full}};
}

json actJson(const View& view, const registry::Act& act) {
    return {{"number", act.number},
            {"state", act.state},
            {"name", act.name},
            {"list", act.list},
            {"matter", act.matter},
            {"unit", act.unit},
            {"officers", namesJson(view, act.officers)},
            {"place", act.place},
            {"party", act.party},
            {"from_us", orNull(act.fromUs)},
            {"until_us", orNull(act.untilUs)},
            {"reason", act.reason}};
}

json caseJson(const registry::Case& lawsuit) {
    return {{"number", lawsuit.number},
            {"name", lawsuit.name},
            {"unit", lawsuit.unit},
            {"concluded_us", orNull(lawsuit.concludedUs)}};
}

json linkJson(const View& view, const registry::NotedLink& link) {
    return {{"a", endJson(link.body.a)},
            {"b", endJson(link.body.b)},
            {"linked_us", link.linked.us},
            {"linked_by", nameJson(view, link.linked.by)}};
}

net::Response refused(const registry::Refusal& why) {
    return reply(409,
                 {{"error",
                   {{"code", why.code},
                    {"message_zh", why.zh + why.action},
                    {"message_en", why.en},
                    {"action", "correct"}}}});
}

net::Response entered(const Result<registry::Entered>& entry) {
    if (!entry) {
        return refusalOf(entry.error());
    }
    return entry->refusal ? refused(*entry->refusal) : reply(201, {{"event", entry->event}});
}

}  // namespace liuhen::web
