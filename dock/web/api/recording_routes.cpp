// SPDX-License-Identifier: Apache-2.0
// Recordings and their timelines, out of the catalogue.
#include "dock/web/api/own.hpp"
#include "dock/web/api/recording_search.hpp"
#include "dock/web/api/register_room.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;
using catalogue::RecordingName;
using catalogue::RecordingPlace;

namespace {

constexpr std::int64_t kMostUs = 9'007'199'254'740'991;  // 2^53 - 1
constexpr std::size_t kFilterLetters = 128;
constexpr std::array<std::string_view, 4> kVerdicts = {
    "intact", "altered", "incomplete", "unproven"};

bool isVerdict(std::string_view text) {
    return std::find(kVerdicts.begin(), kVerdicts.end(), text) != kVerdicts.end();
}

/// "start.device.generation.seq"; a device's name may have dots, numbers have none.
std::string cursorOf(const RecordingPlace& place) {
    return fmt::format(
        "{}.{}.{}.{}", place.startUs, place.name.generation, place.name.start, place.name.device);
}

std::optional<RecordingPlace> placeOf(std::string_view cursor) {
    std::array<std::uint64_t, 3> numbers{};
    for (std::uint64_t& number : numbers) {
        const std::size_t dot = cursor.find('.');
        const auto value = numberOf(cursor.substr(0, dot));
        if (dot == std::string_view::npos || !value) {
            return std::nullopt;
        }
        number = *value;
        cursor.remove_prefix(dot + 1);
    }
    if (!isDevice(cursor)) {
        return std::nullopt;
    }
    return RecordingPlace{static_cast<std::int64_t>(numbers[0]),
                          RecordingName{std::string(cursor), numbers[1], numbers[2]}};
}

// A json of its own converts to and from everything, so it is filled in and not a Result.
Result<void> fillRecording(Parts& parts, const catalogue::RecordingRow& row, json& to) {
    json officers = json::array();
    LIUHEN_TRY(const auto people, peopleOf(parts, row));
    LIUHEN_CHECK(addPeople(parts, people, officers));
    to = json{{"device", row.name.device},
              {"generation", numberJson(row.name.generation)},
              {"start", numberJson(row.name.start)},
              {"manner", row.manner},
              {"trigger", row.trigger},
              {"start_us", row.startUs},
              {"end_us", orNull(row.endUs)},
              {"end_reason", orNull(row.endReason)},
              {"segments", row.segments},
              {"stored_segments", row.storedSegments},
              {"size_bytes", row.sizeBytes},
              {"interruptions", row.interruptions},
              {"verdict", row.verdict},
              {"officers", std::move(officers)}};
    return {};
}

net::Response listed(Parts& parts, Call& call) {
    Query& query = call.query;
    catalogue::RecordingFilter filter;
    filter.device = query.shaped("device", &isDevice);
    filter.fromUs = query.integer("from_us", 0, kMostUs);
    filter.toUs = query.integer("to_us", 0, kMostUs);
    filter.verdict = query.shaped("verdict", &isVerdict);
    const auto officer = query.shaped("officer", &isHex64);
    RegisterFilter known;
    known.unit = query.text("unit", 1, kFilterLetters);
    known.matter = query.text("matter", 1, kFilterLetters);
    known.place = query.text("place", 1, kFilterLetters);
    known.lawsuit = query.text("case", 1, kFilterLetters);
    const std::size_t limit = query.limit();
    std::optional<RecordingPlace> after;
    if (const auto cursor = query.text("after", 1, 128)) {
        after = placeOf(*cursor);
        if (!after) {
            query.reject("after");
        }
    }
    if (const std::string wrong = query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    known.officer = officer ? personOf(*officer) : std::nullopt;
    if (seesOwnOnly(call.who())) {
        if (known.officer && *known.officer != call.who().person) {
            return refusal(Problem::Forbidden);
        }
        known.officer = call.who().person;
    }
    if (!known.empty()) {
        auto spans = spansOf(parts, known);
        if (!spans) {
            return refusalOf(spans.error());
        }
        filter.within = *std::move(spans);
    }
    const auto page = parts.browser.recordings(filter, after, limit);
    if (!page) {
        return refusalOf(page.error());
    }
    json items = json::array();
    for (const catalogue::RecordingRow& row : page->rows) {
        json item;
        if (const auto filled = fillRecording(parts, row, item); !filled) {
            return refusalOf(filled.error());
        }
        items.push_back(std::move(item));
    }
    return reply(
        200,
        {{"items", std::move(items)}, {"next", page->next ? json(cursorOf(*page->next)) : json()}});
}

json segmentsJson(const catalogue::Timeline& timeline) {
    json out = json::array();
    for (const catalogue::TimelineSegment& segment : timeline.segments) {
        out.push_back({{"segment", numberJson(segment.segment)},
                       {"start_us", segment.startUs},
                       {"end_us", segment.endUs},
                       {"pre_event", segment.preEvent},
                       {"encrypted", segment.encrypted},
                       {"size_bytes", segment.sizeBytes},
                       {"parts", segment.parts},
                       {"parts_lost", segment.partsLost},
                       {"object", segment.object ? json(core::toHex(*segment.object)) : json()},
                       {"leaf", orNull(segment.leaf)},
                       {"verdict", orNull(segment.verdict)}});
    }
    return out;
}

Result<void> fillInterruptions(Parts& parts, const catalogue::Timeline& timeline, json& out) {
    out = json::array();
    for (const catalogue::TimelineInterruption& each : timeline.interruptions) {
        json tracks = json::array();
        for (std::string_view rest = each.tracks; !rest.empty();) {
            const std::size_t comma = rest.find(',');
            tracks.push_back(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
        }
        json explanations = json::array();
        LIUHEN_CHECK(addExplanations(parts, timeline.recording.name, each.seq, explanations));
        out.push_back({{"seq", numberJson(each.seq)},
                       {"explanations", std::move(explanations)},
                       {"tracks", std::move(tracks)},
                       {"cause", each.cause},
                       {"declared_by", each.declaredBy},
                       {"start_us", each.startUs},
                       {"end_us", orNull(each.endUs)}});
    }
    return {};
}

json marksJson(const catalogue::Timeline& timeline) {
    json out = json::array();
    for (const catalogue::TimelineMark& mark : timeline.marks) {
        out.push_back(
            {{"seq", numberJson(mark.seq)}, {"what", mark.what}, {"time_us", mark.timeUs}});
    }
    return out;
}

json statementsJson(const catalogue::Timeline& timeline) {
    json out = json::array();
    for (const catalogue::TimelineStatement& statement : timeline.statements) {
        out.push_back({{"seq", numberJson(statement.seq)},
                       {"what", statement.what},
                       {"result", statement.result},
                       {"time_us", statement.timeUs},
                       {"from_ns", numberJson(statement.fromNs)},
                       {"to_ns", numberJson(statement.toNs)}});
    }
    return out;
}

net::Response timeline(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto generation = numberOf(call.part("generation"));
    const auto start = numberOf(call.part("start"));
    if (!isDevice(call.part("device")) || !generation || !start) {
        return refusal(Problem::NotFound);
    }
    const auto found =
        parts.browser.timeline(RecordingName{call.part("device"), *generation, *start});
    if (!found) {
        return refusalOf(found.error());
    }
    const auto seen = *found ? maySee(parts, call.who(), (*found)->recording) : Result<bool>(false);
    if (!seen) {
        return refusalOf(seen.error());
    }
    if (!*seen) {
        return refusal(Problem::NotFound);
    }
    json recording;
    if (const auto filled = fillRecording(parts, (*found)->recording, recording); !filled) {
        return refusalOf(filled.error());
    }
    json interruptions;
    if (const auto filled = fillInterruptions(parts, **found, interruptions); !filled) {
        return refusalOf(filled.error());
    }
    return reply(200,
                 {{"recording", std::move(recording)},
                  {"segments", segmentsJson(**found)},
                  {"interruptions", std::move(interruptions)},
                  {"marks", marksJson(**found)},
                  {"statements", statementsJson(**found)}});
}

}  // namespace

std::vector<Route> recordingRoutes() {
    const Who viewers =
        Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor, Role::Reviewer});
    return {
        {"GET", "/api/v1/recordings", "listRecordings", viewers, &listed},
        {"GET",
         "/api/v1/recordings/{device}/{generation}/{start}",
         "recording",
         viewers,
         &timeline},
    };
}

}  // namespace liuhen::web
