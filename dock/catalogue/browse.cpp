// SPDX-License-Identifier: Apache-2.0
// Queries for people.
#include "dock/catalogue/browse.hpp"

#include "common/core/files.hpp"
#include "dock/catalogue/schema.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::catalogue {

namespace {

/// Recordings that one call looks at.
constexpr std::size_t kLooked = 500;
constexpr const char* kFile = "catalogue.db";

/// From the best to the worst.
constexpr std::array<std::string_view, 4> kVerdicts = {
    "intact", "unproven", "incomplete", "altered"};

std::string worse(const std::string& a, std::string_view b) {
    const auto rank = [](std::string_view verdict) {
        return std::find(kVerdicts.begin(), kVerdicts.end(), verdict) - kVerdicts.begin();
    };
    return rank(b) > rank(a) ? std::string(b) : a;
}

std::int64_t timeAt(const Statement& row, int column) {
    return static_cast<std::int64_t>(row.number(column));
}

std::optional<std::int64_t> optionalTimeAt(const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(timeAt(row, column));
}

Statement& bindName(Statement& row, const RecordingName& name) {
    return row.bind(name.device).bind(name.generation).bind(name.start);
}

RecordingRow recordingOf(const Statement& row) {
    RecordingRow recording;
    recording.name = RecordingName{row.text(0), row.number(1), row.number(2)};
    recording.manner = row.text(3);
    recording.trigger = row.text(4);
    recording.startUs = timeAt(row, 5);
    recording.endUs = optionalTimeAt(row, 6);
    if (!row.isNull(7)) {
        recording.endReason = row.text(7);
    }
    return recording;
}

bool lies(const RecordingRow& row, const std::vector<DeviceSpan>& within) {
    return std::any_of(within.begin(), within.end(), [&row](const DeviceSpan& span) {
        return span.device == row.name.device && row.startUs >= span.fromUs &&
               row.startUs < span.toUs;
    });
}

/// Bounds of the start, so that spans of one day do not read the whole catalogue.
std::pair<std::int64_t, std::int64_t> boundsOf(const RecordingFilter& filter) {
    std::int64_t from = filter.fromUs.value_or(INT64_MIN);
    std::int64_t to = filter.toUs.value_or(INT64_MAX);
    if (filter.within && !filter.within->empty()) {
        std::int64_t least = INT64_MAX;
        std::int64_t most = INT64_MIN;
        for (const DeviceSpan& span : *filter.within) {
            least = std::min(least, span.fromUs);
            most = std::max(most, span.toUs);
        }
        from = std::max(from, least);
        to = std::min(to, most);
    }
    return {from, to};
}

}  // namespace

Result<std::unique_ptr<Browser>> Browser::open(const std::string& folder) {
    LIUHEN_TRY(Connection connection,
               Connection::open(
                   core::joinPath(folder, kFile), Connection::Mode::Read, kSchema, kSchemaVersion));
    return std::unique_ptr<Browser>(new Browser(std::move(connection)));
}

Result<RecordingPage> Browser::recordings(const RecordingFilter& filter,
                                          const std::optional<RecordingPlace>& after,
                                          std::size_t limit) {
    RecordingPage page;
    if (filter.within && filter.within->empty()) {
        return page;
    }
    const std::scoped_lock guard(mutex_);
    // Conditions that are not asked for are left out, so that an index can be searched.
    LIUHEN_TRY(Statement asked,
               connection_.prepare(fmt::format(
                   "select device, generation, start, manner, trigger, start_us, end_us, "
                   "end_reason from recording where start_us >= ?1 and start_us < ?2 {} {} "
                   "order by start_us desc, device desc, generation desc, start desc limit ?3",
                   filter.device ? "and device = ?4" : "and ?4 is null",
                   after ? "and (start_us, device, generation, start) < (?5, ?6, ?7, ?8)" : "")));
    const auto [from, to] = boundsOf(filter);
    // The first column's bound is said once more: SQLite searches by it.
    const std::int64_t most = after && after->startUs < to ? after->startUs + 1 : to;
    asked.bind(from).bind(most);
    asked.bind(std::uint64_t{kLooked});
    if (filter.device) {
        asked.bind(*filter.device);
    } else {
        asked.bind(std::optional<std::int64_t>());
    }
    if (after) {
        asked.bind(after->startUs);
        bindName(asked, after->name);
    }
    for (std::size_t looked = 0;; ++looked) {
        LIUHEN_TRY(const bool more, asked.step());
        if (!more) {
            if (looked < kLooked) {
                page.next.reset();
            }
            return page;
        }
        if (page.rows.size() == limit) {
            return page;  // there are others behind the last
        }
        RecordingRow row = recordingOf(asked);
        page.next = RecordingPlace{row.startUs, row.name};
        if (filter.within && !lies(row, *filter.within)) {
            continue;
        }
        LIUHEN_TRY(row, complete(std::move(row)));
        if (!filter.verdict || row.verdict == *filter.verdict) {
            page.rows.push_back(std::move(row));
        }
    }
}

