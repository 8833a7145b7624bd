// SPDX-License-Identifier: Apache-2.0
// Finding a route, and judging who asks.
#include "dock/web/api/router.hpp"

#include "common/core/log.hpp"
#include "common/crypto/digest.hpp"
#include "dock/web/api/terminal_room.hpp"

#include <algorithm>

namespace liuhen::web {

namespace {

/// Splits "/a/b" into {"a", "b"}.
std::vector<std::string_view> partsOf(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        path.remove_prefix(path.front() == '/' ? 1 : 0);
        const std::size_t end = path.find('/');
        parts.push_back(path.substr(0, end));
        path = end == std::string_view::npos ? "" : path.substr(end);
    }
    return parts;
}

/// What the parts in braces are, if the path is of this route. "{n}.mp4" has its rest kept.
std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        std::string_view path) {
    const auto wanted = partsOf(pattern);
    const auto given = partsOf(path);
    if (wanted.size() != given.size()) {
        return std::nullopt;
    }
    std::map<std::string, std::string> found;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::size_t close = wanted[i].find('}');
        if (wanted[i].front() != '{' || close == std::string_view::npos) {
            if (wanted[i] != given[i]) {
                return std::nullopt;
            }
            continue;
        }
        const std::string_view rest = wanted[i].substr(close + 1);
        if (given[i].size() <= rest.size() || !given[i].ends_with(rest)) {
            return std::nullopt;
        }
        found[std::string(wanted[i].substr(1, close - 1))] =
            std::string(given[i].substr(0, given[i].size() - rest.size()));
    }
    return found;
}

bool changes(const net::Request& request) {
    return request.method != "GET" && request.method != "HEAD";
}

/// A change bears the token of who asks.
std::optional<Problem> judgeToken(const net::Request& request, std::string_view csrf) {
    const std::string_view token = request.headers.get("x-csrf-token");
    const bool right = crypto::equalSecret(core::viewOf(token), core::viewOf(csrf));
    return changes(request) && !right ? std::optional(Problem::WrongCsrf) : std::nullopt;
}

}  // namespace

void Router::add(std::vector<Route> routes) {
    for (Route& route : routes) {
        routes_.push_back(std::move(route));
    }
}

std::optional<Problem> Router::judge(const Route& route, Call& call) const {
    if (changes(call.request)) {
        const std::string_view origin = call.request.headers.get("origin");
        if (!origin.empty() && origin != origin_) {
            return Problem::ForeignOrigin;
        }
    }
    if (route.who.anonymous) {
        return std::nullopt;
    }
    return route.who.terminal ? judgeTerminal(call) : judgePerson(route, call);
}

std::optional<Problem> Router::judgePerson(const Route& route, Call& call) const {
    call.session = sessions_->use(cookieOf(call.request.headers.get("cookie"), kCookie));
    if (!call.session) {
        return Problem::NotLoggedIn;
    }
    const access::Session& session = *call.session;
    if (!session.whole() && !route.who.enrolling) {
        return Problem::MustEnrol;
    }
    if (session.whole() && !route.who.signedIn && !session.roles.any(route.who.roles)) {
        return Problem::Forbidden;
    }
    return judgeToken(call.request, session.csrf);
}

std::optional<Problem> Router::judgeTerminal(Call& call) const {
    auto caller = terminalOf(*parts_, call.request);
    if (!caller) {
        core::log(core::LogLevel::Error, "web", caller.error().message);
        return Problem::Internal;
    }
    if (!*caller) {
        return Problem::NotTerminal;
    }
    call.terminal = *std::move(*caller);
    return judgeToken(call.request, call.terminal->csrf);
}

net::Response Router::answer(const net::Request& request) const {
    const std::string_view path = pathOf(request.target);
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    bool known = false;
    for (const Route& route : routes_) {
        auto parts = match(route.path, path);
        if (!parts) {
            continue;
        }
        known = true;
        if (method != route.method) {
            continue;
        }
        Call call{request, *std::move(parts), {}, {}, {}};
        if (const auto problem = judge(route, call)) {
            return refusal(*problem);
        }
        auto query = Query::parse(request.target);
        if (!query) {
            return refusal(Problem::WrongField);
        }
        call.query = *std::move(query);
        return route.handler(*parts_, call);
    }
    return refusal(known ? Problem::WrongMethod : Problem::NoSuchPath);
}

bool Router::takesBytes(const net::Request& request) const {
    const std::string_view path = pathOf(request.target);
    return std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
        return route.bytes && request.method == route.method && match(route.path, path);
    });
}

json Router::tableOf(const std::vector<Route>& routes) {
    json rows = json::array();
    for (const Route& route : routes) {
        json roles = json::array();
        if (route.who.anonymous) {
            roles.push_back("anonymous");
        }
        if (route.who.enrolling) {
            roles.push_back("enrolling");
        }
        if (route.who.signedIn) {
            roles.push_back("signed-in");
        }
        if (route.who.terminal) {
            roles.push_back("terminal");
        }
        for (const access::Role role : route.who.roles.list()) {
            roles.push_back(access::name(role));
        }
        rows.push_back({{"method", route.method},
                        {"path", route.path},
                        {"operation", route.operation},
                        {"roles", std::move(roles)}});
    }
    return rows;
}

net::Response reply(unsigned status, const json& body) {
    net::Response response;
    response.status = status;
    response.contentType = "application/json";
    response.body =
        core::toBuffer(core::viewOf(body.dump(-1, ' ', false, json::error_handler_t::replace)));
    return response;
}

net::Response replyNothing() {
    net::Response response;
    response.status = 204;
    return response;
}

}  // namespace liuhen::web
