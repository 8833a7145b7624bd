// SPDX-License-Identifier: Apache-2.0
// Queries for people.
#include "dock/catalogue/browse.hpp"

#include "common/core/files.hpp"
#include "dock/catalogue/schema.hpp"
#include "dock/catalogue/search.hpp"

#include <algorithm>
#include <array>

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
    LIUHEN_TRY(const Transaction state, Transaction::reading(connection_));
    Search search(connection_, filter, after, limit + 1);
    for (std::size_t looked = 0; looked < kLooked; ++looked) {
        LIUHEN_TRY(auto found, search.next());
        if (!found) {
            page.next.reset();
            return page;
        }
        if (page.rows.size() == limit) {
            return page;  // there are others behind the last
        }
        page.next = RecordingPlace{found->startUs, found->name};
        LIUHEN_TRY(RecordingRow row, complete(*std::move(found)));
        if (!filter.verdict || row.verdict == *filter.verdict) {
            page.rows.push_back(std::move(row));
        }
    }
    return page;
}

Result<std::vector<TimelineSegment>> Browser::segments(const RecordingName& name) {
    LIUHEN_TRY(Statement asked, connection_.prepare(kSegmentsSql));
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
    LIUHEN_TRY(Statement chapter, connection_.prepare(kChapterSql));
    LIUHEN_TRY(const bool stored, bindName(chapter, row.name).step());
    if (stored) {
        row.verdict = worse(row.verdict, chapter.text(0));
    }
    LIUHEN_TRY(Statement count, connection_.prepare(kInterruptionsSql));
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
    LIUHEN_TRY(const Transaction state, Transaction::reading(connection_));
    Timeline timeline;
    {
        LIUHEN_TRY(Statement asked, connection_.prepare(kRecordingSql));
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

Result<std::vector<UnsaidInterruption>> Browser::unsaid(std::int64_t sinceUs, std::size_t limit) {
    const std::scoped_lock guard(mutex_);
    LIUHEN_TRY(Statement asked,
               connection_.prepare(
                   "select device, generation, recording, seq, cause, start_us from interruption i "
                   "where start_us >= ?1 and not exists (select 1 from statement s where "
                   "s.device = i.device and s.generation = i.generation and "
                   "s.recording = i.recording and s.what = 'resume' and s.result = 'heard' and "
                   "s.time_us >= i.start_us and not exists (select 1 from interruption n where "
                   "n.device = i.device and n.generation = i.generation and "
                   "n.recording = i.recording and n.start_us > i.start_us and "
                   "n.start_us <= s.time_us)) order by start_us desc limit ?2"));
    asked.bind(sinceUs).bind(static_cast<std::uint64_t>(limit));
    std::vector<UnsaidInterruption> found;
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            return found;
        }
        found.push_back({{asked.text(0), asked.number(1), asked.number(2)},
                         asked.number(3),
                         asked.text(4),
                         static_cast<std::int64_t>(asked.number(5))});
    }
}

}  // namespace liuhen::catalogue
