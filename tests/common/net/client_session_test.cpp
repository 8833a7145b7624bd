// SPDX-License-Identifier: Apache-2.0
// Tests of the client's side of HTTP against answers that lie, over bytes in memory.
#include "tests/common/net/memory_session.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using core::ErrorKind;

namespace {

struct Taken {
    Result<DownloadEnd> end;
    std::string bytes;
    std::string sent;
};

Taken take(std::string_view answer,
           const DownloadRequest& wanted,
           const ClientLimits& limits = {}) {
    Taken taken;
    taken.end = downloadOver(
        Script{answer, 7},
        wanted,
        [&taken](ByteView bytes) {
            taken.bytes += core::textOf(bytes);
            return Result<void>{};
        },
        limits,
        &taken.sent);
    return taken;
}

DownloadRequest wantedFrom(std::uint64_t from, std::string_view etag = {}) {
    DownloadRequest wanted;
    wanted.target = "/f";
    wanted.from = from;
    wanted.maxBytes = 1000;
    wanted.etag = std::string(etag);
    return wanted;
}

ErrorKind requestError(std::string_view answer, const ClientLimits& limits = {}) {
    Request request;
    request.target = "/";
    const auto response = requestOver(Script{answer}, request, limits);
    REQUIRE_FALSE(response);
    return response.error().kind;
}

}  // namespace

