// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as a server over any byte stream. A template; for the .cpp files of this folder and its
// tests alone.
#pragma once

#include "common/core/log.hpp"
#include "common/net/await.hpp"
#include "common/net/head.hpp"
#include "common/net/read_ahead.hpp"
#include "common/net/server.hpp"
#include "common/net/status.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <fmt/format.h>

namespace liuhen::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// What all sessions of a server share; outlives them.
struct SessionContext {
    Handler handler;
    Limits limits;
    asio::any_io_executor workers;
};

/// Who is at the other end, as TLS found it.
struct Peer {
    std::string subject;
    Buffer certificateDer;
    std::string address;
};

/// Answers requests from `stream` until the peer ends, misbehaves or is too slow.
///
/// Stream: AsyncReadStream and AsyncWriteStream; closeNow() must work on it. `watchdog` must close
/// it. All three outlive the coroutine.
///
/// What a coroutine here is called with has a name of its own: g++ 12 destroys aggregates made
/// inside a co_await expression twice.
template <class Stream>
class ServerSession {
public:
    ServerSession(Stream& stream, const SessionContext& context, Peer peer, Watchdog& watchdog)
        : stream_(stream), context_(context), peer_(std::move(peer)), watchdog_(watchdog) {}

    /// Ends with the stream still open, unless it was cut.
    asio::awaitable<void> run() {
        bool goOn = true;
        while (goOn) {
            goOn = co_await serveOne();
        }
        watchdog_.rest();
    }

private:
    using Parser = http::request_parser<http::vector_body<std::uint8_t>>;

