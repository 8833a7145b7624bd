// SPDX-License-Identifier: Apache-2.0
// The rules on which entry may follow which (docs/format/ledger.md section 6).
#pragma once

#include "common/evidence/typed_body.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// The highest counter of encryption under each key, over a generation.
class KeyCounters {
public:
    /// Whether `counter` is higher than every one before it under the same key; notes it.
    [[nodiscard]] bool rise(const Digest& commitment, std::uint64_t counter);
    /// What rose since the last call is shared with all copies made before and later.
    void settle();

private:
    using Highest = std::map<Digest, std::uint64_t>;
    std::shared_ptr<Highest> settled_ = std::make_shared<Highest>();
    Highest fresh_;
};

/// Judges the entries of a generation one after the other. Holds what it must remember of the ones
/// before: at most the open recording. Copies are cheap behind a docking.
class Order {
public:
    /// The sentence that says which rule the entry breaks; nothing if it breaks none. After a
    /// broken rule the state is not to be used further.
    [[nodiscard]] std::optional<std::string> judge(const Entry& entry, const Body& body);

    /// Goes on behind a docking of which only this is known.
    void continueAfter(std::uint64_t boot, std::uint64_t boottimeNs);
    /// No copy made before will be gone back to.
    void settle() { counters_.settle(); }

    [[nodiscard]] const std::string& lastKind() const { return lastKind_; }
    /// Seq of the start of the recording that is open.
    [[nodiscard]] std::optional<std::uint64_t> openRecording() const { return open_; }
    /// The number that its next segment gets.
    [[nodiscard]] std::uint64_t nextSegment() const { return nextSegment_; }

private:
    struct SegmentState {
        Digest init{};
        std::optional<Digest> commitment;
        std::uint64_t parts = 0;
        bool ended = false;
    };
    [[nodiscard]] std::optional<std::string> judgeOpening(const Entry& entry, const Body& body);
    [[nodiscard]] std::optional<std::string> judgeBoot(const Entry& entry);
    [[nodiscard]] std::optional<std::string> judgePrivate(const Entry& entry, const Body& body);
    [[nodiscard]] std::optional<std::string> judgeFootage(const Entry& entry, const Body& body);
    [[nodiscard]] std::optional<std::string> judgeSegment(const SegmentBody& body);
    [[nodiscard]] std::optional<std::string> judgePart(std::uint64_t seq, const PartBody& body);
    [[nodiscard]] std::optional<std::string> judgeSegmentEnd(const SegmentEndBody& body);
    [[nodiscard]] bool isOpen(std::uint64_t recording) const { return open_ == recording; }
    void closeRecording();
    void remember(const Entry& entry);

    bool begun_ = false;
    std::uint64_t boot_ = 0;
    std::uint64_t boottimeNs_ = 0;
    std::string lastKind_;
    bool recoveryDue_ = false;   // the last entry was a boot that a recovery must follow
    bool firstGenesis_ = false;  // the last entry was the genesis of generation 0
    std::optional<std::uint64_t> open_;
    std::uint64_t nextSegment_ = 0;
    std::map<std::uint64_t, SegmentState> segments_;  // of the open recording and this boot
    std::vector<std::uint64_t> parts_;                // seqs, of this boot and chapter
    KeyCounters counters_;
    std::optional<std::uint64_t> privateCounter_;  // the highest under the names key
};

}  // namespace liuhen::evidence
