// SPDX-License-Identifier: Apache-2.0
// Recordings in the order of their beginning, the newest first, out of one or many stretches.
#pragma once

#include "dock/catalogue/browse.hpp"
#include "dock/catalogue/queries.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::catalogue {

/// A row of kRecordingSql or searchSql(), nothing counted yet.
[[nodiscard]] RecordingRow recordingOf(const Statement& row);

/// Finds the recordings that a filter lets through, one by one. What is not known of one before its
/// segments are looked at, its verdict, is left to the caller: all that may have it come.
class Search {
public:
    /// `connection` must outlive it. `atOnce`: how many a caller will want, as far as it knows.
    Search(Connection& connection,
           const RecordingFilter& filter,
           const std::optional<RecordingPlace>& after,
           std::size_t atOnce);

    /// The next one, older than the one before; nothing: that was all. Errors: of the database.
    [[nodiscard]] Result<std::optional<RecordingRow>> next();

private:
    /// A stretch that was read so far, the newest in front.
    struct Lane {
        std::optional<std::string> device;
        std::int64_t fromUs = 0;
        std::int64_t toUs = 0;  // exclusive
        std::deque<RecordingRow> rows;
        bool more = true;  // behind `rows`
        std::optional<RecordingPlace> after;
    };
    void addLane(std::optional<std::string> device, std::int64_t fromUs, std::int64_t toUs);
    void addSpans(std::vector<DeviceSpan> spans);
    [[nodiscard]] Result<void> read(Lane& lane);
    [[nodiscard]] static bool isOlder(const Lane& one, const Lane& other);

    Connection* connection_;
    RecordingFilter filter_;
    std::optional<RecordingPlace> after_;
    std::size_t atOnce_;
    std::vector<Lane> lanes_;  // a heap, by isOlder()
};

}  // namespace liuhen::catalogue
