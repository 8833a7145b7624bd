// SPDX-License-Identifier: Apache-2.0
// Sorts encoded units into parts: spans of 500 ms, cut at key frames, late sound waited for (F6,
// F7).
#pragma once

#include "common/core/clock.hpp"
#include "firmware/capture/encoded_unit.hpp"
#include "firmware/recorder/segment_writer.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace liuhen::recorder {

using capture::EncodedUnit;
using capture::Track;

/// A part ready to be written; holds on to its units' bytes.
struct Part {
    PartSamples samples;
    std::vector<std::shared_ptr<const void>> owners;
    core::Nanoseconds oldest{};  // BOOTTIME of its first sample
    core::Nanoseconds begins{};  // BOOTTIME of its first picture, else of its first sound
    std::uint64_t bytes = 0;     // of all its samples
    bool startsWithKey = false;

    [[nodiscard]] bool empty() const { return samples.empty(); }
};

/// How long its pictures last, or its sound if it has none.
[[nodiscard]] core::Nanoseconds lengthOf(const Part& part, const media::Tracks& tracks);

/// Turns units into parts. Pure: no clock, no file. Not thread-safe.
///
/// Times inside are media time in the track's timescale, counted from `zero` on. A picture's
/// duration is the distance to the next one, so a part is ready one frame after its end.
class PartBuilder {
public:
    struct Config {
        std::uint32_t soundTimescale = 48000;
        std::uint32_t soundFrameTicks = 1024;
        std::uint32_t nominalPictureTicks = 3000;  // for the last picture before an end
        core::Nanoseconds length = std::chrono::milliseconds(500);
        core::Nanoseconds lateWait = std::chrono::milliseconds(200);
    };

    /// `zero`: BOOTTIME of media time 0; `ends`: where each track must go on at the earliest.
    PartBuilder(Config config,
                core::Nanoseconds zero,
                std::uint64_t pictureEnd,
                std::uint64_t soundEnd);

    /// Whether this unit does not follow the one before it in its track: the caller then takes
    /// finish(track), writes the interruption and goes on with add().
    [[nodiscard]] bool leavesGap(const EncodedUnit& unit) const;

    /// Takes a unit. `now` is BOOTTIME. A picture before the track's first key frame is dropped.
    void add(EncodedUnit unit, core::Nanoseconds now);

    /// The next part, if one is ready: its end is known and its sound is there or waited for
    /// enough.
    [[nodiscard]] std::optional<Part> takeReady(core::Nanoseconds now);

    /// Ends a track here (its last unit gets its nominal length) and gives out all there is of both
    /// tracks that has a known end, in parts as they were cut; the other track goes on seamlessly.
    [[nodiscard]] std::vector<Part> finish(Track track);
    /// Ends both tracks.
    [[nodiscard]] std::vector<Part> finishAll();
    /// Gives out all there is, in parts as they were cut; both tracks go on seamlessly.
    [[nodiscard]] std::vector<Part> flush();

    /// Media time begins later by `by`, a multiple of 10 ms and no more than what was given out:
    /// units keep their BOOTTIME, and both tracks go on seamlessly.
    void shift(core::Nanoseconds by);
    /// A multiple of 10 ms in ticks; exact for each timescale that is used.
    [[nodiscard]] static std::uint64_t ticksIn(core::Nanoseconds by, std::uint64_t timescale) {
        return static_cast<std::uint64_t>(by / std::chrono::milliseconds(10)) * timescale / 100;
    }

    /// Bytes of all units not yet given out.
    [[nodiscard]] std::uint64_t heldBytes() const { return heldBytes_; }
    /// Whether the next part with pictures begins with a key frame.
    [[nodiscard]] bool beginsWithKey() const {
        return picture_.held.empty() || picture_.held.front().unit.key;
    }

    /// BOOTTIME of the oldest unit not yet given out, if any.
    [[nodiscard]] std::optional<core::Nanoseconds> oldest() const;

private:
    struct Held {
        std::uint64_t start = 0;     // ticks
        std::uint32_t duration = 0;  // ticks; 0: not known yet
        EncodedUnit unit;
    };
    struct Lane {
        std::deque<Held> held;
        std::uint64_t next = 0;  // ticks: where the next unit must start at the earliest
        bool active = false;
        bool begun = false;  // has given a unit since the last gap
    };
    struct Cut {
        core::Nanoseconds at{};       // media time
        core::Nanoseconds decided{};  // BOOTTIME
    };

    [[nodiscard]] Lane& lane(Track track) { return track == Track::Picture ? picture_ : sound_; }
    [[nodiscard]] const Lane& lane(Track track) const {
        return track == Track::Picture ? picture_ : sound_;
    }
    [[nodiscard]] std::uint64_t ticksOf(Track track, core::Nanoseconds mediaTime) const;
    [[nodiscard]] core::Nanoseconds timeOf(Track track, std::uint64_t ticks) const;
    void addPicture(EncodedUnit unit, core::Nanoseconds now);
    void addSound(EncodedUnit unit, core::Nanoseconds now);
    void closeLast(Lane& lane, std::uint32_t nominalTicks);
    void moveBefore(Track track, std::optional<core::Nanoseconds> limit, Part& into);
    [[nodiscard]] Part takeCut();
    [[nodiscard]] std::vector<Part> takeAll();
    [[nodiscard]] core::Nanoseconds partBegan() const;

    Config config_;
    core::Nanoseconds zero_;
    Lane picture_;
    Lane sound_;
    std::deque<Cut> cuts_;
    std::uint64_t heldBytes_ = 0;
    core::Nanoseconds lastCut_{};
};

}  // namespace liuhen::recorder
