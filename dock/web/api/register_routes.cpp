// SPDX-License-Identifier: Apache-2.0
// The register as lists.
#include "dock/web/api/own.hpp"
#include "dock/web/api/register_json.hpp"
#include "dock/web/api/register_room.hpp"

#include <algorithm>

namespace liuhen::web {

using access::Role;
using registry::View;

namespace {

constexpr std::int64_t kMostUs = 9'007'199'254'740'991;  // 2^53 - 1

const Who& deskReaders() {
    static const Who who = Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor});
    return who;
}
const Who& businessReaders() {
    static const Who who =
        Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer});
    return who;
}

/// A page of what a map holds, by key: `keep` says what is shown, `show` how.
template <class Map, class Keep, class Show>
json pageOf(const Map& map, const std::string& after, std::size_t limit, Keep keep, Show show) {
    json items = json::array();
    std::string last;
    for (auto one = after.empty() ? map.begin() : map.upper_bound(after); one != map.end(); ++one) {
        if (!keep(one->second)) {
            continue;
        }
        if (items.size() == limit) {
            return {{"items", std::move(items)}, {"next", last}};
        }
        items.push_back(show(one->second));
        last = one->first;
    }
    return {{"items", std::move(items)}, {"next", nullptr}};
}

/// Answers what `show` makes of the view, or why the query is refused.
template <class Show>
net::Response shown(Parts& parts, Call& call, const Show& show) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    json body;
    if (const auto done = parts.desk.records.look([&](const View& view) { body = show(view); });
        !done) {
        return refusalOf(done.error());
    }
    return reply(200, body);
}

struct Page {
    std::size_t limit;
    std::string after;
};

Page pageAsked(Call& call) {
    Page page{call.query.limit(), call.query.text("after", 1, 128).value_or("")};
    return page;
}

net::Response units(Parts& parts, Call& call) {
    const Page page = pageAsked(call);
    return shown(parts, call, [&](const View& view) {
        return pageOf(
            view.units(), page.after, page.limit, [](const auto&) { return true; }, &unitJson);
    });
}

net::Response officers(Parts& parts, Call& call) {
    const std::size_t limit = call.query.limit();
    const auto after = call.query.shaped("after", &isHex64);
    const bool all = call.query.boolean("closed").value_or(false);
    return shown(parts, call, [&](const View& view) {
        std::map<std::string, registry::Officer> byHex;
        for (const auto& [person, officer] : view.officers()) {
            byHex.emplace(hexOf(person), officer);
        }
        return pageOf(
            byHex,
            after.value_or(""),
            limit,
            [all](const registry::Officer& officer) { return all || !officer.closed; },
            &officerJson);
    });
}

net::Response devices(Parts& parts, Call& call) {
    const Page page = pageAsked(call);
    const auto unit = call.query.text("unit", 1, 96);
    return shown(parts, call, [&](const View& view) {
        return pageOf(
            view.devices(),
            page.after,
            page.limit,
            [&unit](const registry::Device& device) { return !unit || device.body.unit == *unit; },
            &deviceJson);
    });
}

bool isHandoutState(std::string_view text) {
    return text == "out" || text == "overdue" || text == "returned" || text == "lost";
}

net::Response handouts(Parts& parts, Call& call) {
    const std::size_t limit = call.query.limit();
    const auto state = call.query.shaped("state", &isHandoutState);
    const auto device = call.query.shaped("device", &isDevice);
    const auto asked = call.query.integer("at_us", 0, kMostUs);
    const registry::When when{asked.value_or(parts.clock.utc().count()), asked.has_value()};
    std::size_t after = SIZE_MAX;
    if (const auto text = call.query.text("after", 1, 128)) {
        const auto number = numberOf(*text);
        if (!number) {
            call.query.reject("after");
        }
        after = static_cast<std::size_t>(number.value_or(0));
    }
    const auto& who = call.who();
    return shown(parts, call, [&](const View& view) {
        json items = json::array();
        const auto& all = view.handouts();
        std::size_t place = std::min(after, all.size());
        while (place > 0) {
            const registry::NotedHandout& one = all[place - 1];
            const bool mine = !seesOwnOnly(who) || isOf(one, who.person);
            const bool fits = (!state || registry::name(registry::stateAt(one, when)) == *state) &&
                              (!device || one.body.device == *device) &&
                              (!when.past || one.handedOut.us <= when.us);
            if (mine && fits) {
                if (items.size() == limit) {
                    return json{{"items", std::move(items)},
                                {"next", std::to_string(place)},
                                {"at_us", when.us}};
                }
                items.push_back(handoutJson(view, one, when));
            }
            --place;
        }
        return json{{"items", std::move(items)}, {"next", nullptr}, {"at_us", when.us}};
    });
}

