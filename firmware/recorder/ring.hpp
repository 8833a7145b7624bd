// SPDX-License-Identifier: Apache-2.0
// The last seconds before a press: encoded picture and sound, copied, in memory alone (F8).
#pragma once

#include "firmware/capture/capture.hpp"

#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

namespace liuhen::recorder {

/// A ring of units. Pure: no clock, no file. Not thread-safe.
///
/// It begins with a key frame, and with sound where no picture was to be had; the oldest group of
/// pictures goes when the next one still covers the length. Units are copied: an encoder's own
/// buffers are few.
class Ring {
public:
    struct Config {
        core::Nanoseconds length{};  // 0: nothing is kept
        std::uint64_t mostBytes = std::uint64_t{160} << 20U;
    };
    struct Returned {
        capture::Track track = capture::Track::Picture;
    };
    /// What happened to a track, in order within it.
    using Event = std::variant<capture::EncodedUnit, capture::SourceLost, Returned>;

    explicit Ring(Config config) : config_(config) {}

    void add(const capture::EncodedUnit& unit);
    /// A track stops; until it returns there is nothing of it.
    void addLoss(const capture::SourceLost& lost);
    void addReturn(capture::Track track);
    void clear();

    /// Gives out all of the length before `now` in order of time, and is empty then. The first
    /// event is the oldest unit; nothing if there is none.
    [[nodiscard]] std::vector<Event> take(core::Nanoseconds now);

    /// Of all units held.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// A unit with bytes of its own.
    [[nodiscard]] static capture::EncodedUnit copy(const capture::EncodedUnit& unit);

private:
    struct Held {
        core::Nanoseconds at{};  // a loss or return stands where the unit before it stood
        Event event;
    };
    [[nodiscard]] std::deque<Held>& lane(capture::Track track) {
        return track == capture::Track::Picture ? picture_ : sound_;
    }
    void mark(capture::Track track, Event event);
    void trim(core::Nanoseconds edge);
    void dropGroup();
    void dropSound(core::Nanoseconds before);
    void popFront(std::deque<Held>& lane);

    Config config_;
    std::deque<Held> picture_;  // begins with a key frame
    std::deque<Held> sound_;    // begins with a unit
    std::deque<core::Nanoseconds> keys_;
    bool waitsForKey_ = true;
    core::Nanoseconds newest_{};
    std::uint64_t bytes_ = 0;
};

}  // namespace liuhen::recorder
