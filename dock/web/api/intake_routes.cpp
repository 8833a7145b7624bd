// SPDX-License-Identifier: Apache-2.0
// Bays, events, to-do list and the vault's state.
#include "dock/web/api/own.hpp"
#include "dock/web/api/todo.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::web {

using access::Role;

namespace {

constexpr std::chrono::milliseconds kPace{1000};
constexpr core::Nanoseconds kSilence = std::chrono::seconds(15);
constexpr core::Nanoseconds kTodoPace = std::chrono::seconds(5);
constexpr const char* kVersion = "0.1.0";

const Who& bayWatchers() {
    static const Who who = Who::of({Role::Officer, Role::Custodian, Role::Head, Role::Supervisor});
    return who;
}

json lastJson(const ingest::Outcome& last) {
    const auto kept = std::count_if(last.objects.begin(), last.objects.end(), [](const auto& each) {
        return each.state == ingest::ObjectState::Quarantined ||
               each.state == ingest::ObjectState::Forked;
    });
    return {{"device", last.device},
            {"end", ingest::name(last.end)},
            {"reason", last.reason},
            {"start_us", last.startUs},
            {"end_us", last.endUs},
            {"segments", last.segments},
            {"footage_bytes", last.footageBytes},
            {"kept", kept}};
}

/// To whom the recorder is handed out now, the one who has it first; an officer alone is told of
/// their own hand-outs. Empty if it cannot be known.
json officersOf(Parts& parts, const access::Session& session, const std::string& device) {
    std::vector<access::Person> people;
    const auto seen = parts.desk.records.look([&](const registry::View& view) {
        const registry::NotedHandout* out = view.openHandout(device);
        if (out == nullptr || !(!seesOwnOnly(session) || isOf(*out, session.person))) {
            return;
        }
        people.push_back(out->holder());
        for (const access::Person& companion : out->body.companions) {
            if (companion != out->holder()) {
                people.push_back(companion);
            }
        }
    });
    json officers = json::array();
    const bool told = seen && addPeople(parts, people, officers);
    return told ? officers : json::array();
}

json bayJson(Parts& parts, const access::Session& session, const bay::Bay& bay) {
    const ingest::Snapshot now = bay.snapshot();
    const auto rate = static_cast<std::uint64_t>(std::max(now.bytesPerSecond, 0.0));
    const std::uint64_t left = now.totalBytes > now.doneBytes ? now.totalBytes - now.doneBytes : 0;
    const auto last = bay.outcome();
    return {{"name", bay.name()},
            {"phase", ingest::name(now.phase)},
            {"device", now.device.empty() ? json() : json(now.device)},
            {"officers", officersOf(parts, session, now.device)},
            {"note", now.note},
            {"done_bytes", now.doneBytes},
            {"total_bytes", now.totalBytes},
            {"bytes_per_s", rate},
            {"left_s", rate > 0 ? json(left / rate) : json()},
            {"last", last ? lastJson(*last) : json()}};
}

json baysJson(Parts& parts, const access::Session& session) {
    json items = json::array();
    for (const auto& bay : parts.fleet.bays()) {
        items.push_back(bayJson(parts, session, *bay));
    }
    return items;
}

json withTime(const Parts& parts, json items) {
    return {{"items", std::move(items)}, {"now_us", parts.clock.utc().count()}};
}

/// One stream of events: what it sent last, so that only changes go out.
class Events {
public:
    Events(Parts& parts, access::Session session) : parts_(&parts), session_(std::move(session)) {}
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    ~Events() { parts_->sessions.endStream(session_.key); }

