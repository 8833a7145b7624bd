// SPDX-License-Identifier: Apache-2.0
// Accepting, handshakes, and the threads of the server.
#include "common/net/server.hpp"

#include "common/net/server_session.hpp"
#include "common/net/tls_context.hpp"

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <variant>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/thread_pool.hpp>

namespace liuhen::net {

using asio::ip::tcp;
using core::ErrorKind;
using core::fail;
using core::LogLevel;

namespace {

using TlsStream = asio::ssl::stream<tcp::socket>;

/// One accepted connection, with TLS if there is a context. Owned by its coroutine; the server can
/// cut it.
struct Connection {
    Connection(tcp::socket socket, TlsContext* context)
        : stream(std::in_place_type<tcp::socket>, std::move(socket)),
          watchdog(std::get<tcp::socket>(stream).get_executor(), [this] { cut(); }) {
        if (context != nullptr) {
            tcp::socket below = std::move(std::get<tcp::socket>(stream));
            auto& tls = stream.emplace<TlsStream>(std::move(below), context->asioContext());
            TlsContext::watch(tls.native_handle(), note);
        }
    }
    std::string address;
    void cut() {
        std::visit([](auto& each) { closeNow(each); }, stream);
    }

    PeerNote note;
    std::variant<tcp::socket, TlsStream> stream;
    Watchdog watchdog;
};

/// Reads and drops what the peer has sent, so that closing does not destroy our last words.
asio::awaitable<void> lingerOn(tcp::socket& socket, Watchdog& watchdog, Milliseconds span) {
    constexpr std::size_t kMostBytes = 64UL * 1024;
    ErrorCode error;
    socket.shutdown(tcp::socket::shutdown_send, error);
    watchdog.allow(span);
    std::array<char, 4096> waste;
    for (std::size_t total = 0; !error && total < kMostBytes;) {
        std::size_t count = 0;
        std::tie(error, count) = co_await socket.async_read_some(asio::buffer(waste), kAwait);
        total += count;
    }
}

ErrorKind kindOfListen(const ErrorCode& error) {
    return error == asio::error::address_in_use ? ErrorKind::AlreadyExists : ErrorKind::Unavailable;
}

}  // namespace

struct HttpServer::Impl {
    Impl(std::unique_ptr<TlsContext> context, Handler handler, const Limits& limits)
        : tls(std::move(context)),
          acceptor(io),
          workers(limits.workers),
          session{std::move(handler), limits, workers.get_executor()} {}

    [[nodiscard]] Result<void> bind(const std::string& address, std::uint16_t port);
    void start();
    void stop();

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
    asio::awaitable<void> talk(Connection& connection, TlsStream& stream);
    asio::awaitable<void> talkPlain(Connection& connection, tcp::socket& socket);
    void refuse(const Connection& connection, const ErrorCode& error) const;
    void cutAll();
    [[nodiscard]] bool isTooMany(const std::string& address) const;
    void run();

    std::unique_ptr<TlsContext> tls;  // nothing: without TLS
    asio::io_context io{1};
    tcp::acceptor acceptor;
    asio::thread_pool workers;
    SessionContext session;
    std::unordered_set<Connection*> connections;  // of the io thread
    std::map<std::string, std::size_t> fromOne;   // of the io thread: those of an address
    bool stopping = false;                        // of the io thread
    std::uint16_t boundPort = 0;
    std::once_flag stopped;
    std::thread thread;
};

Result<void> HttpServer::Impl::bind(const std::string& address, std::uint16_t port) {
    ErrorCode error;
    const asio::ip::address parsed = asio::ip::make_address(address, error);
    if (error) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("listen on {}: not a numeric address", address));
    }
    const tcp::endpoint endpoint(parsed, port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (!error) {
        boundPort = acceptor.local_endpoint(error).port();
    }
    if (error) {
        return fail(kindOfListen(error),
                    fmt::format("listen on {} port {}: {}", address, port, error.message()));
    }
    return {};
}

void HttpServer::Impl::start() {
    asio::co_spawn(io, accept(), Rethrow{});
    thread = std::thread([this] { run(); });
}

void HttpServer::Impl::run() {
    try {
        io.run();
    } catch (const std::exception& exception) {
        core::log(LogLevel::Error, "net", fmt::format("server thread: {}", exception.what()));
        std::abort();
    }
}

void HttpServer::Impl::stop() {
    std::call_once(stopped, [this] {
        asio::post(io, [this] {
            stopping = true;
            ErrorCode ignored;
            acceptor.close(ignored);
            cutAll();
        });
        thread.join();  // run() ends with the last coroutine, so with the last handler too
        workers.join();
    });
}

