// SPDX-License-Identifier: Apache-2.0
// The client's connection: name, socket, handshake.
#include "common/net/client.hpp"

#include "common/core/log.hpp"
#include "common/net/client_session.hpp"
#include "common/net/tls_context.hpp"

#include <cstdlib>
#include <type_traits>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace liuhen::net {

using asio::ip::tcp;
using core::ErrorKind;
using core::fail;

namespace {

using TlsStream = asio::ssl::stream<tcp::socket>;

template <class Stream>
constexpr bool kHasTls = std::is_same_v<Stream, TlsStream>;

/// A stream that is not connected yet.
template <class Stream>
Stream streamOn(asio::io_context& io, TlsContext* tls) {
    if constexpr (kHasTls<Stream>) {
        return Stream(io, tls->asioContext());
    } else {
        static_cast<void>(tls);
        return Stream(io);
    }
}

std::string hostHeader(const std::string& host, std::uint16_t port) {
    const bool bare6 = host.find(':') != std::string::npos;
    return bare6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace

/// A connection over whichever stream.
struct HttpClient::Impl {
    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    virtual ~Impl() = default;
    [[nodiscard]] virtual bool usable() const = 0;
    [[nodiscard]] virtual Result<Response> request(const Request& request) = 0;
    [[nodiscard]] virtual Result<DownloadEnd> download(const DownloadRequest& wanted,
                                                       const Sink& sink) = 0;

    PeerNote note;
};

template <class Stream>
struct HttpClient::ImplOn final : Impl {
    ImplOn(std::unique_ptr<TlsContext> context, const ClientLimits& given, std::string hostName)
        : tls(std::move(context)),
          limits(given),
          host(std::move(hostName)),
          stream(streamOn<Stream>(io, tls.get())),
          watchdog(io.get_executor(), [this] { cut(); }),
          resolver(io),
          session(stream, limits, host, watchdog) {
        if constexpr (kHasTls<Stream>) {
            TlsContext::watch(stream.native_handle(), note);
        }
    }
    ~ImplOn() override {
        // A farewell without waiting for the peer's.
        ErrorCode ignored;
        if (session.usable() && stream.lowest_layer().is_open()) {
            stream.lowest_layer().shutdown(tcp::socket::shutdown_both, ignored);
        }
        closeNow(stream);
    }
    ImplOn(const ImplOn&) = delete;
    ImplOn& operator=(const ImplOn&) = delete;

    [[nodiscard]] bool usable() const override { return session.usable(); }
    [[nodiscard]] Result<Response> request(const Request& request) override {
        return block(session.request(request));
    }
    [[nodiscard]] Result<DownloadEnd> download(const DownloadRequest& wanted,
                                               const Sink& sink) override {
        return block(session.download(wanted, sink));
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
    ClientLimits limits;
    std::string host;  // with the port, as it stands in the Host header
    asio::io_context io{1};
    Stream stream;
    Watchdog watchdog;
    tcp::resolver resolver;
    ClientSession<Stream> session;
};

template <class Stream>
tl::unexpected<core::Error> HttpClient::ImplOn<Stream>::failed(const ErrorCode& error,
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

template <class Stream>
asio::awaitable<Result<void>> HttpClient::ImplOn<Stream>::connect(std::string name,
                                                                  std::uint16_t port) {
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
    auto [error, endpoint] = co_await asio::async_connect(stream.lowest_layer(), endpoints, kAwait);
    static_cast<void>(endpoint);
    if (error) {
        co_return failed(error, "open connection");
    }
    ErrorCode ignored;
    stream.lowest_layer().set_option(tcp::no_delay(true), ignored);
    if constexpr (kHasTls<Stream>) {
        auto [refusal] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
        if (refusal) {
            co_return failed(refusal, "TLS handshake");
        }
    }
    watchdog.rest();
    co_return Result<void>{};
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::connect(const std::string& host,
                                                        std::uint16_t port,
                                                        const TlsIdentity& identity,
                                                        const ClientLimits& limits) {
    LIUHEN_TRY(auto tls, TlsContext::create(identity, TlsContext::Side::Client));
    auto impl = std::make_unique<ImplOn<TlsStream>>(std::move(tls), limits, hostHeader(host, port));
    LIUHEN_CHECK(impl->block(impl->connect(host, port)));
    LIUHEN_ASSERT(impl->note.peer.has_value());
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

Result<std::unique_ptr<HttpClient>> HttpClient::connectPlain(const std::string& host,
                                                             std::uint16_t port,
                                                             const ClientLimits& limits) {
    auto impl = std::make_unique<ImplOn<tcp::socket>>(nullptr, limits, hostHeader(host, port));
    LIUHEN_CHECK(impl->block(impl->connect(host, port)));
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

const crypto::Certificate& HttpClient::peer() const {
    LIUHEN_ASSERT(impl_->note.peer.has_value());
    return *impl_->note.peer;
}

bool HttpClient::usable() const {
    return impl_->usable();
}

Result<Response> HttpClient::request(const Request& request) {
    return impl_->request(request);
}

Result<DownloadEnd> HttpClient::download(const DownloadRequest& wanted, const Sink& sink) {
    return impl_->download(wanted, sink);
}

}  // namespace liuhen::net
