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
    problems.push_back(Problem{verdict, std::move(place), std::move(text)});
}

}  // namespace liuhen::evidence
