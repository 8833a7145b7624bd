// SPDX-License-Identifier: Apache-2.0
// Views: begun under a grant, played, with the signed marks beside.
#include "common/core/log.hpp"
#include "dock/web/api/access_room.hpp"
#include "dock/web/api/view_reading.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;

namespace {

constexpr std::size_t kHeadBytes = 16;   // tell of what type a file is
constexpr std::size_t kNameDigits = 16;  // of its hash, as the name of a file that is stored

std::string addressOf(const OpenView& view, std::string_view what) {
    return fmt::format("/api/v1/views/{}/{}", core::toHex(view.id), what);
}

net::Response begin(Parts& parts, Call& call) {
    auto body = Body::parse(call.request.body);
    if (!body) {
        return refusal(Problem::MalformedBody);
    }
    const std::string grant = body->text("grant", 64, 64);
    Body named = body->object("subject");
    const auto subject = subjectOf(named);
    if (!isHex64(grant)) {
        body->reject("grant");
    }
    if (!subject || (!subject->recording && !subject->object)) {
        body->reject("subject");
    }
    if (const std::string wrong = body->wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    evidence::UseBody use;
    use.grant = *core::digestFromHex(grant);
    use.by = call.who().person;
    use.subject = *subject;
    const auto opened =
        parts.access.vault.change([&use](vault::AccessClient& vault) { return vault.use(use); });
    if (!opened) {
        return opened.error().kind == core::ErrorKind::NotFound ? refusal(Problem::NotStored)
                                                                : refusalOfView(opened.error());
    }
    auto view = std::make_shared<OpenView>();
    view->id = opened->use;
    view->grant = use.grant;
    view->person = use.by;
    view->subject = use.subject;
    view->untilUs = opened->untilUs;
    view->leaf = opened->index;
    view->segments = opened->segments;
    parts.access.views.add(view);
    const bool file = use.subject.object.has_value();
    const auto address = [&view](bool has, std::string_view what) {
        return has ? json(addressOf(*view, what)) : json();
    };
    return reply(201,
                 {{"id", core::toHex(view->id)},
                  {"grant", grant},
                  {"subject", subjectJson(view->subject)},
                  {"until_us", view->untilUs},
                  {"leaf", view->leaf},
                  {"playlist", address(!file, "playlist.m3u8")},
                  {"marks", address(!file, "marks.vtt")},
                  {"file", address(file, "file")}});
}

/// The view of the path, if the session's person began it.
std::shared_ptr<OpenView> viewOf(Parts& parts, const Call& call) {
    const auto id = core::digestFromHex(call.part("id"));
    return isHex64(call.part("id")) && id ? parts.access.views.find(*id, call.who().person)
                                          : nullptr;
}

net::Response refusedReading(const core::Error& error) {
    if (error.kind == core::ErrorKind::NotFound) {
        return refusal(Problem::ViewOver);  // the vault was started anew, or time has passed
    }
    if (error.kind == core::ErrorKind::InvalidArgument) {
        return refusal(Problem::NotPlayable);
    }
    return refusalOfView(error);
}

Result<std::optional<catalogue::Timeline>> timelineOf(Parts& parts, const OpenView& view) {
    const evidence::AccessSubject& subject = view.subject;
    if (!subject.recording) {
        return std::nullopt;
    }
    return parts.browser.timeline({subject.device, *subject.generation, *subject.recording});
}

/// Answers what `make` makes of the playlist, which is read if it was not yet.
template <class Make>
net::Response withPlaylist(Parts& parts, Call& call, const char* type, const Make& make) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto view = viewOf(parts, call);
    if (!view) {
        return refusal(Problem::NotFound);
    }
    const auto timeline = timelineOf(parts, *view);
    if (!timeline) {
        return refusalOf(timeline.error());
    }
    const std::lock_guard guard(view->mutex);
    if (!view->playlist) {
        auto read = readPlaylist(parts.access.vault, *view, *timeline);
        if (!read) {
            return refusedReading(read.error());
        }
        view->playlist = *std::move(read);
    }
    net::Response response;
    response.contentType = type;
    response.body = core::toBuffer(core::viewOf(make(*view->playlist, *timeline)));
    return response;
}

net::Response playlist(Parts& parts, Call& call) {
    return withPlaylist(
        parts, call, "application/vnd.apple.mpegurl", [](const Playlist& list, const auto&) {
            return list.text();
        });
}

net::Response marks(Parts& parts, Call& call) {
    return withPlaylist(parts, call, "text/vtt", [](const Playlist& list, const auto& timeline) {
        return timeline ? list.cues(timeline->marks, timeline->statements) : list.cues({}, {});
    });
}

net::Response segment(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto view = viewOf(parts, call);
    const auto number = numberOf(call.part("n"));
    if (!view || !number || !view->has(*number)) {
        return refusal(Problem::NotFound);
    }
    auto source = segmentSource(parts.access.vault, view->id, *number);
    if (!source) {
        return refusedReading(source.error());
    }
    net::Response response;
    response.contentType = "video/mp4";
    response.source = *std::move(source);
    return response;
}

/// What browsers show of their own, by a file's first bytes. Never what they would run.
std::string_view mediaTypeOf(std::string_view head) {
    struct Type {
        std::size_t at;
        std::string_view bytes;
        std::string_view name;
    };
    static constexpr std::array kTypes = {
        Type{0, "\xff\xd8\xff", "image/jpeg"},
        Type{0, "\x89PNG\r\n", "image/png"},
        Type{4, "ftyp", "video/mp4"},
        Type{0, "\x1a\x45\xdf\xa3", "video/webm"},
        Type{8, "WAVE", "audio/wav"},
        Type{0, "ID3", "audio/mpeg"},
        Type{0, "\xff\xfb", "audio/mpeg"},
    };
    for (const Type& type : kTypes) {
        if (head.size() > type.at && head.substr(type.at).starts_with(type.bytes)) {
            return type.name;
        }
    }
    return "application/octet-stream";
}

/// An object as it was kept. It came from outside: a browser that is led here stores it and opens
/// nothing.
net::Response file(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto view = viewOf(parts, call);
    if (!view || !view->subject.object) {
        return refusal(Problem::NotFound);
    }
    auto source = segmentSource(parts.access.vault, view->id, 0);
    if (!source) {
        return refusedReading(source.error());
    }
    std::array<std::uint8_t, kHeadBytes> bytes{};
    const auto have = source->readAt(
        0, std::span(bytes).first(std::min<std::uint64_t>(bytes.size(), source->size)));
    if (!have) {
        return refusedReading(have.error());
    }
    const std::string head(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*have));
    net::Response response;
    response.contentType = mediaTypeOf(head);
    response.headers.set("Content-Disposition",
                         fmt::format("attachment; filename=\"{}\"",
                                     core::toHex(*view->subject.object).substr(0, kNameDigits)));
    response.source = *std::move(source);
    return response;
}

}  // namespace

std::vector<Route> replayRoutes() {
    const Who viewers = Who::of({Role::Officer, Role::Custodian, Role::Supervisor, Role::Reviewer});
    return {
        {"POST", "/api/v1/views", "beginView", viewers, &begin},
        {"GET", "/api/v1/views/{id}/playlist.m3u8", "playlist", viewers, &playlist},
        {"GET", "/api/v1/views/{id}/segments/{n}.mp4", "viewSegment", viewers, &segment},
        {"GET", "/api/v1/views/{id}/marks.vtt", "viewMarks", viewers, &marks},
        {"GET", "/api/v1/views/{id}/file", "viewFile", viewers, &file},
    };
}

}  // namespace liuhen::web
