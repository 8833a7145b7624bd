// SPDX-License-Identifier: Apache-2.0
// One table of routes: each with who may, checked before its handler runs.
#pragma once

#include "dock/access/sessions.hpp"
#include "dock/access/terminals.hpp"
#include "dock/web/api/input.hpp"
#include "dock/web/api/problem.hpp"

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace liuhen::web {

using nlohmann::json;

/// Who may use a route, as `x-roles` of openapi.yaml says.
struct Who {
    bool anonymous = false;  // no session is needed
    bool enrolling = false;  // also a session that lacks password or TOTP
    bool signedIn = false;   // every whole session, whatever its roles
    access::Roles roles;     // a whole session with one of these
    bool terminal = false;   // the screen at the bays, and nobody else

    [[nodiscard]] static Who anybody() { return {true, false, false, {}}; }
    [[nodiscard]] static Who everySession() { return {false, true, true, {}}; }
    [[nodiscard]] static Who signedInOnly() { return {false, false, true, {}}; }
    [[nodiscard]] static Who of(std::initializer_list<access::Role> roles) {
        return {false, false, false, access::Roles(roles)};
    }
    [[nodiscard]] static Who atTerminal() { return {false, false, false, {}, true}; }
};

/// A terminal that asks, and what its changes must bear in X-CSRF-Token.
struct TerminalCaller {
    access::Terminal terminal;
    std::string csrf;  // 64 hex digits
};

/// A request that may be answered: its session is judged, its query read.
struct Call {
    const net::Request& request;
    std::map<std::string, std::string> path;  // the parts in braces
    Query query;
    std::optional<access::Session> session;  // there on routes for people
    std::optional<TerminalCaller> terminal;  // there on routes for terminals

    /// The session of a route that needs one.
    [[nodiscard]] const access::Session& who() const { return *session; }
    [[nodiscard]] const std::string& part(const char* name) const { return path.at(name); }
};

struct Parts;
using RouteHandler = std::function<net::Response(Parts&, Call&)>;

struct Route {
    const char* method;     // GET also answers HEAD
    const char* path;       // as openapi.yaml has it: "/api/v1/accounts/{person}/roles"
    const char* operation;  // its operationId
    Who who;
    RouteHandler handler;
    bool bytes = false;  // its body is application/octet-stream, not JSON
};

/// Answers what lies below /api/. Thread-safe.
class Router {
public:
    /// Both must outlive it. `origin` is the page's, such as https://localhost:8443.
    Router(Parts& parts, access::Sessions& sessions, std::string origin)
        : parts_(&parts), sessions_(&sessions), origin_(std::move(origin)) {}

    void add(std::vector<Route> routes);
    [[nodiscard]] net::Response answer(const net::Request& request) const;
    /// Whether what is asked takes a body of bytes, at most kPieceBytes, and not JSON.
    [[nodiscard]] bool takesBytes(const net::Request& request) const;
    /// The table: method, path, operation, roles of each route; for the test of openapi.yaml.
    [[nodiscard]] static json tableOf(const std::vector<Route>& routes);

private:
    [[nodiscard]] std::optional<Problem> judge(const Route& route, Call& call) const;
    [[nodiscard]] std::optional<Problem> judgePerson(const Route& route, Call& call) const;
    [[nodiscard]] std::optional<Problem> judgeTerminal(Call& call) const;

    Parts* parts_;
    access::Sessions* sessions_;
    std::string origin_;
    std::vector<Route> routes_;
};

/// The name of the session's cookie.
inline constexpr const char* kCookie = "__Host-liuhen";

/// A JSON answer that nobody keeps.
[[nodiscard]] net::Response reply(unsigned status, const json& body);
/// 204.
[[nodiscard]] net::Response replyNothing();

}  // namespace liuhen::web
