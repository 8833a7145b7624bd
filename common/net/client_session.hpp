// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as a client over any byte stream. A template; for the .cpp files of this folder and its
// tests alone.
#pragma once

#include "common/net/await.hpp"
#include "common/net/client.hpp"
#include "common/net/head.hpp"
#include "common/net/status.hpp"
#include "common/net/tls_context.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <fmt/format.h>

namespace liuhen::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Makes requests on `stream`, one after the other.
///
/// Stream: AsyncReadStream and AsyncWriteStream; closeNow() must work on it. `watchdog` must close
/// it. `host` goes into the Host header.
template <class Stream>
class ClientSession {
public:
    ClientSession(Stream& stream, const ClientLimits& limits, std::string host, Watchdog& watchdog)
        : stream_(stream), limits_(limits), host_(std::move(host)), watchdog_(watchdog) {}

    [[nodiscard]] bool usable() const { return usable_; }

    asio::awaitable<Result<Response>> request(const Request& request) {
        http::response_parser<http::vector_body<std::uint8_t>> parser;
        parser.body_limit(limits_.bodyBytes);
        parser.skip(request.method == "HEAD");
        LIUHEN_CO_CHECK(co_await begin(request, parser));
        watchdog_.allow(limits_.pieceTime);
        auto [error, count] = co_await http::async_read(stream_, buffer_, parser, kAwait);
        static_cast<void>(count);
        if (error) {
            co_return giveUp(error, request.target, "read answer");
        }
        Response response = headOf(parser.get());
        response.body = std::move(parser.get().body());
        end(parser.keep_alive());
        co_return response;
    }

    asio::awaitable<Result<DownloadEnd>> download(const DownloadRequest& wanted, const Sink& sink) {
        http::response_parser<http::empty_body> parser;
        parser.body_limit(boost::none);  // Content-Length is compared with what is allowed below
        const Request request = requestOf(wanted);
        LIUHEN_CO_CHECK(co_await begin(request, parser));
        Response head = headOf(parser.get());
        std::optional<std::uint64_t> length;
        if (const auto given = parser.content_length()) {
            length = *given;
        }
        if (!length || parser.chunked()) {
            closeNow(stream_);
            co_return core::fail(core::ErrorKind::DataLoss,
                                 fmt::format("download {}: no length given", wanted.target));
        }
        if (head.status != 200 && head.status != 206) {
            LIUHEN_CO_CHECK(co_await readRefusal(head, *length, wanted.target));
            end(parser.keep_alive());
            co_return refused(wanted, head);
        }
        auto plan = judge(wanted, head, *length);
        if (!plan) {
            closeNow(stream_);
            co_return tl::make_unexpected(std::move(plan).error());
        }
        if (wanted.begun) {
            wanted.begun(*plan);
        }
        LIUHEN_CO_CHECK(co_await pump(*length, wanted.target, sink));
        end(parser.keep_alive());
        co_return *std::move(plan);
    }

private:
    /// Sends `request` and reads the head of its answer.
    template <class Parser>
    asio::awaitable<Result<void>> begin(const Request& request, Parser& parser) {
        if (!usable_) {
            co_return core::fail(
                core::ErrorKind::Unavailable,
                fmt::format("request {}: the connection was given up", request.target));
        }
        LIUHEN_CO_TRY(const std::string head, requestHead(request, host_));
        usable_ = false;
        parser.header_limit(static_cast<std::uint32_t>(limits_.headerBytes));
        const ErrorCode sent = co_await sendAll(head, request.body);
        if (sent && watchdog_.fired()) {
            co_return giveUp(sent, request.target, "send request");
        }
        // After a failed write an answer may still be there: that we are refused, and why.
        watchdog_.allow(limits_.answerTime);
        auto [error, count] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
        static_cast<void>(count);
        if (error) {
            co_return giveUp(error, request.target, "wait for answer");
        }
        co_return Result<void>{};
    }

    asio::awaitable<ErrorCode> sendAll(std::string_view head, ByteView body) {
        ErrorCode error = co_await send(core::viewOf(head));
        while (!error && !body.empty()) {
            const ByteView piece = body.first(std::min(body.size(), kPieceBytes));
            error = co_await send(piece);
            body = body.subspan(piece.size());
        }
        co_return error;
    }