void HttpServer::Impl::cutAll() {
    for (Connection* connection : connections) {
        connection->cut();
    }
}

asio::awaitable<void> HttpServer::Impl::accept() {
    constexpr Milliseconds kPause{100};  // when descriptors have run out
    asio::steady_timer pause(io);
    while (!stopping) {
        auto [error, socket] = co_await acceptor.async_accept(kAwait);
        if (stopping) {
            break;
        }
        if (error) {
            core::log(LogLevel::Warning, "net", fmt::format("accept: {}", error.message()));
            pause.expires_after(kPause);
            co_await pause.async_wait(kAwait);
            continue;
        }
        if (connections.size() >= session.limits.connections) {
            core::log(LogLevel::Warning, "net", "closed a connection: too many are open");
            continue;
        }
        ErrorCode ignored;
        const std::string address = socket.remote_endpoint(ignored).address().to_string();
        if (isTooMany(address)) {
            core::log(LogLevel::Warning, "net", "closed a connection: too many of one address");
            continue;
        }
        socket.set_option(tcp::no_delay(true), ignored);
        auto connection = std::make_shared<Connection>(std::move(socket), tls.get());
        connection->address = address;
        ++fromOne[address];
        connections.insert(connection.get());
        asio::co_spawn(io, serve(std::move(connection)), Rethrow{});
    }
}

asio::awaitable<void> HttpServer::Impl::serve(std::shared_ptr<Connection> connection) {
    if (auto* stream = std::get_if<TlsStream>(&connection->stream)) {
        co_await talk(*connection, *stream);
    } else {
        co_await talkPlain(*connection, std::get<tcp::socket>(connection->stream));
    }
    connections.erase(connection.get());
    if (const auto found = fromOne.find(connection->address);
        found != fromOne.end() && --found->second == 0) {
        fromOne.erase(found);
    }
}

bool HttpServer::Impl::isTooMany(const std::string& address) const {
    const auto found = fromOne.find(address);
    return session.limits.connectionsOfOne > 0 && found != fromOne.end() &&
           found->second >= session.limits.connectionsOfOne;
}

asio::awaitable<void> HttpServer::Impl::talkPlain(Connection& connection, tcp::socket& socket) {
    Peer peer{{}, {}, connection.address};
    ServerSession<tcp::socket> talking(socket, session, std::move(peer), connection.watchdog);
    co_await talking.run();
    co_await lingerOn(socket, connection.watchdog, session.limits.farewellTime);
}

asio::awaitable<void> HttpServer::Impl::talk(Connection& connection, TlsStream& stream) {
    connection.watchdog.allow(session.limits.handshakeTime);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
    if (error) {
        refuse(connection, error);
        co_await lingerOn(stream.next_layer(), connection.watchdog, session.limits.farewellTime);
        co_return;
    }
    Peer peer{{}, {}, connection.address};
    if (connection.note.peer) {
        peer.subject = connection.note.peer->subject();
        peer.certificateDer = connection.note.peer->der();
    }
    ServerSession<TlsStream> talking(stream, session, std::move(peer), connection.watchdog);
    co_await talking.run();
    connection.watchdog.allow(session.limits.farewellTime);
    co_await stream.async_shutdown(kAwait);
}

void HttpServer::Impl::refuse(const Connection& connection, const ErrorCode& error) const {
    if (stopping) {
        return;
    }
    std::string why = connection.note.refusal;
    if (why.empty()) {
        why = connection.watchdog.fired() ? "the peer is too slow" : error.message();
    }
    core::log(LogLevel::Warning, "net", fmt::format("TLS refused: {}", why));
    if (tls->identity().refused) {
        tls->identity().refused(why);
    }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
    stop();
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address,
                                                       std::uint16_t port,
                                                       const TlsIdentity& identity,
                                                       Handler handler,
                                                       const Limits& limits) {
    LIUHEN_TRY(auto tls, TlsContext::create(identity, TlsContext::Side::Server));
    auto impl = std::make_unique<Impl>(std::move(tls), std::move(handler), limits);
    LIUHEN_CHECK(impl->bind(address, port));
    impl->start();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

Result<std::unique_ptr<HttpServer>> HttpServer::listenPlain(const std::string& address,
                                                            std::uint16_t port,
                                                            Handler handler,
                                                            const Limits& limits) {
    auto impl = std::make_unique<Impl>(nullptr, std::move(handler), limits);
    LIUHEN_CHECK(impl->bind(address, port));
    impl->start();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const {
    return impl_->boundPort;
}

void HttpServer::stop() {
    impl_->stop();
}

}  // namespace liuhen::net
