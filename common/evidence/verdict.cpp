// SPDX-License-Identifier: Apache-2.0
// Verdicts and the order among problems.
#include "common/evidence/verdict.hpp"

#include <algorithm>
#include <tuple>

namespace liuhen::evidence {

namespace {

/// Places without a generation count as higher than all others.
auto orderOf(const Place& place) {
    return std::tuple(!place.generation.has_value(),
                      place.generation.value_or(0),
                      !place.seq.has_value(),
                      place.seq.value_or(0));
}

/// Whether `a` is to be kept rather than `b`.
bool outranks(const Problem& a, const Problem& b) {
    return std::tuple(b.verdict, orderOf(a.place)) < std::tuple(a.verdict, orderOf(b.place));
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::Intact:
            return "intact";
        case Verdict::Unproven:
            return "unproven";
        case Verdict::Incomplete:
            return "incomplete";
        case Verdict::Altered:
            return "altered";
    }
    return "altered";
}

Verdict Report::verdict() const {
    Verdict worst = Verdict::Intact;
    for (const Problem& problem : problems) {
        worst = std::max(worst, problem.verdict);
    }
    return worst;
}

const Problem* Report::firstBad() const {
    const Verdict worst = verdict();
    const Problem* first = nullptr;
    for (const Problem& problem : problems) {
        if (problem.verdict == worst &&
            (first == nullptr || orderOf(problem.place) < orderOf(first->place))) {
            first = &problem;
        }
    }
    return first;
}

void Report::add(Verdict verdict, Place place, std::string text) {
    ProblemList one;
    one.add(verdict, std::move(place), std::move(text));
    join(one);
}

void Report::join(ProblemList& step) {
    for (Problem& problem : step.take()) {
        problems.push_back(std::move(problem));
    }
    problemsLeftOut += step.leftOut();
    if (problems.size() > 8 * kMaxProblems) {
        ProblemList all;
        for (Problem& problem : problems) {
            all.add(std::move(problem));
        }
        problems = all.take();
        problemsLeftOut += all.leftOut();
    }
}

void Report::find(Finding finding) {
    if (findings.size() < kMaxFindings) {
        findings.push_back(std::move(finding));
    } else {
        ++findingsLeftOut;
    }
}

void ProblemList::add(std::uint64_t turn, Problem problem) {
    if (files_ != nullptr && problem.place.file) {
        files_->insert(*problem.place.file);
    }
    held_.push_back(Held{turn, std::move(problem)});
    if (held_.size() >= 2 * kMaxProblems) {
        prune();
    }
}

void ProblemList::prune() {
    if (held_.size() <= kMaxProblems) {
        return;
    }
    const auto kept = held_.begin() + static_cast<std::ptrdiff_t>(kMaxProblems);
    std::nth_element(held_.begin(), kept, held_.end(), [](const Held& a, const Held& b) {
        if (outranks(a.problem, b.problem) || outranks(b.problem, a.problem)) {
            return outranks(a.problem, b.problem);
        }
        return a.turn < b.turn;
    });
    leftOut_ += static_cast<std::uint64_t>(held_.end() - kept);
    held_.erase(kept, held_.end());
}

std::vector<Problem> ProblemList::take() {
    prune();
    std::sort(
        held_.begin(), held_.end(), [](const Held& a, const Held& b) { return a.turn < b.turn; });
    std::vector<Problem> problems;
    problems.reserve(held_.size());
    for (Held& held : held_) {
        problems.push_back(std::move(held.problem));
    }
    held_.clear();
    return problems;
}

void Report::find(AccessFinding finding) {
    if (access.size() < kMaxFindings) {
        access.push_back(std::move(finding));
    } else {
        ++accessLeftOut;
    }
}

}  // namespace liuhen::evidence