    Result<std::optional<net::Buffer>> next() {
        if (over_) {
            return std::optional<net::Buffer>();
        }
        std::string text;
        if (const auto session = parts_->sessions.look(session_.key); session && session->whole()) {
            session_ = *session;
            addChanges(text);
        } else {
            over_ = true;
            text = fmt::format("event: end\ndata: {}\n\n", problemText(Problem::NotLoggedIn));
        }
        const core::Nanoseconds now = parts_->clock.boottime();
        if (text.empty() && now - sentAt_ >= kSilence) {
            text = ": still here\n\n";
        }
        if (!text.empty()) {
            sentAt_ = now;
        }
        return std::optional(core::toBuffer(core::viewOf(text)));
    }

private:
    void addChanges(std::string& text) {
        if (session_.roles.any(bayWatchers().roles)) {
            add(text, "bays", baysJson(*parts_, session_), bays_);
        }
        const core::Nanoseconds now = parts_->clock.boottime();
        if (todo_.empty() || now - todoAt_ >= kTodoPace) {
            todoAt_ = now;
            add(text, "todo", todoItems(*parts_, session_), todo_);
        }
    }
    void add(std::string& text, const char* event, const json& items, std::string& last) const {
        std::string now = items.dump(-1, ' ', false, json::error_handler_t::replace);
        if (now == last) {
            return;
        }
        last = std::move(now);
        text += fmt::format(
            "event: {}\ndata: {}\n\n",
            event,
            withTime(*parts_, items).dump(-1, ' ', false, json::error_handler_t::replace));
    }

    Parts* parts_;
    access::Session session_;
    std::string bays_;
    std::string todo_;
    core::Nanoseconds todoAt_{};
    core::Nanoseconds sentAt_{};
    bool over_ = false;
};

net::Response events(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    net::Response response;
    response.contentType = "text/event-stream";
    response.headers.set("X-Accel-Buffering", "no");
    if (call.request.method == "HEAD") {
        return response;
    }
    if (!parts.sessions.beginStream(call.who().key)) {
        return refusal(Problem::TooManyStreams);
    }
    auto stream = std::make_shared<Events>(parts, call.who());
    response.stream = net::BodyStream{kPace, [stream] { return stream->next(); }};
    return response;
}

net::Response status(Parts& parts, Call& call) {
    if (const std::string wrong = call.query.wrong(); !wrong.empty()) {
        return refusal(Problem::WrongField, wrong);
    }
    const auto now = parts.vault.status();
    if (!now) {
        return refusalOf(now.error());
    }
    return reply(200,
                 {{"origin", now->origin},
                  {"log_size", now->logSize},
                  {"stored", now->stored},
                  {"quarantined", now->quarantined},
                  {"forks", now->forks},
                  {"receipts", now->receipts},
                  {"free_bytes", now->freeBytes},
                  {"absent", now->absent},
                  {"damaged", now->scrub.damagedCount},
                  {"second_copy", orNull(now->second)},
                  {"uncopied", now->uncopied},
                  {"sandbox", now->sandbox},
                  {"freezing", now->freezing},
                  {"version", kVersion}});
}

}  // namespace

std::vector<Route> intakeRoutes() {
    return {
        {"GET",
         "/api/v1/bays",
         "bays",
         bayWatchers(),
         [](Parts& parts, Call& call) {
             const std::string wrong = call.query.wrong();
             return wrong.empty() ? reply(200, withTime(parts, baysJson(parts, call.who())))
                                  : refusal(Problem::WrongField, wrong);
         }},
        {"GET", "/api/v1/events", "events", Who::signedInOnly(), &events},
        {"GET",
         "/api/v1/todo",
         "todo",
         Who::signedInOnly(),
         [](Parts& parts, Call& call) {
             const std::string wrong = call.query.wrong();
             return wrong.empty() ? reply(200, withTime(parts, todoItems(parts, call.who())))
                                  : refusal(Problem::WrongField, wrong);
         }},
        {"GET",
         "/api/v1/status",
         "status",
         Who::of({Role::Custodian, Role::Supervisor, Role::Sysadmin, Role::Audadmin}),
         &status},
    };
}

}  // namespace liuhen::web
