// SPDX-License-Identifier: Apache-2.0
// The page put together.
#include "dock/web/api/server.hpp"

#include "common/core/log.hpp"
#include "dock/web/api/access_room.hpp"
#include "dock/web/api/static_files.hpp"
#include "dock/web/api/terminal_room.hpp"

#include <fmt/format.h>

namespace liuhen::web {

using core::ErrorKind;
using core::fail;

namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kScheme = "https://";
constexpr std::uint16_t kHttpsPort = 443;

// Nothing is loaded from elsewhere, nothing runs that the dock did not send as a file. `blob:` is
// what a player makes of the parts it has fetched, `data:` the icons in style sheets.
constexpr const char* kPolicy =
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

net::Limits pageLimits() {
    net::Limits limits;
    limits.bodyBytes = kPieceBytes;  // longer ones are refused with our own words
    limits.connections = 256;
    limits.connectionsOfOne = 64;
    limits.workers = 8;
    return limits;
}

/// The part of an origin behind "https://", as browsers send it in Host.
std::string hostOf(const std::string& origin) {
    return origin.substr(kScheme.size());
}

void secure(net::Response& response, bool api) {
    response.headers.set("Content-Security-Policy", kPolicy);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Frame-Options", "DENY");
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
    response.headers.set(
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self)");
    if (api) {
        response.headers.set("Cache-Control", "no-store");
    }
}

}  // namespace

std::vector<Route> allRoutes() {
    std::vector<Route> all;
    for (auto& room : {sessionRoutes(),
                       accountRoutes(),
                       intakeRoutes(),
                       recordingRoutes(),
                       registerRoutes(),
                       logRoutes(),
                       requestRoutes(),
                       letterRoutes(),
                       decisionRoutes(),
                       replayRoutes(),
                       explanationRoutes(),
                       reviewRoutes(),
                       terminalRoutes(),
                       importRoutes()}) {
        all.insert(all.end(), room.begin(), room.end());
    }
    return all;
}

Result<std::pair<std::string, std::uint16_t>> parseOrigin(const std::string& origin) {
    const auto wrong = [&origin] {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("must be https://NAME or https://NAME:PORT in lower case, as "
                                "browsers show it: {}",
                                origin));
    };
    if (!origin.starts_with(kScheme)) {
        return wrong();
    }
    const std::string host = hostOf(origin);
    const std::size_t colon = host.find(':');
    const std::string name = host.substr(0, colon);
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    if (name.empty() || name.find_first_not_of(kLetters) != std::string::npos) {
        return wrong();
    }
    if (colon == std::string::npos) {
        return std::pair(name, kHttpsPort);
    }
    const auto port = numberOf(host.substr(colon + 1));
    if (!port || *port == 0 || *port > UINT16_MAX || *port == kHttpsPort) {
        return wrong();
    }
    return std::pair(name, static_cast<std::uint16_t>(*port));
}

/// Everything, in the order in which it needs each other.
struct WebServer::Rooms {
    Rooms(const WebSettings& settings,
          const WebParts& given,
          std::unique_ptr<access::People> openPeople,
          std::unique_ptr<catalogue::Browser> openBrowser,
          StaticFiles page,
          std::unique_ptr<access::Words> words,
          std::unique_ptr<access::Letters> letters,
          std::unique_ptr<access::FirstSignatures> firsts,
          std::unique_ptr<access::Terminals> terminals,
          crypto::PublicKey root)
        : people(std::move(openPeople)),
          browser(std::move(openBrowser)),
          files(std::move(page)),
          vault(given.vaultSocket, given.clock),
          access(given.vaultSocket,
                 given.clock,
                 std::move(root),
                 std::move(words),
                 std::move(letters),
                 std::move(firsts),
                 settings.origin),
          terminal(std::move(terminals), given.records, given.signer, given.clock),
          sessions(settings.sessions, given.clock),
          logIn(*people,
                sessions,
                given.clock,
                [this](const std::string& detail) { vault.incident("login.failed", detail); }),
          parts{*people,
                sessions,
                logIn,
                *browser,
                vault,
                given.fleet,
                given.clock,
                settings.identity.certificate.subject(),
                {given.records, given.signer, given.folder},
                {deskTodo(parts),
                 ownTodo(parts),
                 requestTodo(parts),
                 reviewTodo(parts),
                 explanationTodo(parts)},
                access,
                terminal},
          router(parts, sessions, settings.origin),
          host(hostOf(settings.origin)) {
        router.add(allRoutes());
    }

    [[nodiscard]] net::Response answer(const net::Request& request) const;
    [[nodiscard]] net::Response inner(const net::Request& request, bool api) const;

    std::unique_ptr<access::People> people;
    std::unique_ptr<catalogue::Browser> browser;
    StaticFiles files;
    VaultView vault;
    AccessRoom access;
    TerminalRoom terminal;
    access::Sessions sessions;
    access::LogIn logIn;
    Parts parts;
    Router router;
    std::string host;
    std::unique_ptr<net::HttpServer> server;  // last: it ends first
};

net::Response WebServer::Rooms::inner(const net::Request& request, bool api) const {
    // A page of another name that resolves to this dock is another page.
    if (request.headers.get("host") != host) {
        return refusal(Problem::ForeignOrigin);
    }
    if (!api) {
        return files.answer(request);
    }
    const bool bytes = router.takesBytes(request);
    if (request.body.size() > (bytes ? kPieceBytes : kBodyBytes)) {
        return refusal(Problem::TooLarge);
    }
    const std::string_view type = request.headers.get("content-type");
    if (!request.body.empty() && type.substr(0, type.find(';')) !=
                                     (bytes ? "application/octet-stream" : "application/json")) {
        return refusal(Problem::MalformedBody);
    }
    return router.answer(request);
}

net::Response WebServer::Rooms::answer(const net::Request& request) const {
    const bool api = request.target.starts_with(kApi);
    net::Response response = inner(request, api);
    secure(response, api);
    return response;
}

Result<std::unique_ptr<WebServer>> WebServer::start(const WebSettings& settings,
                                                    const WebParts& parts) {
    LIUHEN_TRY(auto people, access::People::open(parts.folder));
    LIUHEN_TRY(auto browser, catalogue::Browser::open(parts.folder));
    LIUHEN_TRY(StaticFiles page, StaticFiles::read(parts.files, settings.folder));
    LIUHEN_TRY(auto words, access::Words::open(parts.folder));
    LIUHEN_TRY(auto letters, access::Letters::open(parts.folder));
    LIUHEN_TRY(auto firsts, access::FirstSignatures::open(parts.folder));
    LIUHEN_TRY(auto terminals, access::Terminals::open(parts.folder));
    LIUHEN_TRY(crypto::PublicKey root, settings.identity.root.key());
    auto rooms = std::make_unique<Rooms>(settings,
                                         parts,
                                         std::move(people),
                                         std::move(browser),
                                         std::move(page),
                                         std::move(words),
                                         std::move(letters),
                                         std::move(firsts),
                                         std::move(terminals),
                                         std::move(root));
    LIUHEN_TRY(
        rooms->server,
        net::HttpServer::listen(
            settings.address,
            settings.port,
            settings.identity,
            [inside = rooms.get()](const net::Request& request) { return inside->answer(request); },
            pageLimits()));
    core::log(core::LogLevel::Info, "web", fmt::format("the page is at {}", settings.origin));
    return std::unique_ptr<WebServer>(new WebServer(std::move(rooms)));
}

WebServer::WebServer(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}

WebServer::~WebServer() {
    rooms_->server->stop();
}

}  // namespace liuhen::web
