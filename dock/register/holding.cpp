// SPDX-License-Identifier: Apache-2.0
// Stretches of time out of hand-outs and hand-overs.
#include "dock/register/holding.hpp"

#include <algorithm>

namespace liuhen::registry {

namespace {

std::int64_t endOf(const NotedHandout& handout) {
    if (handout.returned) {
        return handout.returned->us;
    }
    return handout.lost ? handout.lost->us : INT64_MAX;
}

}  // namespace

std::vector<Holding> holdingsOf(const NotedHandout& handout) {
    const std::int64_t end = endOf(handout);
    std::vector<Holding> holdings;
    const auto add = [&](const Person& person, std::int64_t from, std::int64_t to) {
        if (from < to) {
            holdings.push_back({person, handout.body.device, from, to});
        }
    };
    Person holder = handout.body.wearer;
    std::int64_t from = handout.handedOut.us;
    for (const NotedHandover& one : handout.handovers) {
        if (!one.confirmed) {
            continue;
        }
        const std::int64_t at = std::clamp(one.body.atUs, from, std::max(from, end));
        add(holder, from, at);
        holder = one.body.to;
        from = at;
    }
    add(holder, from, end);
    for (const Person& companion : handout.body.companions) {
        add(companion, handout.handedOut.us, end);
    }
    return holdings;
}

std::vector<Holding> heldBy(const View& view, const Person& person) {
    std::vector<Holding> held;
    for (const NotedHandout& handout : view.handouts()) {
        for (Holding& holding : holdingsOf(handout)) {
            if (holding.person == person) {
                held.push_back(std::move(holding));
            }
        }
    }
    return held;
}

std::vector<Person> holdersAt(const View& view, const std::string& device, std::int64_t us) {
    std::vector<Person> holders;
    const Device* known = view.device(device);
    if (known == nullptr) {
        return holders;
    }
    for (const std::size_t place : known->handouts) {
        for (const Holding& holding : holdingsOf(view.handouts()[place])) {
            const bool had = holding.fromUs <= us && us < holding.toUs;
            if (had && std::find(holders.begin(), holders.end(), holding.person) == holders.end()) {
                holders.push_back(holding.person);
            }
        }
    }
    return holders;
}

}  // namespace liuhen::registry
