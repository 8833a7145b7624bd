// SPDX-License-Identifier: Apache-2.0
// Looking things up in the view.
#include "dock/register/view.hpp"

#include <algorithm>

namespace liuhen::registry {

namespace {

template <class Map, class Key>
auto lookUp(const Map& map, const Key& key) -> const typename Map::mapped_type* {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

}  // namespace

std::string_view name(DeviceState state) {
    switch (state) {
        case DeviceState::Registered:
            return "registered";
        case DeviceState::Enrolled:
            return "enrolled";
        case DeviceState::Lost:
            return "lost";
        case DeviceState::Found:
            return "found";
        case DeviceState::Revoked:
            return "revoked";
    }
    return "";
}

std::string_view nameZh(DeviceState state) {
    switch (state) {
        case DeviceState::Registered:
            return "已登记，未入网";
        case DeviceState::Enrolled:
            return "已入网";
        case DeviceState::Lost:
            return "已挂失";
        case DeviceState::Found:
            return "已找回，未重新入网";
        case DeviceState::Revoked:
            return "已注销";
    }
    return "";
}

const Person& NotedHandout::holder() const {
    return handovers.empty() ? body.wearer : handovers.back().body.to;
}

bool NotedHandout::openAt(std::int64_t us) const {
    const auto ended = returned ? returned : lost;
    return handedOut.us <= us && (!ended || ended->us > us);
}

const Unit* View::unit(const std::string& id) const {
    return lookUp(units_, id);
}

const Officer* View::officer(const Person& person) const {
    return lookUp(officers_, person);
}

const Officer* View::officerByWorkNumber(std::string_view number) const {
    const auto found = std::find_if(officers_.begin(), officers_.end(), [&](const auto& item) {
        return !item.second.closed && item.second.workNumber == number;
    });
    return found == officers_.end() ? nullptr : &found->second;
}

const Credential* View::credential(const Person& person) const {
    return lookUp(credentials_, person);
}

std::size_t View::wrongPins(const Person& person, std::int64_t fromUs) const {
    const auto* times = lookUp(wrongPins_, person);
    return times == nullptr ? 0
                            : static_cast<std::size_t>(std::count_if(
                                  times->begin(), times->end(), [fromUs](std::int64_t us) {
                                      return us >= fromUs;
                                  }));
}

const Device* View::device(const std::string& name) const {
    return lookUp(devices_, name);
}

const NotedHandout* View::handout(std::string_view number) const {
    const auto found = byNumber_.find(number);
    return found == byNumber_.end() ? nullptr : &handouts_[found->second];
}

const NotedHandout* View::openHandout(const std::string& device) const {
    const Device* known = this->device(device);
    return known == nullptr || !known->handout ? nullptr : &handouts_[*known->handout];
}

const MattersList* View::listAt(std::int64_t us) const {
    const auto found = std::find_if(
        matters_.rbegin(), matters_.rend(), [us](const auto& list) { return list.fromUs <= us; });
    return found == matters_.rend() ? nullptr : &*found;
}

const MattersList* View::list(std::string_view version) const {
    const auto found = std::find_if(matters_.begin(), matters_.end(), [&](const auto& list) {
        return list.version == version;
    });
    return found == matters_.end() ? nullptr : &*found;
}

const Matter* View::matter(const MattersList& list, std::string_view number) {
    const auto found = std::find_if(
        list.rows.begin(), list.rows.end(), [&](const auto& row) { return row.number == number; });
    return found == list.rows.end() ? nullptr : &*found;
}

std::string View::nameOf(const Person& person) const {
    constexpr std::size_t kShown = 8;
    if (person == kDock) {
        return "采集站";
    }
    const Officer* known = officer(person);
    return known != nullptr ? known->name : core::toHex(person).substr(0, kShown);
}

}  // namespace liuhen::registry
