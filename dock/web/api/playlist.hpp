// SPDX-License-Identifier: Apache-2.0
// An HLS playlist (RFC 8216) over stored segments, and cues in its time.
#pragma once

#include "common/core/bytes.hpp"
#include "dock/catalogue/browse.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::web {

/// A run of whole parts in one clear file, one behind the other in bytes and in media time.
struct PlaylistPiece {
    std::uint64_t offset = 0;
    std::uint64_t sizeBytes = 0;
    std::uint64_t fromNs = 0;  // media time
    std::uint64_t toNs = 0;
    bool key = true;  // begins with a key frame, or has no picture
};

/// What is played of one segment.
struct PlaylistSegment {
    std::uint64_t segment = 0;
    std::uint64_t initBytes = 0;
    core::Digest init{};                 // SHA-256 of its init
    std::uint64_t firstNs = 0;           // media time of its first part, played or not
    std::optional<std::int64_t> zeroUs;  // UTC of media time 0 at the latest; nothing: not known
    std::vector<PlaylistPiece> pieces;   // at least one
};

/// The pieces of a view in order of media time. A player's time counts what is there; where
/// something is missing stands a discontinuity, and each stretch says its time of day.
class Playlist {
public:
    /// `segments` in order of media time.
    explicit Playlist(std::vector<PlaylistSegment> segments);

    /// The playlist; URIs are `segments/{number}.mp4`, relative to its own.
    [[nodiscard]] std::string text() const;
    /// Marks and statements as WebVTT in the player's time. One that falls into what is missing
    /// stands at the first picture behind it; one before the first piece or behind the last is left
    /// out.
    [[nodiscard]] std::string cues(const std::vector<catalogue::TimelineMark>& marks,
                                   const std::vector<catalogue::TimelineStatement>& said) const;

private:
    [[nodiscard]] std::optional<std::int64_t> zeroOfRun(std::size_t first) const;
    struct Fragment {
        std::size_t segment = 0;  // place in segments_
        PlaylistPiece piece;
        std::uint64_t playedNs = 0;  // player's time of its begin
        std::optional<std::int64_t> atUs;
        bool apart = false;    // not the continuation of the one before
        bool newInit = false;  // its init is another than that of the one before
        bool newTime = false;  // its time of day does not follow from the one before
    };
    [[nodiscard]] std::optional<std::uint64_t> playedAtTime(std::int64_t us) const;
    [[nodiscard]] std::optional<std::uint64_t> playedAtMedia(std::uint64_t ns) const;

    std::vector<PlaylistSegment> segments_;
    std::vector<Fragment> fragments_;
};

}  // namespace liuhen::web
