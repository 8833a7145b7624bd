// SPDX-License-Identifier: Apache-2.0
// An HTTP server, over TLS for the cable: bounded in memory, time and connections.
#pragma once

#include "common/net/http_types.hpp"
#include "common/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace liuhen::net {

/// What a client may ask of a server before it is refused or cut.
struct Limits {
    std::size_t headerBytes = 16UL * 1024;
    std::size_t targetBytes = 2048;
    std::size_t bodyBytes = 1024UL * 1024;
    std::size_t chunkBytes = 256UL * 1024;  // of a source's body; two are held per connection
    std::size_t connections = 64;           // further ones are closed on arrival
    std::size_t connectionsOfOne = 0;       // likewise, from one address; 0: as many as from all
    std::size_t workers = 4;                // threads on which handlers run
    std::chrono::milliseconds handshakeTime{10'000};
    std::chrono::milliseconds idleTime{60'000};     // between two requests
    std::chrono::milliseconds headerTime{10'000};   // from first to last byte of a head
    std::chrono::milliseconds bodyTime{30'000};     // for a whole request body
    std::chrono::milliseconds chunkTime{30'000};    // for the peer to take one chunk
    std::chrono::milliseconds farewellTime{2'000};  // for the peer to read a refusal and close
};

/// Answers HTTP/1.1 until stopped, over TLS 1.3 or without: one thread for all connections, a small
/// pool for the handlers.
class HttpServer {
public:
    /// Binds and begins to answer. `address` is a numeric address; port 0 takes a free one.
    ///
    /// Errors: InvalidArgument for a bad address or an identity whose key does not fit;
    /// AlreadyExists if the port is taken; Unavailable for other failures of the socket.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const std::string& address,
                                                                    std::uint16_t port,
                                                                    const TlsIdentity& identity,
                                                                    Handler handler,
                                                                    const Limits& limits);
    /// The same without TLS, for what needs none since every message is signed: anybody may ask,
    /// and requests have no peer.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listenPlain(const std::string& address,
                                                                         std::uint16_t port,
                                                                         Handler handler,
                                                                         const Limits& limits);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const;
    /// Cuts all connections and waits until no handler runs. Not from a handler. Harmless twice.
    void stop();

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace liuhen::net
