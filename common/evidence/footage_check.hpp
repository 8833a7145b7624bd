// SPDX-License-Identifier: Apache-2.0
// Step 5 of the check: segment files against the entries of one generation (docs/format/segment.md
// section 4).
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/certificate.hpp"
#include "common/evidence/chain_check.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace liuhen::evidence {

/// Where a segment's bytes are said to be: the name that goes into places, and the file if it is
/// there.
struct SegmentPlace {
    std::optional<std::string> name;   // none: nothing says where it would be
    std::unique_ptr<core::File> file;  // null: absent
};

using OpenSegment = std::function<core::Result<SegmentPlace>(
    std::uint64_t generation, std::uint64_t recording, std::uint64_t segment)>;

/// The entries that matter for footage, sorted out once per generation.
///
/// Views into a Chain, which must outlive it.
class FootageIndex {
public:
    struct Part {
        const PlacedEntry* entry = nullptr;
        PartBody body;
        bool lost = false;
        bool excused = false;        // a recovery lists it as missing
        std::uint64_t linkFrom = 0;  // seq of the first entry that its link must hold
    };
    struct Segment {
        const PlacedEntry* entry = nullptr;
        SegmentBody body;
        std::vector<Part> parts;  // lost ones included
        const PlacedEntry* end = nullptr;
        std::optional<SegmentEndBody> endBody;
        bool closed = false;  // something after it closes its tail
        bool lastOfRecording = true;
        std::vector<const PlacedEntry*> releases;

        /// `segment.end`, else the last part that is not lost, else `segment`.
        [[nodiscard]] const PlacedEntry* lastEntry() const;
    };

    explicit FootageIndex(const Chain& chain);

    [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
    [[nodiscard]] const Chain& chain() const { return *chain_; }
    [[nodiscard]] const Segment* find(std::uint64_t recording, std::uint64_t segment) const;
    /// Interruption, resume and recovery entries that allow a gap on a track, by seq.
    [[nodiscard]] bool allowsGap(std::uint64_t recording,
                                 std::uint64_t track,
                                 std::uint64_t fromSeq,
                                 std::uint64_t toSeq) const;
    /// Names of .torn files that recovery entries tell of.
    [[nodiscard]] const std::multimap<std::string, TornFile>& torn() const { return torn_; }

private:
    void noteRecovery(const PlacedEntry& placed);
    void noteClosing(const Entry& entry);
    void notePart(const PlacedEntry& placed, std::uint64_t linkFrom);

    struct Gap {
        std::uint64_t seq = 0;
        std::optional<std::uint64_t> recording;  // none: every one
        std::vector<std::uint64_t> tracks;       // empty: every one
    };
    const Chain* chain_;
    std::vector<Segment> segments_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> byName_;
    std::vector<Gap> gaps_;
    std::multimap<std::string, TornFile> torn_;
    std::set<std::uint64_t> lost_;    // seqs of lost parts
    std::size_t allClosed_ = 0;       // segments before this one are closed
    std::uint64_t lastRecovery_ = 0;  // seq
};

/// Checks all segments of a generation and the gaps in media time.
///
/// `root` is for receipts behind released segments. Memory: one part, at most kMaxPartBytes.
/// Errors: those of `open` and of reading.
[[nodiscard]] core::Result<void> checkFootage(const FootageIndex& index,
                                              const OpenSegment& open,
                                              const std::optional<crypto::Certificate>& root,
                                              Report& report);

/// Checks one segment's bytes against its entries; the gaps in media time are not looked at.
[[nodiscard]] core::Result<void> checkSegment(const FootageIndex& index,
                                              const FootageIndex::Segment& segment,
                                              const SegmentPlace& place,
                                              const std::optional<crypto::Certificate>& root,
                                              Report& report);

}  // namespace liuhen::evidence
