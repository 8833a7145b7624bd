// SPDX-License-Identifier: Apache-2.0
// Units into parts.
#include "firmware/recorder/part_builder.hpp"

#include <algorithm>

namespace liuhen::recorder {

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
/// Beyond this a track has a hole; below it, clocks drift and are followed.
constexpr core::Nanoseconds kSoundGap = std::chrono::milliseconds(250);
constexpr core::Nanoseconds kPictureGap = std::chrono::milliseconds(1000);
/// Sound follows its clock by at most this much a frame (1.5 %), once it is off by more than 10 ms.
constexpr std::int64_t kSlewTicks = 16;
constexpr core::Nanoseconds kSlewFrom = std::chrono::milliseconds(10);

}  // namespace

core::Nanoseconds lengthOf(const Part& part, const media::Tracks& tracks) {
    const bool picture = !part.samples.picture.empty();
    const std::uint64_t scale =
        picture ? media::kPictureTimescale : (tracks.audio ? tracks.audio->sampleRate : 1);
    std::uint64_t ticks = 0;
    for (const media::Sample& sample : picture ? part.samples.picture : part.samples.sound) {
        ticks += sample.duration;
    }
    return core::Nanoseconds(static_cast<std::int64_t>(ticks * kNsPerSecond / scale));
}

PartBuilder::PartBuilder(Config config,
                         core::Nanoseconds zero,
                         std::uint64_t pictureEnd,
                         std::uint64_t soundEnd)
    : config_(config), zero_(zero) {
    picture_.next = pictureEnd;
    sound_.next = soundEnd;
}

std::uint64_t PartBuilder::ticksOf(Track track, core::Nanoseconds mediaTime) const {
    const std::uint64_t scale =
        track == Track::Picture ? media::kPictureTimescale : config_.soundTimescale;
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, mediaTime.count()));
    // Seconds and rest apart: ns * scale would overflow after two days.
    return ns / kNsPerSecond * scale +
           (ns % kNsPerSecond * scale + kNsPerSecond / 2) / kNsPerSecond;
}

core::Nanoseconds PartBuilder::timeOf(Track track, std::uint64_t ticks) const {
    const std::uint64_t scale =
        track == Track::Picture ? media::kPictureTimescale : config_.soundTimescale;
    return core::Nanoseconds(static_cast<std::int64_t>(ticks / scale * kNsPerSecond +
                                                       ticks % scale * kNsPerSecond / scale));
}

bool PartBuilder::leavesGap(const EncodedUnit& unit) const {
    const Lane& own = lane(unit.track);
    if (!own.begun) {
        return false;
    }
    if (unit.track == Track::Picture) {
        return !own.held.empty() &&
               unit.captureTime - own.held.back().unit.captureTime > kPictureGap;
    }
    return unit.captureTime - zero_ - timeOf(Track::Sound, own.next) > kSoundGap;
}

void PartBuilder::add(EncodedUnit unit, core::Nanoseconds now) {
    if (unit.captureTime < zero_ || unit.bytes.empty()) {
        return;
    }
    heldBytes_ += unit.bytes.size();
    if (unit.track == Track::Picture) {
        addPicture(std::move(unit), now);
    } else {
        addSound(std::move(unit), now);
    }
}

void PartBuilder::addPicture(EncodedUnit unit, core::Nanoseconds now) {
    if (!picture_.begun && !unit.key) {
        heldBytes_ -= unit.bytes.size();
        return;
    }
    std::uint64_t start =
        std::max(ticksOf(Track::Picture, unit.captureTime - zero_), picture_.next);
    if (picture_.begun && !picture_.held.empty()) {
        Held& last = picture_.held.back();
        start = std::max(start, last.start + 1);
        last.duration = static_cast<std::uint32_t>(start - last.start);
    } else if (picture_.begun) {
        start = picture_.next;
    }
    picture_.active = true;
    picture_.begun = true;
    const core::Nanoseconds at = timeOf(Track::Picture, start);
    // The first picture of the open part begins no other one.
    const bool first = picture_.held.empty();
    const std::uint64_t length = ticksOf(Track::Picture, config_.length);
    const std::uint64_t began = ticksOf(Track::Picture, partBegan());
    if (!first && (unit.key || start >= began + length)) {
        cuts_.push_back(Cut{at, now});
    } else if (first && !sound_.held.empty() &&
               at >= timeOf(Track::Sound, sound_.held.front().start) + config_.length / 2) {
        cuts_.push_back(Cut{at, now});  // sound that was alone does not wait for the picture's part
    }
    picture_.next = start + 1;
    picture_.held.push_back(Held{start, 0, std::move(unit)});
}

void PartBuilder::addSound(EncodedUnit unit, core::Nanoseconds now) {
    const std::uint64_t captured = ticksOf(Track::Sound, unit.captureTime - zero_);
    std::uint64_t start = sound_.next;
    std::uint32_t duration = config_.soundFrameTicks;
    if (!sound_.begun) {
        start = std::max(start, captured);
    } else {
        const core::Nanoseconds off = unit.captureTime - zero_ - timeOf(Track::Sound, start);
        if (off > kSlewFrom) {
            duration += kSlewTicks;
        } else if (off < -kSlewFrom) {
            duration -= kSlewTicks;
        }
    }
    sound_.begun = true;
    sound_.active = true;
    sound_.next = start + duration;
    const core::Nanoseconds at = timeOf(Track::Sound, start);
    if (!picture_.active && !sound_.held.empty() && at >= partBegan() + config_.length) {
        cuts_.push_back(Cut{at, now});
    }
    sound_.held.push_back(Held{start, duration, std::move(unit)});
}

