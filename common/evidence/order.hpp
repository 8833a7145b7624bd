// SPDX-License-Identifier: Apache-2.0
// The rules on which entry may follow which (docs/format/ledger.md section 6).
#pragma once

#include "common/evidence/bodies.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace liuhen::evidence {

/// Judges entries one after the other. Holds what it must remember of the ones before.
class Order {
public:
    /// `first`: seq of the first entry that is there; recordings from before it are not judged.
    explicit Order(std::uint64_t first) : first_(first) {}

    /// The sentence that says which rule the entry breaks; nothing if it breaks none. The entry's
    /// body must have passed checkBody(). After a broken rule the state is not to be used further.
    [[nodiscard]] std::optional<std::string> judge(const Entry& entry);

    /// Goes on behind a pruned stretch whose last docking was kept.
    void continueAfter(const Entry& docking);

private:
    struct SegmentState {
        Digest init{};
        bool encrypted = false;
        std::uint64_t parts = 0;
        bool ended = false;
    };
    struct RecordingState {
        std::uint64_t segments = 0;
        std::map<std::uint64_t, SegmentState> open;
        std::optional<std::uint64_t> counterBoot;
        std::uint64_t counter = 0;
    };
    [[nodiscard]] std::optional<std::string> judgeBoot(const Entry& entry);
    [[nodiscard]] std::optional<std::string> judgeFootage(const Entry& entry);
    [[nodiscard]] std::optional<std::string> judgeSegment(const Entry& entry);
    [[nodiscard]] std::optional<std::string> judgePart(const Entry& entry);
    [[nodiscard]] bool isStarted(std::uint64_t recording) const;

    std::uint64_t first_;
    std::set<std::uint64_t> starts_;
    bool begun_ = false;
    std::uint64_t boot_ = 0;
    std::uint64_t boottimeNs_ = 0;
    std::string lastKind_;
    bool recoveryDue_ = false;   // the last entry was a boot that a recovery must follow
    bool firstGenesis_ = false;  // the last entry was the genesis of generation 0
    std::map<std::uint64_t, RecordingState> recordings_;
    std::set<std::uint64_t> partsOfBoot_;
};

}  // namespace liuhen::evidence
