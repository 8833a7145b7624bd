// SPDX-License-Identifier: Apache-2.0
// Views: begun under a grant, played, with the signed marks beside.
#include "common/core/log.hpp"
#include "dock/web/api/access_room.hpp"
#include "dock/web/api/view_reading.hpp"

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;

namespace {

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
    return reply(201,
                 {{"id", core::toHex(view->id)},
                  {"grant", grant},
                  {"subject", subjectJson(view->subject)},
                  {"until_us", view->untilUs},
                  {"leaf", view->leaf},
                  {"playlist", addressOf(*view, "playlist.m3u8")},
                  {"marks", addressOf(*view, "marks.vtt")}});
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

}  // namespace

std::vector<Route> replayRoutes() {
    const Who viewers = Who::of({Role::Officer, Role::Custodian, Role::Supervisor, Role::Reviewer});
    return {
        {"POST", "/api/v1/views", "beginView", viewers, &begin},
        {"GET", "/api/v1/views/{id}/playlist.m3u8", "playlist", viewers, &playlist},
        {"GET", "/api/v1/views/{id}/segments/{n}.mp4", "viewSegment", viewers, &segment},
        {"GET", "/api/v1/views/{id}/marks.vtt", "viewMarks", viewers, &marks},
    };
}

}  // namespace liuhen::web
