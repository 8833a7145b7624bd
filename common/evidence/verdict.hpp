// SPDX-License-Identifier: Apache-2.0
// What a check says: problems with their places, the worst of them, and findings beside.
#pragma once

#include <cstdint>
#include <optional>
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

/// The outcome of a check. Problems stand in the order in which the check reports them.
struct Report {
    std::vector<Problem> problems;
    std::vector<Finding> findings;
    bool witnessed = false;
    std::uint64_t entries = 0;
    std::uint64_t parts = 0;
    std::uint64_t footageBytes = 0;

    [[nodiscard]] Verdict verdict() const;
    /// The problem of the worst verdict with the lowest (generation, seq), the earliest among
    /// equals; nullptr if all is intact. Lives as long as the report is not changed.
    [[nodiscard]] const Problem* firstBad() const;
    void add(Verdict verdict, Place place, std::string text);
};

}  // namespace liuhen::evidence
