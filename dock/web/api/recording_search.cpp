// SPDX-License-Identifier: Apache-2.0
// From units, matters, places and cases to stretches of time on recorders.
#include "dock/web/api/recording_search.hpp"

#include "dock/register/holding.hpp"
#include "dock/register/links.hpp"
#include "dock/web/api/own.hpp"

#include <algorithm>
#include <set>

namespace liuhen::web {

using catalogue::DeviceSpan;
using registry::LinkEnd;
using registry::NotedHandout;
using registry::View;

namespace {

constexpr std::size_t kMostLinked = 1000;  // recordings of cases that are looked up

bool has(std::string_view text, const std::optional<std::string>& part) {
    return !part || text.find(*part) != std::string_view::npos;
}

bool isOfUnit(const View& view, const access::Person& person, const std::string& part) {
    const registry::Officer* officer = view.officer(person);
    const registry::Unit* unit = officer == nullptr ? nullptr : view.unit(officer->unit);
    return unit != nullptr && (unit->id == part || unit->name.find(part) != std::string::npos);
}

bool hasMatter(const View& view, const NotedHandout& handout, const std::string& part) {
    const registry::MattersList* list = view.list(handout.body.list);
    return list != nullptr &&
           std::any_of(handout.body.matters.begin(),
                       handout.body.matters.end(),
                       [&](const std::string& number) {
                           const auto* matter = View::matter(*list, number);
                           return matter != nullptr &&
                                  matter->label().find(part) != std::string::npos;
                       });
}

std::vector<DeviceSpan> handedOut(const View& view, const RegisterFilter& filter) {
    std::vector<DeviceSpan> spans;
    for (const NotedHandout& handout : view.handouts()) {
        if (!has(handout.body.place, filter.place) ||
            (filter.matter && !hasMatter(view, handout, *filter.matter))) {
            continue;
        }
        for (registry::Holding& held : registry::holdingsOf(handout)) {
            if ((!filter.officer || held.person == *filter.officer) &&
                (!filter.unit || isOfUnit(view, held.person, *filter.unit))) {
                spans.push_back({std::move(held.device), held.fromUs, held.toUs});
            }
        }
    }
    return spans;
}

/// The ids of recordings that are linked with such cases, or with acts of theirs.
std::set<std::string> linkedWithCases(const View& view, const std::string& part) {
    std::set<std::string> ids;
    const auto add = [&](const LinkEnd& end) {
        for (const LinkEnd& other : registry::linkedWith(view, end)) {
            if (other.type == "recording" && ids.size() < kMostLinked) {
                ids.insert(other.id);
            }
        }
    };
    for (const auto& [number, lawsuit] : view.cases()) {
        if (!has(number, part) && !has(lawsuit.name, part)) {
            continue;
        }
        const LinkEnd end{"case", number};
        add(end);
        for (const LinkEnd& other : registry::linkedWith(view, end)) {
            if (other.type == "act") {
                add(other);
            }
        }
    }
    return ids;
}

bool lies(const std::vector<DeviceSpan>& spans, const std::string& device, std::int64_t us) {
    return std::any_of(spans.begin(), spans.end(), [&](const DeviceSpan& span) {
        return span.device == device && span.fromUs <= us && us < span.toUs;
    });
}

}  // namespace

Result<std::vector<DeviceSpan>> spansOf(Parts& parts, const RegisterFilter& filter) {
    std::vector<DeviceSpan> spans;
    std::set<std::string> linked;
    LIUHEN_CHECK(parts.desk.records.look([&](const View& view) {
        spans = handedOut(view, filter);
        if (filter.lawsuit) {
            linked = linkedWithCases(view, *filter.lawsuit);
        }
    }));
    if (!filter.lawsuit) {
        return spans;
    }
    RegisterFilter others = filter;
    others.lawsuit.reset();
    std::vector<DeviceSpan> found;
    for (const std::string& id : linked) {
        const auto name = recordingNamed(id);
        if (!name) {
            continue;
        }
        LIUHEN_TRY(const auto timeline, parts.browser.timeline(*name));
        if (!timeline) {
            continue;  // linked before it came here, or never
        }
        const std::int64_t start = timeline->recording.startUs;
        if (others.empty() || lies(spans, name->device, start)) {
            found.push_back({name->device, start, start + 1});
        }
    }
    return found;
}

}  // namespace liuhen::web
