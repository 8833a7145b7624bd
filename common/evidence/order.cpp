// SPDX-License-Identifier: Apache-2.0
// Order among entries.
#include "common/evidence/order.hpp"

#include "common/evidence/fields.hpp"

#include <fmt/format.h>

namespace liuhen::evidence {

std::optional<std::string> Order::judge(const Entry& entry) {
    const bool opens = entry.kind == "genesis" || entry.kind == "rollback";
    if (opens != (entry.seq == 0)) {
        return "genesis or rollback must stand at seq 0 and nowhere else";
    }
    if (entry.kind == "genesis") {
        const auto body = GenesisBody::fromCbor(entry.body, false);
        const bool first = entry.generation == 0;
        if (!body || body->head.has_value() == first || body->resume.has_value() == first) {
            return "a genesis names a head and a resume statement exactly if its generation is not "
                   "0";
        }
    }
    if (auto broken = judgeBoot(entry)) {
        return broken;
    }
    if (auto broken = judgeFootage(entry)) {
        return broken;
    }
    recoveryDue_ = entry.kind == "boot" && lastKind_ != "shutdown" && !firstGenesis_;
    firstGenesis_ = entry.kind == "genesis" && entry.generation == 0;
    lastKind_ = entry.kind;
    begun_ = true;
    boot_ = entry.boot;
    boottimeNs_ = entry.time.boottimeNs;
    return std::nullopt;
}

void Order::continueAfter(const Entry& docking) {
    lastKind_ = docking.kind;
    begun_ = true;
    boot_ = docking.boot;
    boottimeNs_ = docking.time.boottimeNs;
}

std::optional<std::string> Order::judgeBoot(const Entry& entry) {
    if (recoveryDue_ && entry.kind != "recovery" && entry.kind != "boot") {
        return "a recovery must follow this boot";
    }
    if (!begun_) {
        return std::nullopt;
    }
    const bool afterOpening = lastKind_ == "genesis" || lastKind_ == "rollback";
    if (entry.kind == "boot") {
        if (entry.boot < boot_ || (entry.boot == boot_ && !afterOpening)) {
            return "the boot counter does not rise";
        }
    } else if (entry.boot != boot_) {
        return "the boot counter changes without a boot";
    }
    if (entry.boot == boot_ && entry.time.boottimeNs <= boottimeNs_) {
        return "boottime does not rise";
    }
    if (entry.boot != boot_) {
        partsOfBoot_.clear();
    }
    return std::nullopt;
}

std::optional<std::string> Order::judgeFootage(const Entry& entry) {
    if (entry.kind == "part") {
        return judgePart(entry);
    }
    if (entry.kind == "part.lost") {
        const auto lost = unsignedAt(entry.body, "entry");
        if (!lost || !partsOfBoot_.contains(*lost)) {
            return "part.lost names no earlier part of this boot";
        }
        return std::nullopt;
    }
    if (entry.kind == "start") {
        starts_.insert(entry.seq);
        return std::nullopt;
    }
    if (entry.kind == "end" || entry.kind == "interruption" || entry.kind == "resume") {
        return isStarted(*unsignedAt(entry.body, "recording"))
                   ? std::nullopt
                   : std::optional<std::string>("it names no earlier start as its recording");
    }
    if (entry.kind == "segment") {
        return judgeSegment(entry);
    }
    if (entry.kind == "segment.end") {
        const auto body = SegmentEndBody::fromCbor(entry.body);
        const auto recording = recordings_.find(body->recording);
        if (recording == recordings_.end()) {
            return "segment.end names no segment";
        }
        const auto segment = recording->second.open.find(body->segment);
        if (segment == recording->second.open.end() || segment->second.ended) {
            return "segment.end names no segment that is open";
        }
        segment->second.ended = true;
    }
    return std::nullopt;
}

bool Order::isStarted(std::uint64_t recording) const {
    return recording < first_ || starts_.contains(recording);
}

std::optional<std::string> Order::judgeSegment(const Entry& entry) {
    const auto body = SegmentBody::fromCbor(entry.body);
    if (!isStarted(body->recording)) {
        return "segment names no earlier start as its recording";
    }
    RecordingState& recording = recordings_[body->recording];
    if (body->segment != recording.segments && body->recording >= first_) {
        return "segments of a recording must be numbered one after the other";
    }
    recording.segments = body->segment + 1;
    recording.open[body->segment] =
        SegmentState{body->init, body->keyCommitment.has_value(), 0, false};
    return std::nullopt;
}

std::optional<std::string> Order::judgePart(const Entry& entry) {
    const auto body = PartBody::fromCbor(entry.body);
    const auto recording = recordings_.find(body->recording);
    if (recording == recordings_.end()) {
        return "part names no segment";
    }
    const auto segment = recording->second.open.find(body->segment);
    if (segment == recording->second.open.end() || segment->second.ended) {
        return "part names no segment that is open";
    }
    if (segment->second.init != body->init) {
        return "part names another init than its segment";
    }
    if (segment->second.parts != body->part) {
        return "parts of a segment must be numbered one after the other";
    }
    if (segment->second.encrypted != body->encryption.has_value()) {
        return "part is encrypted otherwise than its segment";
    }
    ++segment->second.parts;
    if (body->encryption) {
        RecordingState& state = recording->second;
        if (state.counterBoot == entry.boot && body->encryption->counter <= state.counter) {
            return "the encryption counter does not rise";
        }
        state.counterBoot = entry.boot;
        state.counter = body->encryption->counter;
    }
    partsOfBoot_.insert(entry.seq);
    return std::nullopt;
}

}  // namespace liuhen::evidence
