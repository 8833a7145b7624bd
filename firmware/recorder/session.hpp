// SPDX-License-Identifier: Apache-2.0
// What a recorder keeps of the recording that is open: what is to be written, and where to.
#pragma once

#include "firmware/recorder/part_builder.hpp"
#include "firmware/recorder/ring_seam.hpp"
#include "firmware/recorder/segment_writer.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace liuhen::recorder {

/// An entry that must stand behind the parts before it.
struct Note {
    std::string kind;
    core::Cbor body;
};
/// Footage that had to be given up.
struct Dropped {
    core::Nanoseconds length{};
    std::string_view why;
};
/// What is to be written, in order. Tracks: what segments from here on are made of.
using Item = std::variant<Part, Note, Dropped, media::Tracks>;

/// A recording's ring on its way to the card, while live parts go to another segment.
struct RingFlush {
    std::deque<Item> queue;  // Part, Note, Dropped
    media::Tracks tracks;    // what its pictures and sound were made with
    core::Nanoseconds press{};
    bool open = true;  // what comes still goes here: the first key frame is yet to come
    std::optional<core::Nanoseconds> liveFrom;  // that key frame's time
    bool heldLive = false;                      // footage since the press is among it
    std::unique_ptr<SegmentWriter> segment;
    std::vector<std::unique_ptr<SegmentWriter>> before;  // end once the next part is safe
    bool newSegmentNow = false;
    bool newSegmentAtKey = false;
    bool untilEnd = false;  // given way to live footage: the rest waits for the end
    bool full = false;      // because the card is
    int failures = 0;       // in a row
    core::Nanoseconds retryAt{};
    RingSeam seam;
};

struct Session {
    std::uint64_t start = 0;
    std::string manner;
    std::uint64_t segments = 0;
    core::Nanoseconds zero{};
    std::optional<Locking> locking;
    std::vector<EncodedUnit> early;  // before it is known which track began first
    core::Nanoseconds earlySince{};
    std::optional<PartBuilder> builder;
    std::deque<Item> outbox;
    std::uint64_t outboxBytes = 0;
    media::Tracks tracks;
    std::unique_ptr<SegmentWriter> segment;
    core::Nanoseconds segmentBegan{};
    bool newSegmentNow = false;    // after a lost part: without waiting for a key frame
    bool waitsForKey = false;      // pictures before the first key frame are given up
    bool newSegmentAtKey = false;  // after new parameter sets or a source's return
    bool noRoom = false;           // the card is full: end
    bool paused = false;           // by the officer
    std::optional<std::uint64_t> interruption;  // the last one's seq, once it is written
    int failures = 0;                           // in a row
    core::Nanoseconds retryAt{};
    std::map<std::uint64_t, std::uint64_t> ends;
    bool lossSince = false;  // a part was lost since the last segment was begun
    std::optional<RingFlush> ring;
};

}  // namespace liuhen::recorder