TEST_SUITE("net/client_session") {
    TEST_CASE("a request comes back with status, fields and body") {
        Request request;
        request.method = "POST";
        request.target = "/v1/docking";
        request.body = core::toBuffer(core::viewOf("nonce"));
        std::string sent;
        const auto response = requestOver(Script{"HTTP/1.1 201 Created\r\nContent-Type: "
                                                 "a/b\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok"},
                                          request,
                                          ClientLimits{},
                                          &sent);
        REQUIRE(response);
        CHECK(response->status == 201);
        CHECK(response->contentType == "a/b");
        CHECK(response->headers.get("x-a") == "1");
        CHECK(core::textOf(response->body) == "ok");
        CHECK(sent == "POST /v1/docking HTTP/1.1\r\nHost: bench\r\nContent-Length: 5\r\n\r\nnonce");
    }

    TEST_CASE("answers that break HTTP, lie or are too long are errors of the right kind") {
        ClientLimits limits;
        limits.bodyBytes = 100;
        const std::string ok = "HTTP/1.1 200 OK\r\n";
        CHECK(requestError("") == ErrorKind::Unavailable);
        CHECK(requestError("220 smtp\r\n\r\n") == ErrorKind::DataLoss);
        CHECK(requestError(ok + "Content-Length: 9\r\n\r\nshort") == ErrorKind::Unavailable);
        CHECK(requestError(ok + "Content-Length: 101\r\n\r\n", limits) ==
              ErrorKind::ResourceExhausted);
        CHECK(requestError(ok + "\r\n" + std::string(200, 'x'), limits) ==
              ErrorKind::ResourceExhausted);
        CHECK(requestError(ok + "X: " + std::string(20000, 'x')) == ErrorKind::ResourceExhausted);
        CHECK(requestError(ok + "Content-Length: -4\r\n\r\n") == ErrorKind::DataLoss);
    }

    TEST_CASE("a server that stops speaking is given up in time") {
        ClientLimits limits;
        limits.answerTime = std::chrono::milliseconds(5);
        limits.pieceTime = std::chrono::milliseconds(5);
        Request request;
        request.target = "/";
        for (const char* input :
             {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"}) {
            CAPTURE(input);
            const auto response = requestOver(Script{input, 99, true}, request, limits);
            REQUIRE_FALSE(response);
            CHECK(response.error().kind == ErrorKind::DeadlineExceeded);
        }
    }

    TEST_CASE("a download asks for the rest and checks that it is the rest") {
        const Taken taken = take(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nETag: \"a\"\r\n"
            "Content-Length: 6\r\n\r\nefghij",
            wantedFrom(4, "\"a\""));
        REQUIRE(taken.end);
        CHECK(taken.bytes == "efghij");
        CHECK(taken.end->received == 6);
        CHECK(taken.end->total == 10);
        CHECK(taken.end->etag == "\"a\"");
        CHECK(taken.sent.find("Range: bytes=4-\r\nIf-Range: \"a\"\r\n") != std::string::npos);
    }

    TEST_CASE("bytes past the promised length never reach the sink") {
        const Taken taken =
            take("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdefgh", wantedFrom(0));
        REQUIRE(taken.end);
        CHECK(taken.bytes == "abc");
    }

    TEST_CASE("what arrived before a cut has reached the sink") {
        const Taken taken =
            take("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nabcdefgh", wantedFrom(0));
        REQUIRE_FALSE(taken.end);
        CHECK(taken.end.error().kind == ErrorKind::Unavailable);
        CHECK(taken.bytes == "abcdefgh");
    }

    TEST_CASE("answers that are not the part asked for give the sink nothing") {
        struct Row {
            const char* name;
            const char* answer;
            ErrorKind kind;
        };
        const Row rows[] = {
            {"too long",
             "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nabc",
             ErrorKind::FailedPrecondition},
            {"whole body after a change",
             "HTTP/1.1 200 OK\r\nETag: \"b\"\r\nContent-Length: 3\r\n\r\nabc",
             ErrorKind::FailedPrecondition},
            {"whole body without a change",
             "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 3\r\n\r\nabc",
             ErrorKind::DataLoss},
            {"other part",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Range: bytes 3-5/6\r\nContent-Length: "
             "3\r\n\r\nabc",
             ErrorKind::DataLoss},
            {"only a piece of the rest",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Range: bytes 4-6/10\r\nContent-Length: "
             "3\r\n\r\nabc",
             ErrorKind::DataLoss},
            {"range and length differ",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Range: bytes 4-9/10\r\nContent-Length: "
             "3\r\n\r\nabc",
             ErrorKind::DataLoss},
            {"no range",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Length: 3\r\n\r\nabc",
             ErrorKind::DataLoss},
            {"total past what is allowed",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Range: bytes 4-1000/1001\r\n"
             "Content-Length: 997\r\n\r\nabc",
             ErrorKind::ResourceExhausted},
            {"absurd total",
             "HTTP/1.1 206 P\r\nETag: \"a\"\r\nContent-Range: bytes 4-18446744073709551613/"
             "18446744073709551614\r\nContent-Length: 18446744073709551610\r\n\r\nabc",
             ErrorKind::ResourceExhausted},
            {"no length", "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n\r\nabc", ErrorKind::DataLoss},
            {"chunked",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
             ErrorKind::DataLoss},
            {"end elsewhere",
             "HTTP/1.1 416 R\r\nETag: \"a\"\r\nContent-Range: bytes */9\r\nContent-Length: "
             "0\r\n\r\n",
             ErrorKind::InvalidArgument},
            {"gone", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", ErrorKind::NotFound},
            {"error at length",
             "HTTP/1.1 503 S\r\nContent-Length: 999999999\r\n\r\n",
             ErrorKind::Unavailable},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            const Taken taken = take(row.answer, wantedFrom(4, "\"a\""));
            REQUIRE_FALSE(taken.end);
            CAPTURE(taken.end.error().message);
            CHECK(taken.end.error().kind == row.kind);
            CHECK(taken.bytes.empty());
        }
    }

    TEST_CASE("asking from exactly the end is a download of nothing") {
        const Taken taken = take(
            "HTTP/1.1 416 R\r\nETag: \"a\"\r\nContent-Range: bytes */4\r\nContent-Length: "
            "0\r\n\r\n",
            wantedFrom(4, "\"a\""));
        REQUIRE(taken.end);
        CHECK(taken.end->received == 0);
        CHECK(taken.end->total == 4);
    }

    TEST_CASE("the sink's error ends the download and is handed on") {
        const auto end = downloadOver(
            Script{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"},
            wantedFrom(0),
            [](ByteView) {
                return Result<void>(core::fail(ErrorKind::ResourceExhausted, "disk full"));
            },
            ClientLimits{});
        REQUIRE_FALSE(end);
        CHECK(end.error().message == "disk full");
    }
}
