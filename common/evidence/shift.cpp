// SPDX-License-Identifier: Apache-2.0
// From entries to stretches of BOOTTIME, and from there to hours.
#include "common/evidence/shift.hpp"

#include <algorithm>
#include <limits>

namespace liuhen::evidence {

namespace {

constexpr std::int64_t kNsPerUs = 1'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kUsPerHour = std::int64_t{3'600} * 1'000'000;
/// A heartbeat is due every 60 s; what is silent for longer is not told.
constexpr std::int64_t kToldWithinNs = 90 * kNsPerSecond;
/// From a press to the first picture, and from the last to the end.
constexpr std::int64_t kAroundFootageNs = 2 * kNsPerSecond;
/// Times of a hostile ledger stay where sums of them fit.
constexpr std::int64_t kFarUs = std::int64_t{1} << 60U;
constexpr std::int64_t kFarNs = std::int64_t{1} << 61U;

std::string textOf(const Cbor& body, const char* field) {
    const Cbor* value = body.find(field);
    return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

std::int64_t bounded(std::int64_t value, std::int64_t most) {
    return std::clamp(value, -most, most);
}

std::int64_t nsOf(std::uint64_t ticks, std::uint64_t timescale) {
    const std::uint64_t most = static_cast<std::uint64_t>(kFarNs / kNsPerSecond);
    const auto whole = static_cast<std::int64_t>(std::min(ticks / timescale, most));
    const std::uint64_t rest = ticks % timescale;
    return whole * kNsPerSecond + static_cast<std::int64_t>(static_cast<double>(rest) * 1e9 /
                                                            static_cast<double>(timescale));
}

}  // namespace

void ShiftTimeline::add(Doing doing, std::int64_t fromNs, std::int64_t untilNs) {
    if (fromNs >= untilNs) {
        return;
    }
    std::vector<Piece>& pieces = runs_.back().pieces;
    // Parts stay apart: one may turn out to be lost.
    if (doing != Doing::Recorded && !pieces.empty() && pieces.back().doing == doing &&
        pieces.back().untilNs == fromNs) {
        pieces.back().untilNs = untilNs;
        return;
    }
    pieces.push_back({doing, fromNs, untilNs});
}

void ShiftTimeline::takeBoot(const Entry& entry, std::int64_t now) {
    const std::string bootId = textOf(entry.body, "boot_id");
    const bool any = !runs_.empty();
    if (any && entry.boot == boot_ && runs_.back().bootId.empty() && entry.seq == 1) {
        runs_.back().bootId = bootId;  // the genesis before it was this start's too
        return;
    }
    const bool goesOn = any && !bootId.empty() && runs_.back().bootId == bootId &&
                        now >= runs_.back().lastNs && entry.kind == "boot";
    if (!goesOn) {
        runs_.emplace_back();
        runs_.back().bootId = bootId;
        runs_.back().firstNs = runs_.back().lastNs = now;
    } else if (runs_.back().off) {
        add(Doing::Off, runs_.back().lastNs, now);
    }
    // What no process saw is told by nobody, whatever an interruption calls it afterwards.
    coveredNs_ = now;
    boot_ = entry.boot;
}

/// The time since the entry before.
void ShiftTimeline::takeTime(const Entry& entry, std::int64_t now) {
    const bool begins = entry.kind == "boot" || entry.seq == 0;
    if (begins || runs_.empty() || runs_.back().lastNs > now) {
        takeBoot(entry, now);
    } else if (!recording_ && now - runs_.back().lastNs <= kToldWithinNs) {
        add(Doing::Idle, runs_.back().lastNs, now);
    }
    runs_.back().lastNs = now;
    runs_.back().off = entry.kind == "shutdown";
}

/// In a recording: from where footage ended to where it goes on.
void ShiftTimeline::fillGap(std::int64_t untilNs) {
    if (interrupted_ || untilNs - coveredNs_ <= kAroundFootageNs) {
        add(Doing::Idle, coveredNs_, untilNs);
    }
}

void ShiftTimeline::takeSegment(const Entry& entry) {
    const auto body = SegmentBody::fromCbor(entry.body);
    if (!body) {
        return;
    }
    Segment& segment = segments_[body->segment];
    segment.zeroNs = bounded(body->zeroNs, kFarNs);
    const Cbor* tracks = entry.body.find("tracks");
    if (tracks != nullptr && tracks->items() != nullptr) {
        for (const TrackDescription& track : body->tracks) {
            segment.timescales[track.id] = track.timescale;
        }
    }
}

void ShiftTimeline::takePart(const Entry& entry) {
    const auto body = PartBody::fromCbor(entry.body);
    const auto segment = body ? segments_.find(body->segment) : segments_.end();
    if (segment == segments_.end()) {
        return;
    }
    std::int64_t from = std::numeric_limits<std::int64_t>::max();
    std::int64_t until = std::numeric_limits<std::int64_t>::min();
    for (const TrackSpan& span : body->tracks) {
        const auto scale = segment->second.timescales.find(span.track);
        if (scale == segment->second.timescales.end() || scale->second == 0) {
            continue;
        }
        const std::int64_t begins = segment->second.zeroNs + nsOf(span.start, scale->second);
        from = std::min(from, begins);
        until = std::max(until, begins + nsOf(span.duration, scale->second));
    }
    if (from >= until) {
        return;
    }
    fillGap(from);
    parts_[entry.seq] = {runs_.size() - 1, runs_.back().pieces.size()};
    add(Doing::Recorded, from, until);
    coveredNs_ = std::max(coveredNs_, until);
    interrupted_ = false;
}

void ShiftTimeline::forget(const std::vector<std::uint64_t>& parts) {
    for (const std::uint64_t seq : parts) {
        const auto found = parts_.find(seq);
        if (found != parts_.end()) {
            runs_[found->second.run].pieces[found->second.piece].doing = Doing::Missing;
            parts_.erase(found);
        }
    }
}

void ShiftTimeline::place(const Entry& entry, std::int64_t now) {
    Placing placing;
    const auto source = static_cast<int>(entry.time.source);
    std::int64_t utcUs = entry.time.utcUs;
    const Cbor* message = entry.kind == "clock" ? entry.body.find("message") : nullptr;
    const Cbor* after = entry.kind == "clock" ? entry.body.find("after") : nullptr;
    constexpr int kDockSays = 3;
    if (message != nullptr && message->bytes() != nullptr && after != nullptr && after->integer()) {
        placing.rank = kDockSays;
        utcUs = *after->integer();
    } else {
        placing.rank = std::min(source, 2);
        placing.age = entry.time.ageSeconds.value_or(std::numeric_limits<std::uint64_t>::max());
    }
    placing.offsetUs = bounded(utcUs, kFarUs) - now / kNsPerUs;
    Placing& best = runs_.back().placing;
    if (placing.rank > best.rank || (placing.rank == best.rank && placing.age < best.age)) {
        best = placing;
    }
}

void ShiftTimeline::take(const Entry& entry) {
    const auto now = static_cast<std::int64_t>(
        std::min<std::uint64_t>(entry.time.boottimeNs, static_cast<std::uint64_t>(kFarNs)));
    takeTime(entry, now);
    place(entry, now);
    if (entry.kind == "start" || entry.kind == "end" || entry.kind == "docking" || entry.seq == 0) {
        if (recording_) {
            fillGap(now);
        }
        recording_ = entry.kind == "start";
        interrupted_ = false;
        coveredNs_ = now;
        segments_.clear();
    } else if (entry.kind == "segment") {
        takeSegment(entry);
    } else if (entry.kind == "part" && recording_) {
        takePart(entry);
    } else if (entry.kind == "interruption") {
        interrupted_ = true;
    } else if (entry.kind == "part.lost") {
        if (const auto body = PartLostBody::fromCbor(entry.body)) {
            forget({body->entry});
        }
    } else if (entry.kind == "recovery") {
        if (const auto body = RecoveryBody::fromCbor(entry.body)) {
            forget(body->missing);
        }
    }
    if (entry.kind == "docking") {
        parts_.clear();  // nothing behind it tells of them
    }
}

void ShiftTimeline::takeAnchor(const Entry& docking) {
    prunedUs_ = std::max(prunedUs_.value_or(docking.time.utcUs), docking.time.utcUs);
}

/// All that is at least so much.
ShiftTimeline::Stretches ShiftTimeline::collect(Doing least) const {
    Stretches stretches;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        const Run& run = runs_[i];
        if (run.placing.rank == 0) {
            continue;
        }
        const auto utcOf = [&run](std::int64_t ns) { return run.placing.offsetUs + ns / kNsPerUs; };
        for (const Piece& piece : run.pieces) {
            if (piece.doing >= least) {
                stretches.push_back({utcOf(piece.fromNs), utcOf(piece.untilNs)});
            }
        }
        if (!run.off || least > Doing::Off) {
            continue;
        }
        const std::int64_t from = utcOf(run.lastNs);
        if (i + 1 == runs_.size()) {
            stretches.push_back({from, kFarUs});
        } else if (const Run& next = runs_[i + 1]; next.placing.rank > 0) {
            stretches.push_back({from, next.placing.offsetUs + next.firstNs / kNsPerUs});
        }
    }
    return merged(std::move(stretches));
}

