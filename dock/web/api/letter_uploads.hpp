// SPDX-License-Identifier: Apache-2.0
// Scans of letters that come from a browser piece by piece, before their request is made.
#pragma once

#include "common/core/clock.hpp"
#include "dock/access/letters.hpp"
#include "dock/access/people.hpp"
#include "dock/web/api/problem.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

namespace liuhen::web {

/// What is there of a scan.
struct LetterPart {
    std::uint64_t bytes = 0;
    core::Digest scan{};  // of all of them
};

/// One scan a person, in memory alone: kept once its request is made, forgotten after two minutes
/// of silence, and by a restart of the dock. Thread-safe.
class LetterUploads {
public:
    /// `clock` must outlive it.
    explicit LetterUploads(const core::Clock& clock) : clock_(&clock) {}

    /// Takes a piece, not empty; one at offset 0 begins anew. Refused with LetterType if the file
    /// begins as none that is taken, LetterTooLarge, TooManyLetters, or LetterOver if the piece
    /// does not follow what is there.
    [[nodiscard]] std::variant<LetterPart, Problem> append(const access::Person& person,
                                                           std::uint64_t offset,
                                                           core::ByteView bytes);
    /// Hands out the person's scan, if it is whole: of this digest. It is gone from here then.
    [[nodiscard]] std::optional<core::Buffer> take(const access::Person& person,
                                                   const core::Digest& scan);

private:
    struct Open {
        core::Buffer content;
        core::Nanoseconds usedAt{};
    };

    const core::Clock* clock_;
    std::mutex mutex_;
    std::map<access::Person, Open> open_;  // under mutex_
};

}  // namespace liuhen::web
