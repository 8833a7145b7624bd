// SPDX-License-Identifier: Apache-2.0
// The catalogue as people search it: recordings, their timelines.
#pragma once

#include "dock/catalogue/sqlite.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::catalogue {

using core::Digest;

/// Which recording: a recorder's ledger, and the seq of the start entry.
struct RecordingName {
    std::string device;
    std::uint64_t generation = 0;
    std::uint64_t start = 0;

    bool operator==(const RecordingName&) const = default;
};

struct RecordingRow {
    RecordingName name;
    std::string manner;
    std::string trigger;
    std::int64_t startUs = 0;
    std::optional<std::int64_t> endUs;
    std::optional<std::string> endReason;
    std::uint64_t segments = 0;
    std::uint64_t storedSegments = 0;
    std::uint64_t sizeBytes = 0;  // of what is stored
    std::uint64_t interruptions = 0;
    /// The worst of the vault's verdicts on its segments and on the chapter of its start;
    /// "incomplete" at the least while a segment that has parts is not stored.
    std::string verdict;
};

struct TimelineSegment {
    std::uint64_t segment = 0;
    std::int64_t startUs = 0;
    std::int64_t endUs = 0;
    bool preEvent = false;
    bool encrypted = false;
    std::uint64_t sizeBytes = 0;
    std::uint64_t parts = 0;
    std::uint64_t partsLost = 0;
    std::optional<Digest> object;  // nothing: not stored
    std::optional<std::uint64_t> leaf;
    std::optional<std::string> verdict;
};

struct TimelineInterruption {
    std::uint64_t seq = 0;
    std::string tracks;  // with commas between
    std::string cause;
    std::string declaredBy;
    std::int64_t startUs = 0;
    std::optional<std::int64_t> endUs;
};

struct TimelineMark {
    std::uint64_t seq = 0;
    std::string what;
    std::int64_t timeUs = 0;
};

struct TimelineStatement {
    std::uint64_t seq = 0;
    std::string what;
    std::string result;
    std::int64_t timeUs = 0;
    std::uint64_t fromNs = 0;  // media time
    std::uint64_t toNs = 0;
};

struct Timeline {
    RecordingRow recording;
    std::vector<TimelineSegment> segments;
    std::vector<TimelineInterruption> interruptions;
    std::vector<TimelineMark> marks;
    std::vector<TimelineStatement> statements;
};

/// An interruption after which nobody was heard saying why, before the next one.
struct UnsaidInterruption {
    RecordingName recording;
    std::uint64_t seq = 0;
    std::string cause;
    std::int64_t startUs = 0;
};

/// A stretch of time on one recorder.
struct DeviceSpan {
    std::string device;
    std::int64_t fromUs = 0;
    std::int64_t toUs = 0;  // exclusive
};

/// All that is given must hold.
struct RecordingFilter {
    std::optional<std::string> device;
    std::optional<std::int64_t> fromUs;  // started at or after
    std::optional<std::int64_t> toUs;    // started before
    std::optional<std::string> verdict;
    std::optional<std::vector<DeviceSpan>> within;  // started in one of them
};

/// Where a page ended.
struct RecordingPlace {
    std::int64_t startUs = 0;
    RecordingName name;
};

struct RecordingPage {
    std::vector<RecordingRow> rows;
    std::optional<RecordingPlace> next;  // nothing: that was all
};

/// Reads the catalogue beside its writer, on a connection of its own. Thread-safe.
///
/// Errors of all calls: those of the database.
class Browser {
public:
    /// Errors besides: FailedPrecondition if the catalogue is of another version.
    [[nodiscard]] static Result<std::unique_ptr<Browser>> open(const std::string& folder);

    /// At most `limit` recordings behind `after`, the newest first. A page may be short, and not
    /// the last: one call looks at a bounded number of recordings.
    [[nodiscard]] Result<RecordingPage> recordings(const RecordingFilter& filter,
                                                   const std::optional<RecordingPlace>& after,
                                                   std::size_t limit);
    [[nodiscard]] Result<std::optional<Timeline>> timeline(const RecordingName& name);
    /// At most `limit` that began at `sinceUs` or later, the newest first.
    [[nodiscard]] Result<std::vector<UnsaidInterruption>> unsaid(std::int64_t sinceUs,
                                                                 std::size_t limit);

private:
    explicit Browser(Connection connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<RecordingRow> complete(RecordingRow row);
    [[nodiscard]] Result<std::vector<TimelineSegment>> segments(const RecordingName& name);
    [[nodiscard]] Result<void> readEvents(Timeline& timeline);

    std::mutex mutex_;
    Connection connection_;  // under mutex_
};

}  // namespace liuhen::catalogue