net::Response bookFile(Parts& parts, Call& call) {
    const auto asked = call.query.integer("at_us", 0, kMostUs);
    const registry::When when{asked.value_or(parts.clock.utc().count()), asked.has_value()};
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    std::string text;
    if (const auto done = parts.desk.records.look(
            [&](const View& view) { text = registry::bookCsv(registry::book(view, when)); });
        !done) {
        return refusalOf(done.error());
    }
    net::Response response;
    response.contentType = "text/csv; charset=utf-8";
    response.headers.set("Content-Disposition", "attachment; filename=\"book.csv\"");
    response.body = core::toBuffer(core::viewOf(text));
    return response;
}

net::Response matters(Parts& parts, Call& call) {
    const auto version = call.query.text("version", 1, 96);
    const std::int64_t now = parts.clock.utc().count();
    return shown(parts, call, [&](const View& view) {
        const registry::MattersList* list = version ? view.list(*version) : view.listAt(now);
        json rows = json::array();
        json versions = json::array();
        for (const registry::MattersList& one : view.matters()) {
            versions.push_back({{"version", one.version}, {"from_us", one.fromUs}});
        }
        if (list != nullptr) {
            for (const registry::Matter& matter : list->rows) {
                rows.push_back(matterJson(matter));
            }
        }
        return json{{"version", list == nullptr ? json() : json(list->version)},
                    {"from_us", list == nullptr ? json() : json(list->fromUs)},
                    {"items", std::move(rows)},
                    {"versions", std::move(versions)}};
    });
}

net::Response acts(Parts& parts, Call& call) {
    const Page page = pageAsked(call);
    const auto& who = call.who();
    return shown(parts, call, [&](const View& view) {
        const auto mine = [&](const registry::Act& act) {
            return !seesOwnOnly(who) || isOf(view, act, who.person);
        };
        return pageOf(view.acts(), page.after, page.limit, mine, [&view](const auto& act) {
            return actJson(view, act);
        });
    });
}

net::Response cases(Parts& parts, Call& call) {
    const Page page = pageAsked(call);
    const auto& who = call.who();
    return shown(parts, call, [&](const View& view) {
        const auto mine = [&](const registry::Case& one) {
            return !seesOwnOnly(who) || isOf(view, one, who.person);
        };
        return pageOf(view.cases(), page.after, page.limit, mine, &caseJson);
    });
}

bool isLinkType(std::string_view text) {
    return text == "act" || text == "case" || text == "recording";
}

net::Response links(Parts& parts, Call& call) {
    const auto type = call.query.shaped("type", &isLinkType);
    const auto id = call.query.text("id", 1, 128);
    if (!type) {
        call.query.reject("type");
    }
    if (!id) {
        call.query.reject("id");
    }
    return shown(parts, call, [&](const View& view) {
        const registry::LinkEnd end{type.value_or(""), id.value_or("")};
        json items = json::array();
        for (const auto& [ends, link] : view.links()) {
            if (ends.first == end || ends.second == end) {
                items.push_back(linkJson(view, link));
            }
        }
        return json{{"items", std::move(items)}};
    });
}

}  // namespace

std::vector<Route> registerRoutes() {
    std::vector<Route> routes = {
        {"GET", "/api/v1/units", "units", businessReaders(), &units},
        {"GET", "/api/v1/officers", "officers", deskReaders(), &officers},
        {"GET", "/api/v1/devices", "devices", deskReaders(), &devices},
        {"GET", "/api/v1/handouts", "handouts", deskReaders(), &handouts},
        {"GET",
         "/api/v1/book.csv",
         "book",
         Who::of({Role::Custodian, Role::Head, Role::Supervisor}),
         &bookFile},
        {"GET", "/api/v1/matters", "matters", businessReaders(), &matters},
        {"GET", "/api/v1/acts", "acts", businessReaders(), &acts},
        {"GET", "/api/v1/cases", "cases", businessReaders(), &cases},
        {"GET",
         "/api/v1/links",
         "links",
         Who::of({Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer}),
         &links}};
    for (Route& route : registerChanges()) {
        routes.push_back(std::move(route));
    }
    return routes;
}

}  // namespace liuhen::web
