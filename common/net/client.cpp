// SPDX-License-Identifier: Apache-2.0
// The client's connection: name, socket, handshake.
#include "common/net/client.hpp"

#include "common/core/log.hpp"
#include "common/net/client_session.hpp"
#include "common/net/tls_context.hpp"

#include <cstdlib>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace liuhen::net {

using asio::ip::tcp;
using core::ErrorKind;
using core::fail;

struct HttpClient::Impl {
    Impl(std::unique_ptr<TlsContext> context, const ClientLimits& given, std::string hostName)
        : tls(std::move(context)),
          limits(given),
          host(std::move(hostName)),
          stream(io, tls->asioContext()),
          watchdog(io.get_executor(), [this] { cut(); }),
          resolver(io),
          session(stream, limits, host, watchdog) {
        TlsContext::watch(stream.native_handle(), note);
    }

    void cut() {
        resolver.cancel();
        closeNow(stream);
    }
    asio::awaitable<Result<void>> connect(std::string name, std::uint16_t port);
    [[nodiscard]] tl::unexpected<core::Error> failed(const ErrorCode& error,
                                                     std::string_view attempt) const;
    /// Runs `work` on this thread. An exception out of Asio is a bug: logged, then the end.
    template <class Value>
    Value block(asio::awaitable<Value> work) {
        try {
            return runToEnd(io, std::move(work));
        } catch (const std::exception& exception) {
            core::log(core::LogLevel::Error, "net", exception.what());
            std::abort();
        }
    }

    std::unique_ptr<TlsContext> tls;
    PeerNote note;
    ClientLimits limits;
    std::string host;  // with the port, as it stands in the Host header
    asio::io_context io{1};
    asio::ssl::stream<tcp::socket> stream;
    Watchdog watchdog;
    tcp::resolver resolver;
    ClientSession<asio::ssl::stream<tcp::socket>> session;
};

tl::unexpected<core::Error> HttpClient::Impl::failed(const ErrorCode& error,
                                                     std::string_view attempt) const {
    ErrorKind kind = ErrorKind::Unavailable;
    std::string why = error.message();
    if (watchdog.fired()) {
        kind = ErrorKind::DeadlineExceeded;
        why = "the peer is too slow";
    } else if (!note.refusal.empty()) {
        kind = ErrorKind::Unauthenticated;
        why = note.refusal;
        if (tls->identity().refused) {
            tls->identity().refused(why);
        }
    } else if (isCertificateAlert(error)) {
        kind = ErrorKind::Unauthenticated;
    }
    return fail(kind, fmt::format("connect to {}: {}: {}", host, attempt, why));
}

asio::awaitable<Result<void>> HttpClient::Impl::connect(std::string name, std::uint16_t port) {
    watchdog.allow(limits.connectTime);
    ErrorCode bad;
    std::vector<tcp::endpoint> endpoints;
    const asio::ip::address numeric = asio::ip::make_address(name, bad);
    if (!bad) {
        endpoints.emplace_back(numeric, port);
    } else {
        auto [error, found] = co_await resolver.async_resolve(name, fmt::to_string(port), kAwait);
        if (error) {
            co_return failed(error, "find address");
        }
        for (const auto& each : found) {
            endpoints.push_back(each.endpoint());
        }
    }
    auto [error, endpoint] = co_await asio::async_connect(stream.next_layer(), endpoints, kAwait);
    static_cast<void>(endpoint);
    if (error) {
        co_return failed(error, "open connection");
    }
    ErrorCode ignored;
    stream.next_layer().set_option(tcp::no_delay(true), ignored);
    auto [refusal] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (refusal) {
        co_return failed(refusal, "TLS handshake");
    }
    watchdog.rest();
    co_return Result<void>{};
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpClient::~HttpClient() {
    // A farewell without waiting for the peer's.
    ErrorCode ignored;
    if (impl_->session.usable() && impl_->stream.next_layer().is_open()) {
        impl_->stream.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
    }
    closeNow(impl_->stream);
}

Result<std::unique_ptr<HttpClient>> HttpClient::connect(const std::string& host,
                                                        std::uint16_t port,
                                                        const TlsIdentity& identity,
                                                        const ClientLimits& limits) {
    LIUHEN_TRY(auto tls, TlsContext::create(identity, TlsContext::Side::Client));
    const bool bare6 = host.find(':') != std::string::npos;
    std::string shown =
        bare6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
    auto impl = std::make_unique<Impl>(std::move(tls), limits, std::move(shown));
    LIUHEN_CHECK(impl->block(impl->connect(host, port)));
    LIUHEN_ASSERT(impl->note.peer.has_value());
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

const crypto::Certificate& HttpClient::peer() const {
    return *impl_->note.peer;
}

bool HttpClient::usable() const {
    return impl_->session.usable();
}

Result<Response> HttpClient::request(const Request& request) {
    return impl_->block(impl_->session.request(request));
}

Result<DownloadEnd> HttpClient::download(const DownloadRequest& wanted, const Sink& sink) {
    return impl_->block(impl_->session.download(wanted, sink));
}

}  // namespace liuhen::net
