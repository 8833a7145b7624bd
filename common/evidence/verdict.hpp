// SPDX-License-Identifier: Apache-2.0
// What a check says: problems with their places, the worst of them, and findings beside.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace liuhen::evidence {

/// Of bytes and chain alone; the larger is the worse.
enum class Verdict { Intact, Unproven, Incomplete, Altered };

/// "intact", "unproven", "incomplete", "altered".
[[nodiscard]] std::string_view name(Verdict verdict);

/// Where something is; what is not known stays empty.
struct Place {
    std::optional<std::uint64_t> generation;
    std::optional<std::uint64_t> seq;
    std::optional<std::string> file;  // relative to the checked folder
    std::optional<std::uint64_t> offset;

    [[nodiscard]] bool operator==(const Place&) const = default;
};

/// A reason for a verdict.
struct Problem {
    Verdict verdict = Verdict::Altered;
    Place place;
    std::string text;
};

/// Something a person should know that changes no verdict.
struct Finding {
    std::string kind;
    Place place;
    std::string text;
};

/// A leaf that a vault's rule of access should not have written; it changes no verdict.
struct AccessFinding {
    std::uint64_t leaf = 0;  // index
    std::string kind;
    std::string why;  // as name(AccessReason)
};

/// A check keeps no more problems than this of one step, and no more findings: first the worst, and
/// among them those with the lowest (generation, seq).
inline constexpr std::size_t kMaxProblems = 10'000;
inline constexpr std::size_t kMaxFindings = 10'000;

/// The problems of one step, in turn. However many there are, at most 2 * kMaxProblems are held.
class ProblemList {
public:
    /// A turn for a problem that only becomes known later.
    [[nodiscard]] std::uint64_t reserve() { return next_++; }
    void add(Problem problem) { add(reserve(), std::move(problem)); }
    void add(std::uint64_t turn, Problem problem);
    void add(Verdict verdict, Place place, std::string text) {
        add(Problem{verdict, std::move(place), std::move(text)});
    }
    /// From now on notes the files of all problems there; the set must outlive the list.
    void noteFilesIn(std::set<std::string>& files) { files_ = &files; }
    /// At most kMaxProblems, in the order of their turns; the list is empty afterwards.
    [[nodiscard]] std::vector<Problem> take();
    /// How many were too many.
    [[nodiscard]] std::uint64_t leftOut() const { return leftOut_; }

private:
    struct Held {
        std::uint64_t turn = 0;
        Problem problem;
    };
    void prune();

    std::vector<Held> held_;
    std::uint64_t next_ = 0;
    std::uint64_t leftOut_ = 0;
    std::set<std::string>* files_ = nullptr;
};

/// The outcome of a check. Problems stand in the order in which the check reports them.
struct Report {
    std::vector<Problem> problems;
    std::vector<Finding> findings;
    std::uint64_t problemsLeftOut = 0;  // more than are kept; none of them is the first bad one
    std::uint64_t findingsLeftOut = 0;
    std::vector<AccessFinding> access;  // in order of leaves, at most kMaxFindings
    std::uint64_t accessLeftOut = 0;
    bool witnessed = false;
    std::uint64_t leaves = 0;           // read of a vault's log
    std::uint64_t witnessedLeaves = 0;  // of its newest tree that is witnessed; 0 if none is
    std::uint64_t entries = 0;
    std::uint64_t parts = 0;
    std::uint64_t footageBytes = 0;

    [[nodiscard]] Verdict verdict() const;
    /// The problem of the worst verdict with the lowest (generation, seq), the earliest among
    /// equals; nullptr if all is intact. Lives as long as the report is not changed.
    [[nodiscard]] const Problem* firstBad() const;
    void add(Verdict verdict, Place place, std::string text);
    /// Adds a step's problems behind those that are there.
    void join(ProblemList& step);
    void find(Finding finding);
    void find(AccessFinding finding);
};

}  // namespace liuhen::evidence
