// SPDX-License-Identifier: Apache-2.0
// One HTTP connection, with TLS or without, used by one thread, that blocks no longer than its
// deadlines.
#pragma once

#include "common/net/http_types.hpp"
#include "common/net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace liuhen::net {

/// What a client waits for and takes at most.
struct ClientLimits {
    std::size_t headerBytes = 16UL * 1024;
    std::size_t bodyBytes = 4UL * 1024 * 1024;      // of request(); download() has its own
    std::chrono::milliseconds connectTime{10'000};  // name, connection and handshake together
    std::chrono::milliseconds answerTime{60'000};   // from a request to the head of its answer
    std::chrono::milliseconds pieceTime{30'000};    // for each 256 KiB, either way
};

/// How a download ended well: all bytes from `from` to `total` went to the sink.
struct DownloadEnd {
    std::uint64_t received = 0;
    std::uint64_t total = 0;  // size of the whole body
    std::string etag;         // as the server gave it; may be empty
};

/// A body, or the rest of one, to be fetched.
struct DownloadRequest {
    std::string target;
    std::uint64_t from = 0;      // the first byte wanted
    std::uint64_t maxBytes = 0;  // the whole body may have so many bytes, from 0, and no more
    std::string etag;            // the body must still have it; empty on a first attempt
    /// Called before the first byte with what the server promises; may be empty.
    std::function<void(const DownloadEnd& promised)> begun;
};

/// A connection to a server; with TLS its certificate has been judged. Not thread-safe.
///
/// Errors of all calls: DeadlineExceeded if the peer is too slow; Unavailable if the connection
/// fails or was given up before; Unauthenticated if one side refuses the other's certificate;
/// DataLoss for an answer that breaks HTTP; ResourceExhausted for one that is too large.
/// After an error the connection is closed unless the answer was a whole one with an error status.
class HttpClient {
public:
    /// `host` is a numeric address or a name. The server's name is not compared with it: who is
    /// there is told by peer().
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> connect(const std::string& host,
                                                                     std::uint16_t port,
                                                                     const TlsIdentity& identity,
                                                                     const ClientLimits& limits);
    /// The same without TLS, for what needs none since every message is signed: who answers is not
    /// known, and there is no peer().
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> connectPlain(
        const std::string& host, std::uint16_t port, const ClientLimits& limits);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// The server's certificate. Not of a connection without TLS.
    [[nodiscard]] const crypto::Certificate& peer() const;
    /// Whether another request can be made on this connection.
    [[nodiscard]] bool usable() const;

    /// Sends `request` and takes the answer, whatever its status.
    [[nodiscard]] Result<Response> request(const Request& request);

    /// Fetches a body into `sink` in pieces of 256 KiB (the last one of a run may be shorter).
    ///
    /// Whatever arrived before a cut has gone to the sink. The sink never sees more than the head
    /// of the answer promised, and nothing if that is past `maxBytes`.
    /// Errors besides: FailedPrecondition if the body is not the one with `etag`; ResourceExhausted
    /// if it is longer than `maxBytes`; DataLoss if the answer is not the part asked for; the kind
    /// of an error answer; the sink's own.
    [[nodiscard]] Result<DownloadEnd> download(const DownloadRequest& wanted, const Sink& sink);

private:
    struct Impl;
    template <class Stream>
    struct ImplOn;
    explicit HttpClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace liuhen::net
