// SPDX-License-Identifier: Apache-2.0
// Steps 2, 3, 5, 6 and 7 of the check (docs/format/ledger.md section 7) over the generations of one
// recorder, wherever they are stored.
#pragma once

#include "common/evidence/coverage.hpp"
#include "common/evidence/footage_check.hpp"
#include "common/evidence/trust.hpp"

#include <map>
#include <set>

namespace liuhen::evidence {

/// Where the segments of a ledger are.
class SegmentSource {
public:
    SegmentSource() = default;
    SegmentSource(const SegmentSource&) = delete;
    SegmentSource& operator=(const SegmentSource&) = delete;
    virtual ~SegmentSource() = default;

    /// The name that goes into places, if anything says where the segment would be.
    [[nodiscard]] virtual std::optional<std::string> name(std::uint64_t generation,
                                                          std::uint64_t recording,
                                                          std::uint64_t number) const = 0;
    /// Asked once for each `segment` entry. The file is null if it is absent.
    /// Errors: those of opening.
    [[nodiscard]] virtual core::Result<SegmentPlace> open(std::uint64_t generation,
                                                          std::uint64_t recording,
                                                          std::uint64_t number) = 0;
};

/// What the steps must know of a generation once its entries were read.
struct GenerationSummary {
    std::uint64_t number = 0;
    std::uint64_t first = 0;     // seq at which its files begin
    std::uint64_t due = 0;       // the seq after the last entry read
    std::uint64_t readFrom = 0;  // seq of the first entry read that is no anchor's
    std::string firstFile;       // name in places
    std::optional<OpeningRecord> opening;
    std::optional<LastEntry> last;
    std::string lastFile;               // that holds `last`
    std::optional<Digest> beforeFirst;  // hash of the entry before the first that was read
    bool problem = false;               // in step 2
    bool torn = false;                  // and that was a torn end
    std::optional<std::uint64_t> openRecording;
    std::uint64_t nextSegment = 0;
};

/// Checks one recorder's ledger and footage, chapter by chapter.
///
/// Memory: one part (at most 64 MiB), windows of 1 MiB over the ledger, and records: of the chapter
/// at hand about 200 bytes a part, and of the whole ledger 64 to 100 bytes for each receipt,
/// release, torn file and absent segment. All records together are bounded by the budget.
/// Time: each ledger file is read once, and again piece by piece beside its footage; a file with a
/// problem twice.
/// Errors of its calls: those of reading; ResourceExhausted by the budget.
class LedgerCheck {
public:
    struct Settings {
        core::Files& files;
        const Trust& trust;
        const LedgerFiles& ledger;  // must outlive the check
        SegmentSource& segments;
        Report& report;           // for counts and findings
        std::string device;       // empty: that of the first entry
        bool stored = false;      // in a vault
        std::vector<Head> asked;  // entries to be remembered; their hashes do not matter
    };

    explicit LedgerCheck(Settings settings) : settings_(std::move(settings)) {}
    /// From now on notes there the files of all problems, also of those that are not kept.
    void noteFilesIn(std::set<std::string>& files);

    [[nodiscard]] core::Result<void> run();

    // What was found, for those who go on with it. Each step's problems apart.
    [[nodiscard]] ProblemList& entries() { return entries_; }      // step 2
    [[nodiscard]] ProblemList& origins() { return origins_; }      // step 3
    [[nodiscard]] ProblemList& footage() { return footage_; }      // step 5
    [[nodiscard]] ProblemList& tails() { return tails_; }          // step 6
    [[nodiscard]] ProblemList& stretches() { return stretches_; }  // step 7
    [[nodiscard]] const std::map<std::uint64_t, GenerationSummary>& generations() const {
        return generations_;
    }
    [[nodiscard]] const LedgerFacts& facts() const { return facts_; }
    [[nodiscard]] const std::string& device() const { return device_; }
    [[nodiscard]] Coverage& coverage() { return *coverage_; }
    /// An entry that was asked for and read; nullptr if it was not read.
    [[nodiscard]] const AskedRecord* find(std::uint64_t generation, std::uint64_t seq) const;
    /// The hash of the entry of a seq, as far as it is known: those asked for, and the one before
    /// the first that was read.
    [[nodiscard]] std::optional<Digest> hashAt(std::uint64_t generation, std::uint64_t seq) const;

private:
    struct Absent {
        std::uint64_t turn = 0;
        std::uint64_t generation = 0;
        std::uint64_t recording = 0;
        std::uint64_t number = 0;
        std::uint64_t due = 0;  // seq of the first part that must be there
        Digest last{};
    };

    [[nodiscard]] core::Result<void> askForHeads();
    [[nodiscard]] core::Result<void> readGeneration(std::uint64_t number,
                                                    const GenerationFiles& files);
    [[nodiscard]] core::Result<void> takeChapter(GenerationSummary& generation, Chapter chapter);
    [[nodiscard]] core::Result<void> checkFootage(std::uint64_t generation, const Chapter& chapter);
    [[nodiscard]] core::Result<void> noteAbsent(std::uint64_t generation,
                                                const FootageRecords& footage,
                                                const SegmentRecord& segment,
                                                ByteWindow& ledger);
    [[nodiscard]] core::Result<void> settleAbsent();
    [[nodiscard]] core::Result<void> checkOrigins();
    void checkTail(const GenerationSummary& generation);
    [[nodiscard]] core::Result<void> checkStretch(const GenerationSummary& generation);
    [[nodiscard]] core::Result<std::optional<Digest>> hashOf(const GenerationSummary& generation,
                                                             std::uint64_t seq) const;

    Settings settings_;
    Budget budget_;
    std::string device_;
    std::map<std::uint64_t, std::set<std::uint64_t>> asked_;  // by generation
    std::map<std::uint64_t, GenerationSummary> generations_;  // those with files
    LedgerFacts facts_;
    std::deque<Absent> absent_;
    std::unique_ptr<Coverage> coverage_;
    ProblemList entries_;
    ProblemList origins_;
    ProblemList footage_;
    ProblemList tails_;
    ProblemList stretches_;
};

}  // namespace liuhen::evidence
