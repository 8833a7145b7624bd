// SPDX-License-Identifier: Apache-2.0
// Order among entries.
#include "common/evidence/order.hpp"

#include <algorithm>

namespace liuhen::evidence {

bool KeyCounters::rise(const Digest& commitment, std::uint64_t counter) {
    const auto fresh = fresh_.find(commitment);
    const auto settled = settled_->find(commitment);
    if ((fresh != fresh_.end() && counter <= fresh->second) ||
        (settled != settled_->end() && counter <= settled->second)) {
        return false;
    }
    fresh_[commitment] = counter;
    return true;
}

void KeyCounters::settle() {
    for (const auto& [commitment, counter] : fresh_) {
        (*settled_)[commitment] = counter;
    }
    fresh_.clear();
}

std::optional<std::string> Order::judge(const Entry& entry, const Body& body) {
    if (auto broken = judgeOpening(entry, body)) {
        return broken;
    }
    if (auto broken = judgeBoot(entry)) {
        return broken;
    }
    if (auto broken = judgePrivate(entry, body)) {
        return broken;
    }
    if (auto broken = judgeFootage(entry, body)) {
        return broken;
    }
    remember(entry);
    return std::nullopt;
}

void Order::continueAfter(std::uint64_t boot, std::uint64_t boottimeNs) {
    lastKind_ = "docking";
    begun_ = true;
    boot_ = boot;
    boottimeNs_ = boottimeNs;
}

void Order::remember(const Entry& entry) {
    recoveryDue_ = entry.kind == "boot" && lastKind_ != "shutdown" && !firstGenesis_;
    firstGenesis_ = entry.kind == "genesis" && entry.generation == 0;
    lastKind_ = entry.kind;
    begun_ = true;
    boot_ = entry.boot;
    boottimeNs_ = entry.time.boottimeNs;
}

std::optional<std::string> Order::judgeOpening(const Entry& entry, const Body& body) {
    const bool opens = entry.kind == "genesis" || entry.kind == "rollback";
    if (opens != (entry.seq == 0)) {
        return "genesis or rollback must stand at seq 0 and nowhere else";
    }
    if (entry.kind == "genesis") {
        const auto& genesis = std::get<GenesisBody>(body);
        const bool first = entry.generation == 0;
        if (genesis.head.has_value() == first || genesis.resume.has_value() == first ||
            (first && genesis.docking)) {
            return "a genesis names a head and a resume statement exactly if its generation is not "
                   "0, and then alone a docking";
        }
    }
    return std::nullopt;
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
        parts_.clear();
        segments_.clear();
    }
    return std::nullopt;
}

std::optional<std::string> Order::judgePrivate(const Entry& entry, const Body& body) {
    if (entry.kind == "boot" || entry.seq == 0) {
        privateCounter_.reset();  // a names key of its own
    }
    const auto* values = std::get_if<PrivateBody>(&body);
    if (values == nullptr) {
        return std::nullopt;
    }
    std::vector<std::uint64_t> counters = values->counters;
    std::sort(counters.begin(), counters.end());
    for (const std::uint64_t counter : counters) {
        if (privateCounter_ && counter <= *privateCounter_) {
            return "the counter of a private value does not rise";
        }
        privateCounter_ = counter;
    }
    return std::nullopt;
}

std::optional<std::string> Order::judgeFootage(const Entry& entry, const Body& body) {
    if (const auto* part = std::get_if<PartBody>(&body)) {
        return judgePart(entry.seq, *part);
    }
    if (const auto* segment = std::get_if<SegmentBody>(&body)) {
        return judgeSegment(*segment);
    }
    if (const auto* end = std::get_if<SegmentEndBody>(&body)) {
        return judgeSegmentEnd(*end);
    }
    if (const auto* lost = std::get_if<PartLostBody>(&body)) {
        return std::binary_search(parts_.begin(), parts_.end(), lost->entry)
                   ? std::nullopt
                   : std::optional<std::string>("part.lost names no earlier part of this boot");
    }
    if (const auto* recovery = std::get_if<RecoveryBody>(&body)) {
        return recovery->recording == open_
                   ? std::nullopt
                   : std::optional<std::string>("recovery names another recording than is open");
    }
    if (const auto* tracks = std::get_if<TracksBody>(&body)) {
        return isOpen(tracks->recording)
                   ? std::nullopt
                   : std::optional<std::string>("it names a recording that is not open");
    }
    if (const auto* end = std::get_if<EndBody>(&body)) {
        if (!isOpen(end->recording)) {
            return "end names a recording that is not open";
        }
        closeRecording();
    } else if (entry.kind == "start") {
        closeRecording();
        open_ = entry.seq;
    } else if (entry.kind == "docking") {
        closeRecording();
        parts_.clear();
    }
    return std::nullopt;
}

void Order::closeRecording() {
    open_.reset();
    nextSegment_ = 0;
    segments_.clear();
}

std::optional<std::string> Order::judgeSegment(const SegmentBody& body) {
    if (!isOpen(body.recording)) {
        return "segment names a recording that is not open";
    }
    if (body.segment != nextSegment_) {
        return "segments of a recording must be numbered one after the other";
    }
    ++nextSegment_;
    segments_[body.segment] = SegmentState{body.init, body.keyCommitment, 0, false};
    return std::nullopt;
}

std::optional<std::string> Order::judgePart(std::uint64_t seq, const PartBody& body) {
    const auto found = isOpen(body.recording) ? segments_.find(body.segment) : segments_.end();
    if (found == segments_.end() || found->second.ended) {
        return "part names no segment that is open";
    }
    SegmentState& segment = found->second;
    if (segment.init != body.init) {
        return "part names another init than its segment";
    }
    if (segment.parts != body.part) {
        return "parts of a segment must be numbered one after the other";
    }
    if (segment.commitment.has_value() != body.encryption.has_value()) {
        return "part is encrypted otherwise than its segment";
    }
    if (body.encryption && !counters_.rise(*segment.commitment, body.encryption->counter)) {
        return "the encryption counter does not rise";
    }
    ++segment.parts;
    parts_.push_back(seq);
    return std::nullopt;
}

std::optional<std::string> Order::judgeSegmentEnd(const SegmentEndBody& body) {
    const auto found = isOpen(body.recording) ? segments_.find(body.segment) : segments_.end();
    if (found == segments_.end() || found->second.ended) {
        return "segment.end names no segment that is open";
    }
    found->second.ended = true;
    return std::nullopt;
}

}  // namespace liuhen::evidence
