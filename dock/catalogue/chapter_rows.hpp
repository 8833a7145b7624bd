// SPDX-License-Identifier: Apache-2.0
// One chapter's entries turned into rows.
#pragma once

#include "common/evidence/bodies.hpp"
#include "dock/catalogue/sqlite.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::catalogue {

/// Notes that a recorder has a receipt of an object that counts so many copies. Harmless twice.
[[nodiscard]] Result<void> insertDelivered(Connection& connection,
                                           const core::Digest& object,
                                           std::uint64_t copies);

/// Collects the entries of one chapter and then writes its rows.
///
/// What is open for long (recordings, segments, interruptions) is kept until finish(), so that rows
/// need no change; all else is written as it comes. Memory: by the number of those, not of entries.
class ChapterRows {
public:
    explicit ChapterRows(Connection& connection) : connection_(&connection) {}

    /// Errors: InvalidArgument if it does not follow the entry before; those of the database.
    [[nodiscard]] Result<void> add(const evidence::Entry& entry);
    /// Errors: InvalidArgument if no entry came, or the last is no docking.
    [[nodiscard]] Result<void> finish();

private:
    struct Recording {
        std::string manner;
        std::string trigger;
        std::int64_t startUs = 0;
        std::optional<std::int64_t> endUs;
        std::string endReason;
    };
    struct Part {
        std::uint64_t seq = 0;
        core::Digest entry{};
        std::uint64_t endBytes = 0;  // where it ends in the file
    };
    struct Segment {
        std::uint64_t seq = 0;
        std::uint64_t initBytes = 0;
        std::vector<Part> newest;               // not lost; older ones are forgotten
        std::optional<core::Digest> end;        // of its segment.end
        std::optional<std::uint64_t> endBytes;  // as segment.end says
        std::uint64_t parts = 0;
        std::uint64_t lost = 0;
        bool preEvent = false;
        bool encrypted = false;
        std::int64_t startUs = 0;
        std::int64_t endUs = 0;
    };
    struct Interruption {
        std::uint64_t recording = 0;
        std::vector<std::uint64_t> tracks;
        std::string cause;
        std::string declaredBy;
        std::int64_t startUs = 0;
        std::optional<std::int64_t> endUs;
    };

    [[nodiscard]] Result<void> begin(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addFootage(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addPart(const evidence::Entry& entry);
    void addLost(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addEvent(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addResume(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addReceipt(const evidence::Entry& entry);
    [[nodiscard]] Result<void> addRelease(const evidence::Entry& entry);
    [[nodiscard]] Result<void> writeRecordings();
    [[nodiscard]] Result<void> writeSegments();
    [[nodiscard]] Result<void> writeInterruptions();

    Connection* connection_;
    std::string device_;
    std::uint64_t generation_ = 0;
    std::uint64_t first_ = 0;
    std::int64_t fromUs_ = 0;
    std::optional<evidence::Head> last_;
    std::string lastKind_;
    std::int64_t lastUs_ = 0;
    std::map<std::uint64_t, Recording> recordings_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Segment> segments_;
    std::map<std::uint64_t, Interruption> interruptions_;
};

}  // namespace liuhen::catalogue