    asio::awaitable<ErrorCode> send(ByteView bytes) {
        watchdog_.allow(limits_.pieceTime);
        auto [error, count] =
            co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), kAwait);
        static_cast<void>(count);
        co_return error;
    }

    /// Hands `length` body bytes to `sink`.
    asio::awaitable<Result<void>> pump(std::uint64_t length,
                                       const std::string& target,
                                       const Sink& sink) {
        piece_.resize(kPieceBytes);
        while (length > 0) {
            const auto want =
                static_cast<std::size_t>(std::min<std::uint64_t>(length, kPieceBytes));
            auto [error, count] = co_await fill(want);
            if (count > 0) {
                auto taken = sink(ByteView(piece_).first(count));
                if (!taken) {
                    closeNow(stream_);
                    co_return taken;
                }
            }
            if (error) {
                co_return giveUp(error, target, "read body");
            }
            length -= count;
        }
        co_return Result<void>{};
    }

    /// Fills piece_ to `want` bytes, or to what came before an error.
    asio::awaitable<std::pair<ErrorCode, std::size_t>> fill(std::size_t want) {
        const std::size_t held =
            asio::buffer_copy(asio::buffer(piece_.data(), want), buffer_.data());
        buffer_.consume(held);
        if (held == want) {
            co_return std::pair{ErrorCode{}, held};
        }
        watchdog_.allow(limits_.pieceTime);
        auto [error, count] = co_await asio::async_read(
            stream_, asio::buffer(piece_.data() + held, want - held), kAwait);
        co_return std::pair{error, held + count};
    }

    asio::awaitable<Result<void>> readRefusal(Response& head,
                                              std::uint64_t length,
                                              const std::string& target) {
        if (length > kRefusalBytes) {
            closeNow(stream_);
            co_return core::fail(
                kindOf(head.status),
                fmt::format("download {}: peer answered {} at length", target, head.status));
        }
        const Sink keep = [&head](ByteView bytes) {
            core::append(head.body, bytes);
            return Result<void>{};
        };
        co_return co_await pump(length, target, keep);
    }

    static Request requestOf(const DownloadRequest& wanted) {
        Request request;
        request.target = wanted.target;
        if (wanted.from > 0) {
            request.headers.add("Range", fmt::format("bytes={}-", wanted.from));
            if (!wanted.etag.empty()) {
                request.headers.add("If-Range", wanted.etag);
            }
        }
        return request;
    }

    /// What a 200 or 206 will have brought, if it is the part asked for and not too long.
    static Result<DownloadEnd> judge(const DownloadRequest& wanted,
                                     const Response& head,
                                     std::uint64_t length) {
        using core::ErrorKind;
        DownloadEnd end{length, length, std::string(head.headers.get("etag"))};
        if (!wanted.etag.empty() && end.etag != wanted.etag) {
            return core::fail(ErrorKind::FailedPrecondition,
                              fmt::format("download {}: it has changed", wanted.target));
        }
        ContentRange range{0, length, length};
        if (head.status == 206) {
            LIUHEN_TRY(range, parseContentRange(head.headers.get("content-range")));
        }
        if (range.first != wanted.from || range.length != length ||
            range.total - range.first != range.length) {
            return core::fail(ErrorKind::DataLoss,
                              fmt::format("download {} from {}: peer sends {} bytes from {} of {}",
                                          wanted.target,
                                          wanted.from,
                                          length,
                                          range.first,
                                          range.total));
        }
        end.total = range.total;
        if (end.total > wanted.maxBytes) {
            return core::fail(ErrorKind::ResourceExhausted,
                              fmt::format("download {}: {} bytes, {} allowed",
                                          wanted.target,
                                          end.total,
                                          wanted.maxBytes));
        }
        return end;
    }

    /// What a whole answer with another status means; 416 at exactly the end is success.
    static Result<DownloadEnd> refused(const DownloadRequest& wanted, const Response& head) {
        const std::string etag(head.headers.get("etag"));
        const auto range = parseContentRange(head.headers.get("content-range"));
        if (head.status == 416 && wanted.from > 0 && range && range->length == 0 &&
            range->total == wanted.from && (wanted.etag.empty() || wanted.etag == etag)) {
            return DownloadEnd{0, wanted.from, etag};
        }
        return tl::make_unexpected(errorOf(head, fmt::format("download {}", wanted.target)));
    }

    template <class Message>
    static Response headOf(const Message& message) {
        Response response;
        response.status = message.result_int();
        for (const auto& field : message) {
            response.headers.add(field.name_string(), field.value());
        }
        response.contentType = std::string(response.headers.get("content-type"));
        return response;
    }

    void end(bool keepAlive) {
        watchdog_.rest();
        usable_ = keepAlive;
        if (!keepAlive) {
            closeNow(stream_);
        }
    }

    /// Closes the stream and says what became of it.
    tl::unexpected<core::Error> giveUp(ErrorCode error,
                                       const std::string& target,
                                       std::string_view attempt) {
        using core::ErrorKind;
        ErrorKind kind = ErrorKind::Unavailable;
        std::string why = error.message();
        const bool broken =
            error.category() == http::make_error_code(http::error::end_of_stream).category() &&
            error != http::error::end_of_stream && error != http::error::partial_message;
        if (watchdog_.fired()) {
            kind = ErrorKind::DeadlineExceeded;
            why = "the peer is too slow";
        } else if (isCertificateAlert(error)) {
            kind = ErrorKind::Unauthenticated;
        } else if (error == http::error::body_limit || error == http::error::header_limit) {
            kind = ErrorKind::ResourceExhausted;
        } else if (broken) {
            kind = ErrorKind::DataLoss;
        }
        watchdog_.rest();
        closeNow(stream_);
        return core::fail(kind, fmt::format("request {}: {}: {}", target, attempt, why));
    }

    static constexpr std::size_t kPieceBytes = 128UL * 1024;
    static constexpr std::size_t kRefusalBytes = 64UL * 1024;

    Stream& stream_;
    ClientLimits limits_;
    std::string host_;
    Watchdog& watchdog_;
    beast::flat_buffer buffer_;
    Buffer piece_;
    bool usable_ = true;
};

}  // namespace liuhen::net
