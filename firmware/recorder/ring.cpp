// SPDX-License-Identifier: Apache-2.0
// Keeping and dropping of units.
#include "firmware/recorder/ring.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace liuhen::recorder {

using capture::EncodedUnit;
using capture::SourceLost;
using capture::Track;
using core::Nanoseconds;

namespace {

/// Sound that leads the first key frame by less comes of how groups are dropped; by more, of a
/// camera that was away.
constexpr Nanoseconds kLead = std::chrono::milliseconds(1500);

bool isUnit(const Ring::Event& event) {
    return std::holds_alternative<EncodedUnit>(event);
}

bool isKey(const Ring::Event& event) {
    const auto* unit = std::get_if<EncodedUnit>(&event);
    return unit != nullptr && unit->key;
}

}  // namespace

EncodedUnit Ring::copy(const EncodedUnit& unit) {
    auto bytes = std::make_shared<const core::Buffer>(core::toBuffer(unit.bytes));
    EncodedUnit copied = unit;
    copied.bytes = *bytes;
    copied.owner = std::move(bytes);
    return copied;
}

void Ring::add(const EncodedUnit& unit) {
    if (config_.length <= Nanoseconds::zero() || unit.bytes.empty()) {
        return;
    }
    if (unit.track == Track::Picture) {
        if (waitsForKey_ && !unit.key) {
            return;
        }
        waitsForKey_ = false;
        if (unit.key) {
            keys_.push_back(unit.captureTime);
        }
    }
    bytes_ += unit.bytes.size();
    lane(unit.track).push_back(Held{unit.captureTime, copy(unit)});
    newest_ = std::max(newest_, unit.captureTime);
    trim(newest_ - config_.length);
}

void Ring::mark(Track track, Event event) {
    std::deque<Held>& own = lane(track);
    if (!own.empty()) {
        own.push_back(Held{own.back().at, std::move(event)});
    }
}

void Ring::addLoss(const SourceLost& lost) {
    mark(lost.track, lost);
    waitsForKey_ = waitsForKey_ || lost.track == Track::Picture;
}

void Ring::addReturn(Track track) {
    mark(track, Returned{track});
}

void Ring::clear() {
    picture_.clear();
    sound_.clear();
    keys_.clear();
    waitsForKey_ = true;
    bytes_ = 0;
}

void Ring::popFront(std::deque<Held>& own) {
    if (const auto* unit = std::get_if<EncodedUnit>(&own.front().event)) {
        bytes_ -= unit->bytes.size();
    }
    own.pop_front();
}

void Ring::dropGroup() {
    keys_.pop_front();
    do {
        popFront(picture_);
    } while (!picture_.empty() && !isKey(picture_.front().event));
    waitsForKey_ = waitsForKey_ || picture_.empty();
}

void Ring::dropSound(Nanoseconds before) {
    while (!sound_.empty() && (sound_.front().at < before || !isUnit(sound_.front().event))) {
        popFront(sound_);
    }
}

void Ring::trim(Nanoseconds edge) {
    while (!keys_.empty() && (keys_.size() > 1 ? keys_[1] <= edge : picture_.back().at < edge)) {
        dropGroup();
    }
    dropSound(keys_.empty() ? edge : std::min(edge, keys_.front()));
    while (bytes_ > config_.mostBytes && !(keys_.empty() && sound_.empty())) {
        if (keys_.empty()) {
            dropSound(sound_.front().at + Nanoseconds(1));
        } else {
            dropGroup();
            dropSound(keys_.empty() ? edge : keys_.front());
        }
    }
}

std::vector<Ring::Event> Ring::take(Nanoseconds now) {
    trim(now - config_.length);
    if (!keys_.empty() && !sound_.empty() && keys_.front() - sound_.front().at < kLead) {
        dropSound(keys_.front());
    }
    std::vector<Held> held;
    held.reserve(picture_.size() + sound_.size());
    // Equal times: pictures first.
    std::merge(std::make_move_iterator(picture_.begin()),
               std::make_move_iterator(picture_.end()),
               std::make_move_iterator(sound_.begin()),
               std::make_move_iterator(sound_.end()),
               std::back_inserter(held),
               [](const Held& a, const Held& b) { return a.at < b.at; });
    clear();
    std::vector<Event> events;
    events.reserve(held.size());
    for (Held& one : held) {
        events.push_back(std::move(one.event));
    }
    return events;
}

}  // namespace liuhen::recorder
