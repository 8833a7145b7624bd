// SPDX-License-Identifier: Apache-2.0
// The page of a dock: HTTPS for people, its routes and its files.
#pragma once

#include "common/core/files.hpp"
#include "common/net/server.hpp"
#include "dock/web/api/parts.hpp"

#include <memory>
#include <string>

namespace liuhen::web {

/// As [web] in dock.toml has it.
struct WebSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8443;
    std::string origin;  // https://NAME or https://NAME:PORT, as browsers show it
    std::string folder;  // of the built page
    net::TlsIdentity identity;
    access::SessionLimits sessions;
};

/// What the server is made of besides.
struct WebParts {
    core::Files& files;
    std::string folder;  // of the dock: people.db and the catalogue
    std::string vaultSocket;
    const bay::Fleet& fleet;
    registry::Register& records;
    registry::Signer signer;  // of assignments
    const core::Clock& clock;
};

/// Reads "https://NAME" or "https://NAME:PORT"; answers NAME and the port.
/// Errors: InvalidArgument, with what is wrong.
[[nodiscard]] Result<std::pair<std::string, std::uint16_t>> parseOrigin(const std::string& origin);

/// All routes that the server has.
[[nodiscard]] std::vector<Route> allRoutes();

/// Answers until it is destroyed. What is around each answer: Host and headers of security.
class WebServer {
public:
    /// Opens people.db and the catalogue, reads the page, and begins to answer.
    /// Errors: those of all these, and of the socket.
    [[nodiscard]] static Result<std::unique_ptr<WebServer>> start(const WebSettings& settings,
                                                                  const WebParts& parts);
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;
    ~WebServer();

private:
    struct Rooms;
    explicit WebServer(std::unique_ptr<Rooms> rooms);
    std::unique_ptr<Rooms> rooms_;
};

}  // namespace liuhen::web
