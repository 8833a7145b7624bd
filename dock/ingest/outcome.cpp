// SPDX-License-Identifier: Apache-2.0
// Counting of what an intake brought.
#include "dock/ingest/outcome.hpp"

#include <algorithm>
#include <array>

namespace liuhen::ingest {

namespace {

constexpr std::size_t kListed = 10'000;
constexpr std::array<std::string_view, 10> kNames = {"offered",
                                                     "receiving",
                                                     "received",
                                                     "verified",
                                                     "committed",
                                                     "receipted",
                                                     "quarantined",
                                                     "forked",
                                                     "absent",
                                                     "waiting"};

}  // namespace

std::string_view name(ObjectState state) {
    return kNames.at(static_cast<std::size_t>(state));
}

void Outcome::add(ObjectOutcome object) {
    if (object.state == ObjectState::Receipted) {
        const bool chapter = object.place.type == vault::ObjectType::Chapter;
        ++(chapter ? chapters : segments);
        footageBytes += chapter ? 0 : object.sizeBytes;
    }
    allGood = allGood && object.good() && object.delivered;
    waiting = waiting || object.state == ObjectState::Waiting;
    if (objects.size() < kListed) {
        objects.push_back(std::move(object));
    } else {
        ++omitted;
    }
}

void Outcome::join(const Outcome& earlier) {
    if (earlier.device != device) {
        return;
    }
    startUs = std::min(startUs, earlier.startUs);
    for (ObjectOutcome object : earlier.objects) {
        const bool again =
            std::any_of(objects.begin(), objects.end(), [&](const ObjectOutcome& each) {
                return each.place == object.place;
            });
        if (again || object.state != ObjectState::Receipted) {
            continue;
        }
        object.delivered = object.delivered || std::find(earlierReceipts.begin(),
                                                         earlierReceipts.end(),
                                                         object.object) != earlierReceipts.end();
        add(std::move(object));
    }
    secondReceipts += earlier.secondReceipts;
    earlierReceipts.insert(
        earlierReceipts.begin(), earlier.earlierReceipts.begin(), earlier.earlierReceipts.end());
}

}  // namespace liuhen::ingest
