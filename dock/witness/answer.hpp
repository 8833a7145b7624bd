// SPDX-License-Identifier: Apache-2.0
// What a witness's answer means to the log that was shown to it.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace liuhen::witnessing {

/// As over HTTP.
struct Answer {
    unsigned status = 0;
    std::string body;
};

/// What was shown: a tree of `size` leaves, with the proof from that of `oldSize`.
struct Shown {
    std::uint64_t oldSize = 0;
    std::uint64_t size = 0;
};

enum class Meaning {
    Cosigned,        // with `lines`
    Elsewhere,       // it remembers `remembered` leaves: show a proof from there
    AnotherHistory,  // alarm: what it remembers is not in this log; `reason` tells
    Failed,          // it does not cosign; `reason` tells
};

struct Judged {
    Meaning meaning = Meaning::Failed;
    std::vector<std::string> lines;
    std::uint64_t remembered = 0;
    std::string reason;
};

/// Judges an answer from outside; the cosignatures themselves are for the vault to check.
[[nodiscard]] Judged judge(const Answer& answer, const Shown& shown);

}  // namespace liuhen::witnessing
