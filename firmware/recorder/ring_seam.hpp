// SPDX-License-Identifier: Apache-2.0
// Where the ring meets what was recorded live, per track: a hole there must be told between the two
// parts' entries, whichever of them comes first.
#pragma once

#include "common/evidence/bodies.hpp"
#include "common/evidence/entry.hpp"
#include "firmware/recorder/segment_writer.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace liuhen::recorder {

/// Media times in ticks of the tracks. Pure. Not thread-safe.
///
/// Ring and live parts are written in turn, so the live side of a hole may be in the ledger before
/// the ring's (docs/format/segment.md §2).
class RingSeam {
public:
    /// Where a part begins and ends in each track that it has samples of.
    struct Span {
        std::uint64_t track = 0;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    [[nodiscard]] static std::vector<Span> spansOf(const PartSamples& samples);

    /// An entry that tells of a hole, or of its end, was signed.
    void told(const evidence::Entry& entry);

    /// Whether the ring has parts to come with samples of a track, besides the one asked about.
    using MoreOf = std::function<bool(std::uint64_t track)>;

    /// Tracks for which one must be signed before this live part is: the ring's side is there.
    [[nodiscard]] std::vector<std::uint64_t> dueBeforeLive(const PartSamples& part,
                                                           const MoreOf& more) const;
    void liveWritten(const PartSamples& part, std::uint64_t seq);
    /// The same for a part of the ring: the live side is there.
    [[nodiscard]] std::vector<std::uint64_t> dueBeforeRing(const PartSamples& part,
                                                           const MoreOf& more) const;
    void ringWritten(const PartSamples& part, std::uint64_t seq);

    /// Whether any part of the ring is on the card.
    [[nodiscard]] bool hasRing() const;

private:
    struct Side {
        std::optional<std::uint64_t> ringSeq;  // of the last part of the ring with the track
        std::optional<std::uint64_t> liveSeq;  // of the first live one
        std::uint64_t ringEnd = 0;
        std::uint64_t liveBegin = 0;
        std::uint64_t toldSeq = 0;  // of the last interruption or resume that names it
    };
    [[nodiscard]] static std::size_t index(std::uint64_t track) {
        return track == evidence::kPictureTrack ? 0 : 1;
    }

    std::array<Side, 2> sides_;
};

}  // namespace liuhen::recorder