ShiftTimeline::Stretches ShiftTimeline::merged(Stretches stretches) {
    std::sort(stretches.begin(), stretches.end(), [](const Stretch& one, const Stretch& other) {
        return one.fromUs < other.fromUs;
    });
    Stretches result;
    for (const Stretch& stretch : stretches) {
        if (!result.empty() && stretch.fromUs <= result.back().untilUs) {
            result.back().untilUs = std::max(result.back().untilUs, stretch.untilUs);
        } else if (stretch.fromUs < stretch.untilUs) {
            result.push_back(stretch);
        }
    }
    return result;
}

std::int64_t ShiftTimeline::within(const Stretches& stretches,
                                   std::int64_t fromUs,
                                   std::int64_t untilUs) {
    std::int64_t sum = 0;
    for (const Stretch& stretch : stretches) {
        sum += std::max<std::int64_t>(
            0, std::min(untilUs, stretch.untilUs) - std::max(fromUs, stretch.fromUs));
    }
    return sum;
}

ShiftTable ShiftTimeline::table(std::int64_t fromUs, std::int64_t untilUs) const {
    const Stretches recorded = collect(Doing::Recorded);
    const Stretches idle = collect(Doing::Idle);
    const Stretches off = collect(Doing::Off);
    ShiftTable table;
    for (std::int64_t from = fromUs; from < untilUs;) {
        ShiftHour hour;
        hour.fromUs = from;
        const std::int64_t full = from - ((from % kUsPerHour) + kUsPerHour) % kUsPerHour;
        hour.untilUs = std::min(untilUs, full + kUsPerHour);
        const std::int64_t r = within(recorded, from, hour.untilUs);
        const std::int64_t i = within(idle, from, hour.untilUs);
        const std::int64_t o = within(off, from, hour.untilUs);
        hour.times = {hour.untilUs - from - o, o - i, i - r, r};
        for (std::size_t doing = 0; doing < kDoings; ++doing) {
            table.total[doing] += hour.times[doing];
        }
        from = hour.untilUs;
        table.hours.push_back(hour);
    }
    for (const Run& run : runs_) {
        if (run.placing.rank > 0) {
            const std::int64_t end = run.placing.offsetUs + run.lastNs / kNsPerUs;
            table.endsUs = std::max(table.endsUs.value_or(end), end);
        } else {
            table.unplacedUs += (run.lastNs - run.firstNs) / kNsPerUs;
        }
    }
    table.prunedUs = prunedUs_;
    return table;
}

}  // namespace liuhen::evidence