    asio::awaitable<bool> serveOne() {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(context_.limits.headerBytes));
        parser.body_limit(context_.limits.bodyBytes);
        ErrorCode error = co_await readHead(parser);
        if (!error) {
            error = co_await readBody(parser);
        }
        if (error) {
            co_await refuse(error);
            co_return false;
        }
        const Request request = take(parser);
        if (request.target.size() > context_.limits.targetBytes) {
            const Response tooLong =
                refusal(414, core::ErrorKind::InvalidArgument, "target too long");
            co_await sayAndDrain(tooLong);
            co_return false;
        }
        watchdog_.rest();
        const auto work = [this, &request] { return context_.handler(request); };
        const Response response = co_await runOn(context_.workers, work);
        const bool keepAlive = parser.keep_alive();
        if (response.stream) {
            const bool chunked = parser.get().version() >= kHttp11;
            co_return co_await sendStream(request, response, chunked, keepAlive && chunked);
        }
        const bool sent = co_await send(request, response, keepAlive);
        co_return sent&& keepAlive;
    }

    asio::awaitable<ErrorCode> readHead(Parser& parser) {
        if (buffer_.size() == 0) {
            watchdog_.allow(context_.limits.idleTime);
            auto [error, count] =
                co_await stream_.async_read_some(buffer_.prepare(kReadBytes), kAwait);
            buffer_.commit(count);
            if (error) {
                co_return http::make_error_code(http::error::end_of_stream);
            }
        }
        watchdog_.allow(context_.limits.headerTime);
        auto [error, count] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
        static_cast<void>(count);
        co_return error;
    }

    asio::awaitable<ErrorCode> readBody(Parser& parser) {
        if (parser.is_done()) {
            co_return ErrorCode{};
        }
        watchdog_.allow(context_.limits.bodyTime);
        if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            if (const ErrorCode error = co_await write("HTTP/1.1 100 Continue\r\n\r\n")) {
                co_return error;
            }
        }
        auto [error, count] = co_await http::async_read(stream_, buffer_, parser, kAwait);
        static_cast<void>(count);
        co_return error;
    }

    Request take(Parser& parser) {
        Request request;
        auto& message = parser.get();
        request.method = std::string(message.method_string());
        request.target = std::string(message.target());
        for (const auto& field : message) {
            request.headers.add(field.name_string(), field.value());
        }
        request.body = std::move(message.body());
        request.peerSubject = peer_.subject;
        request.peerCertificateDer = peer_.certificateDer;
        request.peerAddress = peer_.address;
        return request;
    }

    /// Answers what could not be read as a request, if there is still somebody to answer.
    asio::awaitable<void> refuse(ErrorCode error) {
        using core::ErrorKind;
        if (watchdog_.fired()) {
            core::log(core::LogLevel::Warning, "net", "cut a connection: the peer is too slow");
            co_return;
        }
        if (error == http::error::end_of_stream || error == http::error::partial_message ||
            error.category() != http::make_error_code(http::error::end_of_stream).category()) {
            co_return;  // gone, in or between requests
        }
        core::log(
            core::LogLevel::Warning, "net", fmt::format("refused a request: {}", error.message()));
        Response answer = refusal(400, ErrorKind::InvalidArgument, "not HTTP/1.1");
        if (error == http::error::header_limit || error == http::error::buffer_overflow) {
            answer = refusal(431, ErrorKind::ResourceExhausted, "header too long");
        } else if (error == http::error::body_limit) {
            answer = refusal(413, ErrorKind::ResourceExhausted, "body too long");
        }
        co_await sayAndDrain(answer);
    }

    /// Answers, then reads on for a while: closing with unread bytes would destroy the answer.
    asio::awaitable<void> sayAndDrain(const Response& response) {
        const Request none;
        co_await send(none, response, false);
        watchdog_.allow(context_.limits.farewellTime);
        std::array<char, 4096> waste;
        std::size_t left = kDrainBytes;
        while (left > 0) {
            auto [error, count] = co_await stream_.async_read_some(asio::buffer(waste), kAwait);
            if (error) {
                break;
            }
            left -= std::min(left, count);
        }
    }

    /// Whether the whole answer went out.
    asio::awaitable<bool> send(const Request& request, const Response& response, bool keepAlive) {
        const BodyPlan plan = planBody(request, response);
        if (plan.status == 416) {
            const Response past = pastTheEnd(response);
            const BodyPlan whole{416, 0, past.body.size(), plan.contentRange};
            co_return co_await sendPlanned(request, past, whole, keepAlive);
        }
        co_return co_await sendPlanned(request, response, plan, keepAlive);
    }

    static Response pastTheEnd(const Response& response) {
        Response past =
            refusal(416, core::ErrorKind::InvalidArgument, "the range begins past the end");
        past.headers = response.headers;
        return past;
    }

    asio::awaitable<bool> sendPlanned(const Request& request,
                                      const Response& response,
                                      const BodyPlan& plan,
                                      bool keepAlive) {
        const bool bodiless = request.method == "HEAD" || plan.status == 204 || plan.status == 304;
        if (response.source && !bodiless && plan.length > 0) {
            co_return co_await sendSource(response, plan, keepAlive);
        }
        std::string head = responseHead(response, plan, keepAlive);
        const ByteView body = bodiless ? ByteView{}
                                       : ByteView(response.body)
                                             .subspan(static_cast<std::size_t>(plan.first),
                                                      static_cast<std::size_t>(plan.length));
        if (body.size() <= kJoinBytes) {
            head += core::textOf(body);
            const ErrorCode joined = co_await write(head);
            co_return !joined;
        }
        ErrorCode error = co_await write(head);
        if (!error) {
            error = co_await writePieces(body);
        }
        co_return !error;
    }

    asio::awaitable<bool> sendSource(const Response& response,
                                     const BodyPlan& plan,
                                     bool keepAlive) {
        ReadAhead pieces(*response.source,
                         ReadAhead::Part{plan.first, plan.length},
                         ReadAhead::Place{stream_.get_executor(), context_.workers},
                         context_.limits.chunkBytes);
        auto piece = co_await pieces.next();
        if (!piece) {  // nothing is sent yet: the failure can still be told
            core::log(core::LogLevel::Error, "net", piece.error().message);
            const Request none;
            const Response failed = errorResponse(piece.error());
            co_return co_await send(none, failed, keepAlive);
        }
        const std::string head = responseHead(response, plan, keepAlive);
        ErrorCode error = co_await write(head);
        while (!error && piece && !piece->empty()) {
            error = co_await writePieces(*piece);
            piece = co_await pieces.next();
        }
        if (!piece) {  // too late for an error status: only a cut tells the peer
            core::log(core::LogLevel::Error, "net", piece.error().message);
            closeNow(stream_);
            co_return false;
        }
        co_return !error;
    }

    asio::awaitable<bool> sendStream(const Request& request,
                                     const Response& response,
                                     bool chunked,
                                     bool keepAlive) {
        const std::string head = streamHead(response, chunked, keepAlive);
        ErrorCode error = co_await write(head);
        if (request.method == "HEAD") {
            co_return !error && keepAlive;
        }
        asio::steady_timer pause(stream_.get_executor());
        while (!error && isOpen(stream_)) {
            watchdog_.rest();
            const auto work = [&response] { return response.stream->next(); };
            const auto piece = co_await runOn(context_.workers, work);
            if (!piece) {
                core::log(core::LogLevel::Error, "net", piece.error().message);
                closeNow(stream_);
                co_return false;
            }
            if (!*piece) {
                const std::string end = chunked ? chunkHead(0) + "\r\n" : std::string();
                error = co_await write(end);
                co_return !error && keepAlive;
            }
            if (!(*piece)->empty()) {
                error = co_await writeChunk(**piece, chunked);
            }
            pause.expires_after(response.stream->pace);
            co_await pause.async_wait(kAwait);
        }
        co_return false;
    }

    asio::awaitable<ErrorCode> writeChunk(ByteView bytes, bool chunked) {
        if (!chunked) {
            co_return co_await writePieces(bytes);
        }
        std::string framed = chunkHead(bytes.size());
        framed += core::textOf(bytes);
        framed += "\r\n";
        co_return co_await writePieces(core::viewOf(framed));
    }

    asio::awaitable<ErrorCode> write(std::string_view text) {
        return writeView(core::viewOf(text));
    }

    /// Writes in pieces of chunkBytes, each with its own deadline.
    asio::awaitable<ErrorCode> writePieces(ByteView bytes) {
        while (!bytes.empty()) {
            const ByteView piece = bytes.first(std::min(bytes.size(), context_.limits.chunkBytes));
            if (const ErrorCode error = co_await writeView(piece)) {
                co_return error;
            }
            bytes = bytes.subspan(piece.size());
        }
        co_return ErrorCode{};
    }

    asio::awaitable<ErrorCode> writeView(ByteView bytes) {
        watchdog_.allow(context_.limits.chunkTime);
        auto [error, count] =
            co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), kAwait);
        static_cast<void>(count);
        if (watchdog_.fired()) {
            core::log(
                core::LogLevel::Warning, "net", "cut a connection: the peer reads too slowly");
        }
        co_return error;
    }

    static constexpr unsigned kHttp11 = 11;
    static constexpr std::size_t kReadBytes = 16UL * 1024;
    static constexpr std::size_t kJoinBytes = 16UL * 1024;
    static constexpr std::size_t kDrainBytes = 4UL * 1024 * 1024;

    Stream& stream_;
    const SessionContext& context_;
    Peer peer_;
    Watchdog& watchdog_;
    beast::flat_buffer buffer_;
};

}  // namespace liuhen::net
