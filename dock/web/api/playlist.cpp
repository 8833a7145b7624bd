// SPDX-License-Identifier: Apache-2.0
// Writing of playlist and cues.
#include "dock/web/api/playlist.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace liuhen::web {

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// Sound and picture of one moment do not end at the same nanosecond.
constexpr std::uint64_t kJointNs = kSecondNs / 10;
/// A clock that was set shows as a new time of day.
constexpr std::int64_t kClockUs = 2'000'000;
constexpr std::uint64_t kCueNs = kSecondNs;
constexpr std::int64_t kNsOfUs = 1000;

/// Whether what begins at `from` is the continuation of what ends at `to`.
bool joins(std::uint64_t to, std::uint64_t from) {
    return (to > from ? to - from : from - to) <= kJointNs;
}

/// "2026-11-29T07:12:05.120Z".
std::string dateTime(std::int64_t us) {
    constexpr std::int64_t kSecondUs = 1'000'000;
    const std::time_t seconds = us / kSecondUs;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return fmt::format("{}.{:03}Z", std::string_view(text.data(), length), us % kSecondUs / 1000);
}

/// "01:02:03.456".
std::string cueTime(std::uint64_t ns) {
    const std::uint64_t ms = ns / 1'000'000;
    return fmt::format(
        "{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

/// Text of a cue: one line, no markup.
std::string cueText(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '&') {
            out += "&amp;";
        } else if (letter == '<') {
            out += "&lt;";
        } else if (letter == '>') {
            out += "&gt;";
        } else {
            out += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
        }
    }
    return out;
}

}  // namespace

/// UTC of media time 0 for segments that follow each other without a gap and by one clock, from
/// the one that begins at `first` on: every entry is later than what it tells of, so the earliest
/// is the best.
std::optional<std::int64_t> Playlist::zeroOfRun(std::size_t first) const {
    std::optional<std::int64_t> zero;
    for (std::size_t i = first; i < segments_.size(); ++i) {
        const PlaylistSegment& each = segments_[i];
        if (i > first && !joins(segments_[i - 1].pieces.back().toNs, each.pieces.front().fromNs)) {
            break;
        }
        if (zero && each.zeroUs && std::abs(*each.zeroUs - *zero) > kClockUs) {
            break;
        }
        if (each.zeroUs) {
            zero = std::min(zero.value_or(*each.zeroUs), *each.zeroUs);
        }
    }
    return zero;
}

Playlist::Playlist(std::vector<PlaylistSegment> segments) : segments_(std::move(segments)) {
    std::uint64_t played = 0;
    std::optional<std::int64_t> zero;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const PlaylistSegment& segment = segments_[i];
        const bool goesOn =
            i > 0 && joins(segments_[i - 1].pieces.back().toNs, segment.pieces.front().fromNs);
        const bool sameClock =
            zero && segment.zeroUs && std::abs(*segment.zeroUs - *zero) <= kClockUs;
        bool newTime = !goesOn || (segment.zeroUs && !sameClock);
        if (newTime) {
            zero = zeroOfRun(i);
        }
        for (const PlaylistPiece& piece : segment.pieces) {
            Fragment fragment;
            fragment.segment = i;
            fragment.piece = piece;
            fragment.playedNs = played;
            if (zero) {
                fragment.atUs = *zero + static_cast<std::int64_t>(piece.fromNs) / kNsOfUs;
            }
            if (fragments_.empty()) {
                fragment.newInit = true;
            } else {
                const Fragment& last = fragments_.back();
                fragment.newInit = segments_[last.segment].init != segment.init;
                fragment.apart = fragment.newInit || !joins(last.piece.toNs, piece.fromNs);
            }
            fragment.newTime = newTime || fragment.apart;
            newTime = false;
            played += piece.toNs - piece.fromNs;
            fragments_.push_back(fragment);
        }
    }
}

std::string Playlist::text() const {
    std::uint64_t longest = kSecondNs;
    bool keys = true;
    for (const Fragment& each : fragments_) {
        longest = std::max(longest, each.piece.toNs - each.piece.fromNs);
        keys = keys && each.piece.key;
    }
    std::string out = fmt::format(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n",
        (longest + kSecondNs - 1) / kSecondNs);
    if (keys) {
        out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
    }
    for (const Fragment& each : fragments_) {
        const PlaylistSegment& segment = segments_[each.segment];
        if (each.apart) {
            out += "#EXT-X-DISCONTINUITY\n";
        }
        if (each.newInit) {
            out += fmt::format("#EXT-X-MAP:URI=\"segments/{}.mp4\",BYTERANGE=\"{}@0\"\n",
                               segment.segment,
                               segment.initBytes);
        }
        if (each.newTime && each.atUs) {
            out += fmt::format("#EXT-X-PROGRAM-DATE-TIME:{}\n", dateTime(*each.atUs));
        }
        const std::uint64_t length = each.piece.toNs - each.piece.fromNs;
        out += fmt::format("#EXTINF:{}.{:06},\n#EXT-X-BYTERANGE:{}@{}\nsegments/{}.mp4\n",
                           length / kSecondNs,
                           length % kSecondNs / 1000,
                           each.piece.sizeBytes,
                           each.piece.offset,
                           segment.segment);
    }
    return out + "#EXT-X-ENDLIST\n";
}

std::optional<std::uint64_t> Playlist::playedAtTime(std::int64_t us) const {
    for (const Fragment& each : fragments_) {
        if (!each.atUs) {
            continue;
        }
        const std::int64_t lengthUs =
            static_cast<std::int64_t>(each.piece.toNs - each.piece.fromNs) / kNsOfUs;
        if (us < *each.atUs) {
            return &each == &fragments_.front() ? std::nullopt : std::optional(each.playedNs);
        }
        if (us < *each.atUs + lengthUs) {
            return each.playedNs + static_cast<std::uint64_t>((us - *each.atUs) * kNsOfUs);
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Playlist::playedAtMedia(std::uint64_t ns) const {
    for (const Fragment& each : fragments_) {
        if (ns < each.piece.fromNs) {
            return &each == &fragments_.front() ? std::nullopt : std::optional(each.playedNs);
        }
        if (ns < each.piece.toNs) {
            return each.playedNs + (ns - each.piece.fromNs);
        }
    }
    return std::nullopt;
}

std::string Playlist::cues(const std::vector<catalogue::TimelineMark>& marks,
                           const std::vector<catalogue::TimelineStatement>& said) const {
    struct Cue {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::string text;
    };
    std::vector<Cue> cues;
    for (const catalogue::TimelineMark& mark : marks) {
        if (const auto at = playedAtTime(mark.timeUs)) {
            cues.push_back({*at, *at + kCueNs, cueText(mark.what)});
        }
    }
    for (const catalogue::TimelineStatement& each : said) {
        if (const auto from = playedAtMedia(each.fromNs)) {
            const auto to = playedAtMedia(each.toNs);
            cues.push_back({*from,
                            std::max(to.value_or(0), *from + kCueNs),
                            cueText(each.what + " " + each.result)});
        }
    }
    std::stable_sort(
        cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.from < b.from; });
    std::string out = "WEBVTT\n";
    for (const Cue& cue : cues) {
        out += fmt::format("\n{} --> {}\n{}\n", cueTime(cue.from), cueTime(cue.to), cue.text);
    }
    return out;
}

}  // namespace liuhen::web
