// SPDX-License-Identifier: Apache-2.0
// What is asked for a page of recordings: each query reads an index in its order, and of it no more
// than it answers, however many recordings there are (tests/dock/catalogue/search_test.cpp).
#pragma once

#include <string>
#include <string_view>

namespace liuhen::catalogue {

/// What is searched of one stretch of time.
struct SearchShape {
    bool ofDevice = false;   // one recorder's recordings, else all
    bool ofVerdict = false;  // those of which something has a verdict other than intact
    bool after = false;      // behind a place
};

/// Recordings, the newest first: device, generation, start, manner, trigger, start_us, end_us,
/// end_reason. Its values in order: the stretch's begin, its end (exclusive), then those that the
/// shape asks for: the device; the verdict; start, device, generation and seq of the place; then
/// the most rows.
[[nodiscard]] std::string searchSql(const SearchShape& shape);

// Of one recording, whose values are device, generation, seq of its start.

/// As searchSql().
inline constexpr std::string_view kRecordingSql =
    "select device, generation, start, manner, trigger, start_us, end_us, end_reason "
    "from recording where device = ?1 and generation = ?2 and start = ?3";
/// Its segments in order, each with its objects, the first leaf in front.
inline constexpr std::string_view kSegmentsSql =
    "select s.segment, s.start_us, s.end_us, s.pre_event, s.encrypted, "
    "coalesce(o.size_bytes, s.size_bytes), s.parts, s.parts_lost, o.object, o.leaf, o.verdict "
    "from segment s left join object o on o.device = s.device and o.generation = s.generation "
    "and o.recording = s.recording and o.segment = s.segment "
    "where s.device = ?1 and s.generation = ?2 and s.recording = ?3 order by s.segment, o.leaf";
/// The verdict of the chapter that holds its start.
inline constexpr std::string_view kChapterSql =
    "select verdict from object indexed by object_of_chapter where device = ?1 and "
    "generation = ?2 and type = 'chapter' and first <= ?3 and seq >= ?3 "
    "order by first desc, leaf limit 1";
inline constexpr std::string_view kInterruptionsSql =
    "select count(*) from interruption where device = ?1 and generation = ?2 and recording = ?3";

}  // namespace liuhen::catalogue
