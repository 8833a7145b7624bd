// SPDX-License-Identifier: Apache-2.0
// Stretches merged.
#include "dock/catalogue/search.hpp"

#include <algorithm>
#include <tuple>

namespace liuhen::catalogue {

namespace {

/// Read of a stretch at once where there are several: a shift has few recordings.
constexpr std::size_t kOfSpan = 16;
constexpr const char* kIntact = "intact";

/// As the tables are ordered: numbers that a recorder signed are kept modulo 2^64.
auto orderOf(std::int64_t startUs, const RecordingName& name) {
    return std::make_tuple(startUs,
                           std::string_view(name.device),
                           static_cast<std::int64_t>(name.generation),
                           static_cast<std::int64_t>(name.start));
}

/// Stretches of one recorder that overlap or touch become one, so that no recording comes twice.
std::vector<DeviceSpan> joined(std::vector<DeviceSpan> spans) {
    std::sort(spans.begin(), spans.end(), [](const DeviceSpan& a, const DeviceSpan& b) {
        return std::tie(a.device, a.fromUs) < std::tie(b.device, b.fromUs);
    });
    std::vector<DeviceSpan> out;
    for (DeviceSpan& span : spans) {
        if (!out.empty() && out.back().device == span.device && span.fromUs <= out.back().toUs) {
            out.back().toUs = std::max(out.back().toUs, span.toUs);
        } else {
            out.push_back(std::move(span));
        }
    }
    return out;
}

}  // namespace

RecordingRow recordingOf(const Statement& row) {
    RecordingRow recording;
    recording.name = RecordingName{row.text(0), row.number(1), row.number(2)};
    recording.manner = row.text(3);
    recording.trigger = row.text(4);
    recording.startUs = static_cast<std::int64_t>(row.number(5));
    if (!row.isNull(6)) {
        recording.endUs = static_cast<std::int64_t>(row.number(6));
    }
    if (!row.isNull(7)) {
        recording.endReason = row.text(7);
    }
    return recording;
}

Search::Search(Connection& connection,
               const RecordingFilter& filter,
               const std::optional<RecordingPlace>& after,
               std::size_t atOnce)
    : connection_(&connection), filter_(filter), after_(after), atOnce_(atOnce) {
    if (filter_.within) {
        addSpans(*std::move(filter_.within));
        filter_.within.reset();
    } else {
        addLane(filter_.device, INT64_MIN, INT64_MAX);
    }
    std::make_heap(lanes_.begin(), lanes_.end(), &isOlder);
}

void Search::addSpans(std::vector<DeviceSpan> spans) {
    for (DeviceSpan& span : joined(std::move(spans))) {
        if (!filter_.device || *filter_.device == span.device) {
            addLane(std::move(span.device), span.fromUs, span.toUs);
        }
    }
    atOnce_ = lanes_.size() > 1 ? std::min(atOnce_, kOfSpan) : atOnce_;
}

void Search::addLane(std::optional<std::string> device, std::int64_t fromUs, std::int64_t toUs) {
    Lane lane;
    lane.device = std::move(device);
    lane.fromUs = std::max(fromUs, filter_.fromUs.value_or(INT64_MIN));
    lane.toUs = std::min(toUs, filter_.toUs.value_or(INT64_MAX));
    if (after_ && after_->startUs < lane.toUs) {
        // The first column's bound is said once more: SQLite searches by it.
        lane.toUs = after_->startUs + 1;
        lane.after = after_;
    }
    if (lane.fromUs < lane.toUs) {
        lanes_.push_back(std::move(lane));
    }
}

/// One that was not read yet may hold anything up to its end: it comes first, and is read then.
bool Search::isOlder(const Lane& one, const Lane& other) {
    if (one.rows.empty() || other.rows.empty()) {
        const std::int64_t a = one.rows.empty() ? one.toUs - 1 : one.rows.front().startUs;
        const std::int64_t b = other.rows.empty() ? other.toUs - 1 : other.rows.front().startUs;
        return std::make_pair(a, one.rows.empty()) < std::make_pair(b, other.rows.empty());
    }
    const RecordingRow& a = one.rows.front();
    const RecordingRow& b = other.rows.front();
    return orderOf(a.startUs, a.name) < orderOf(b.startUs, b.name);
}

Result<void> Search::read(Lane& lane) {
    const bool ofVerdict = filter_.verdict && *filter_.verdict != kIntact;
    LIUHEN_TRY(Statement asked,
               connection_->prepare(
                   searchSql({lane.device.has_value(), ofVerdict, lane.after.has_value()})));
    asked.bind(lane.fromUs).bind(lane.toUs);
    if (lane.device) {
        asked.bind(*lane.device);
    }
    if (ofVerdict) {
        asked.bind(*filter_.verdict);
    }
    if (lane.after) {
        const RecordingName& name = lane.after->name;
        asked.bind(lane.after->startUs).bind(name.device).bind(name.generation).bind(name.start);
    }
    asked.bind(std::uint64_t{atOnce_});
    for (;;) {
        LIUHEN_TRY(const bool row, asked.step());
        if (!row) {
            break;
        }
        lane.rows.push_back(recordingOf(asked));
    }
    lane.more = lane.rows.size() == atOnce_;
    if (lane.more) {
        const RecordingRow& last = lane.rows.back();
        lane.after = RecordingPlace{last.startUs, last.name};
        lane.toUs = last.startUs + 1;
    }
    return {};
}

Result<std::optional<RecordingRow>> Search::next() {
    while (!lanes_.empty()) {
        std::pop_heap(lanes_.begin(), lanes_.end(), &isOlder);
        Lane& lane = lanes_.back();
        std::optional<RecordingRow> found;
        if (!lane.rows.empty()) {
            found = std::move(lane.rows.front());
            lane.rows.pop_front();
        } else {
            LIUHEN_CHECK(read(lane));
        }
        if (lane.rows.empty() && !lane.more) {
            lanes_.pop_back();
        } else {
            std::push_heap(lanes_.begin(), lanes_.end(), &isOlder);
        }
        if (found) {
            return found;
        }
    }
    return std::optional<RecordingRow>();
}

}  // namespace liuhen::catalogue