Result<std::vector<TimelineSegment>> Browser::segments(const RecordingName& name) {
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select s.segment, s.start_us, s.end_us, s.pre_event, s.encrypted, "
                   "coalesce(o.size_bytes, s.size_bytes), s.parts, s.parts_lost, o.object, o.leaf, "
                   "o.verdict from segment s left join object o on o.device = s.device and "
                   "o.generation = s.generation and o.recording = s.recording and o.segment = "
                   "s.segment where s.device = ?1 and s.generation = ?2 and s.recording = ?3 "
                   "order by s.segment, o.leaf"));
    bindName(asked, name);
    std::vector<TimelineSegment> segments;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return segments;
        }
        TimelineSegment segment;
        segment.segment = asked.number(0);
        if (!segments.empty() && segments.back().segment == segment.segment) {
            continue;  // only the first leaf of a place counts
        }
        segment.startUs = timeAt(asked, 1);
        segment.endUs = timeAt(asked, 2);
        segment.preEvent = asked.number(3) != 0;
        segment.encrypted = asked.number(4) != 0;
        segment.sizeBytes = asked.number(5);
        segment.parts = asked.number(6);
        segment.partsLost = asked.number(7);
        if (!asked.isNull(8)) {
            const core::Buffer bytes = asked.bytes(8);
            Digest object{};
            std::copy_n(bytes.begin(), std::min(bytes.size(), object.size()), object.begin());
            segment.object = object;
            segment.leaf = asked.number(9);
            segment.verdict = asked.text(10);
        }
        segments.push_back(std::move(segment));
    }
}

Result<RecordingRow> Browser::complete(RecordingRow row) {
    LIUHEN_TRY(const auto parts, segments(row.name));
    row.verdict = kVerdicts.front();
    for (const TimelineSegment& segment : parts) {
        ++row.segments;
        if (segment.object) {
            ++row.storedSegments;
            row.sizeBytes += segment.sizeBytes;
            row.verdict = worse(row.verdict, *segment.verdict);
        } else if (segment.parts > segment.partsLost) {
            row.verdict = worse(row.verdict, "incomplete");
        }
    }
    LIUHEN_TRY(
        Statement chapter,
        connection_.prepare("select o.verdict from object o indexed by object_of_chapter where "
                            "o.device = ?1 and "
                            "o.generation = ?2 and o.recording is null and o.type = 'chapter' and "
                            "o.first <= ?3 and o.seq >= ?3 order by o.first desc, o.leaf limit 1"));
    LIUHEN_TRY(const bool stored, bindName(chapter, row.name).step());
    if (stored) {
        row.verdict = worse(row.verdict, chapter.text(0));
    }
    LIUHEN_TRY(Statement count,
               connection_.prepare("select count(*) from interruption where device = ?1 and "
                                   "generation = ?2 and recording = ?3"));
    LIUHEN_TRY(const bool counted, bindName(count, row.name).step());
    row.interruptions = counted ? count.number(0) : 0;
    return row;
}

Result<void> Browser::readEvents(Timeline& timeline) {
    const RecordingName& name = timeline.recording.name;
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("select seq, tracks, cause, declared_by, start_us, end_us "
                                       "from interruption where device = ?1 and generation = ?2 "
                                       "and recording = ?3 order by seq"));
        bindName(row, name);
        for (;;) {
            LIUHEN_TRY(const bool more, row.step());
            if (!more) {
                break;
            }
            timeline.interruptions.push_back(TimelineInterruption{row.number(0),
                                                                  row.text(1),
                                                                  row.text(2),
                                                                  row.text(3),
                                                                  timeAt(row, 4),
                                                                  optionalTimeAt(row, 5)});
        }
    }
    {
        LIUHEN_TRY(Statement row,
                   connection_.prepare("select seq, what, time_us from mark where device = ?1 and "
                                       "generation = ?2 and recording = ?3 order by seq"));
        bindName(row, name);
        for (;;) {
            LIUHEN_TRY(const bool more, row.step());
            if (!more) {
                break;
            }
            timeline.marks.push_back(TimelineMark{row.number(0), row.text(1), timeAt(row, 2)});
        }
    }
    LIUHEN_TRY(Statement row,
               connection_.prepare("select seq, what, result, time_us, from_ns, to_ns from "
                                   "statement where device = ?1 and generation = ?2 and recording "
                                   "= ?3 order by seq"));
    bindName(row, name);
    for (;;) {
        LIUHEN_TRY(const bool more, row.step());
        if (!more) {
            return {};
        }
        timeline.statements.push_back(TimelineStatement{
            row.number(0), row.text(1), row.text(2), timeAt(row, 3), row.number(4), row.number(5)});
    }
}

Result<std::optional<Timeline>> Browser::timeline(const RecordingName& name) {
    const std::scoped_lock guard(mutex_);
    Timeline timeline;
    {
        LIUHEN_TRY(Statement asked,
                   connection_.prepare("select device, generation, start, manner, trigger, "
                                       "start_us, end_us, end_reason from recording where device = "
                                       "?1 and generation = ?2 and start = ?3"));
        LIUHEN_TRY(const bool row, bindName(asked, name).step());
        if (!row) {
            return std::optional<Timeline>();
        }
        timeline.recording = recordingOf(asked);
    }
    LIUHEN_TRY(timeline.recording, complete(std::move(timeline.recording)));
    LIUHEN_TRY(timeline.segments, segments(name));
    LIUHEN_CHECK(readEvents(timeline));
    return std::optional(std::move(timeline));
}

}  // namespace liuhen::catalogue
