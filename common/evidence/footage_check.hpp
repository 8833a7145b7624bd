// SPDX-License-Identifier: Apache-2.0
// Step 5 of the check: segment files against the entries of one chapter (docs/format/segment.md
// section 4).
#pragma once

#include "common/evidence/ledger_walk.hpp"

#include <memory>
#include <optional>
#include <string>

namespace liuhen::evidence {

/// A segment's bytes. `name` goes into places.
struct SegmentPlace {
    std::optional<std::string> name;   // none: nothing says where it would be
    std::unique_ptr<core::File> file;  // null: absent
};

/// Checks the files of segments; all of one object after the other, so that they share a buffer.
///
/// Memory: one part, at most kMaxPartBytes. Errors of its calls: those of reading.
class FootageCheck {
public:
    FootageCheck(std::uint64_t generation, ProblemList& problems)
        : generation_(generation), problems_(&problems) {}

    /// Checks one segment's bytes; the gaps in media time are not looked at. `ledger` is a window
    /// over the chapter's own file.
    [[nodiscard]] Result<void> check(const FootageRecords& footage,
                                     const SegmentRecord& segment,
                                     const SegmentPlace& place,
                                     ByteWindow& ledger);

    [[nodiscard]] std::uint64_t parts() const { return parts_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    std::uint64_t generation_;
    ProblemList* problems_;
    Buffer buffer_;
    std::uint64_t parts_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace liuhen::evidence