core::Nanoseconds PartBuilder::partBegan() const {
    if (!cuts_.empty()) {
        return cuts_.back().at;
    }
    if (picture_.active && !picture_.held.empty()) {
        return timeOf(Track::Picture, picture_.held.front().start);
    }
    return sound_.held.empty() ? lastCut_ : timeOf(Track::Sound, sound_.held.front().start);
}

void PartBuilder::moveBefore(Track track, std::optional<core::Nanoseconds> limit, Part& into) {
    Lane& own = lane(track);
    auto& samples = track == Track::Picture ? into.samples.picture : into.samples.sound;
    while (!own.held.empty() && own.held.front().duration != 0 &&
           (!limit || timeOf(track, own.held.front().start) < *limit)) {
        Held held = std::move(own.held.front());
        own.held.pop_front();
        if (into.owners.empty() || held.unit.captureTime < into.oldest) {
            into.oldest = held.unit.captureTime;
        }
        if (into.samples.picture.empty() && samples.empty()) {
            into.begins = held.unit.captureTime;
        }
        if (track == Track::Picture && samples.empty()) {
            into.startsWithKey = held.unit.key;
        }
        const bool key = track == Track::Sound || held.unit.key;
        into.bytes += held.unit.bytes.size();
        heldBytes_ -= held.unit.bytes.size();
        samples.push_back(media::Sample{held.start, held.duration, 0, key, held.unit.bytes});
        into.owners.push_back(std::move(held.unit.owner));
    }
}

std::optional<Part> PartBuilder::takeReady(core::Nanoseconds now) {
    while (!cuts_.empty()) {
        const Cut cut = cuts_.front();
        const bool soundThere =
            !sound_.held.empty() && timeOf(Track::Sound, sound_.held.back().start) >= cut.at;
        const bool waited = now - cut.decided >= config_.lateWait;
        if (sound_.active && !soundThere && !waited) {
            return std::nullopt;
        }
        Part part = takeCut();
        if (!part.empty()) {
            return part;
        }
    }
    return std::nullopt;
}

Part PartBuilder::takeCut() {
    lastCut_ = cuts_.front().at;
    cuts_.pop_front();
    Part part;
    moveBefore(Track::Picture, lastCut_, part);
    moveBefore(Track::Sound, lastCut_, part);
    return part;
}

void PartBuilder::closeLast(Lane& own, std::uint32_t nominalTicks) {
    if (!own.held.empty() && own.held.back().duration == 0) {
        own.held.back().duration = nominalTicks;
        own.next = own.held.back().start + nominalTicks;
    }
}

std::vector<Part> PartBuilder::takeAll() {
    std::vector<Part> parts;
    const auto add = [&parts](Part part) {
        if (!part.empty()) {
            parts.push_back(std::move(part));
        }
    };
    while (!cuts_.empty()) {
        add(takeCut());
    }
    Part rest;
    moveBefore(Track::Picture, std::nullopt, rest);
    // The other track must not run ahead of pictures that wait for their length.
    const std::optional<core::Nanoseconds> limit =
        picture_.held.empty() ? std::nullopt
                              : std::optional(timeOf(Track::Picture, picture_.held.front().start));
    moveBefore(Track::Sound, limit, rest);
    add(std::move(rest));
    return parts;
}

std::vector<Part> PartBuilder::finish(Track track) {
    closeLast(lane(track), config_.nominalPictureTicks);
    lane(track).active = false;
    lane(track).begun = false;
    return takeAll();
}

std::vector<Part> PartBuilder::finishAll() {
    closeLast(picture_, config_.nominalPictureTicks);
    picture_.active = false;
    picture_.begun = false;
    return finish(Track::Sound);
}

std::vector<Part> PartBuilder::flush() {
    closeLast(picture_, config_.nominalPictureTicks);
    return takeAll();
}

void PartBuilder::shift(core::Nanoseconds by) {
    zero_ += by;
    lastCut_ = std::max(core::Nanoseconds::zero(), lastCut_ - by);
    for (Cut& cut : cuts_) {
        cut.at = std::max(core::Nanoseconds::zero(), cut.at - by);
    }
    const auto move = [by](Lane& own, std::uint64_t timescale) {
        const std::uint64_t ticks = ticksIn(by, timescale);
        own.next -= std::min(own.next, ticks);
        for (Held& held : own.held) {
            held.start -= std::min(held.start, ticks);
        }
    };
    move(picture_, media::kPictureTimescale);
    move(sound_, config_.soundTimescale);
}

std::optional<core::Nanoseconds> PartBuilder::oldest() const {
    std::optional<core::Nanoseconds> oldest;
    const auto note = [&oldest](core::Nanoseconds at) {
        oldest = oldest ? std::min(*oldest, at) : at;
    };
    for (const Lane* own : {&picture_, &sound_}) {
        if (!own->held.empty()) {
            note(own->held.front().unit.captureTime);
        }
    }
    return oldest;
}

}  // namespace liuhen::recorder
