// SPDX-License-Identifier: Apache-2.0
// Tests of the server's side of HTTP, over bytes in memory.
#include "tests/common/net/memory_session.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;

namespace {

Response textResponse(std::string_view text) {
    Response response;
    response.contentType = "text/plain";
    response.body = core::toBuffer(core::viewOf(text));
    return response;
}

Response echo(const Request& request) {
    return textResponse(request.method + " " + request.target + " " +
                        std::string(core::textOf(request.body)));
}

/// A body whose byte at n is 'a' + n % 26, given by a source.
Response alphabet(std::uint64_t size) {
    Response response;
    response.source = BodySource{size, [](std::uint64_t offset, std::span<std::uint8_t> to) {
                                     for (std::size_t i = 0; i < to.size(); ++i) {
                                         to[i] = static_cast<std::uint8_t>('a' + (offset + i) % 26);
                                     }
                                     return Result<std::size_t>(to.size());
                                 }};
    return response;
}

std::string serve(std::string_view input, const Handler& handler, const Limits& limits = {}) {
    return serveScript(Script{input}, handler, limits);
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool startsWith(const std::string& text, std::string_view part) {
    return text.compare(0, part.size(), part) == 0;
}

std::size_t countOf(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_SUITE("net/server_session") {
    TEST_CASE("requests on one connection are answered in order, however they are cut up") {
        const std::string_view input =
            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
            "PUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
            "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n"
            "GET /4 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            "GET /5 HTTP/1.1\r\nHost: h\r\n\r\n";
        const std::string whole = serve(input, echo);
        CHECK(countOf(whole, "HTTP/1.1 200 OK\r\n") == 4);
        CHECK(contains(whole, "GET /1 "));
        CHECK(contains(whole, "PUT /2 abc"));
        CHECK(contains(whole, "POST /3 xy"));
        CHECK(contains(whole, "Connection: close"));
        CHECK_FALSE(contains(whole, "/5"));
        for (const std::size_t pieceBytes : {1U, 7U}) {
            CHECK(serveScript(Script{input, pieceBytes}, echo, Limits{}) == whole);
        }
    }

    TEST_CASE("a source is sent in pieces, whole or as a range") {
        Limits limits;
        limits.chunkBytes = 10;
        const auto handler = [](const Request&) { return alphabet(26); };
        CHECK(contains(serve("GET / HTTP/1.1\r\n\r\n", handler, limits),
                       "Content-Length: 26\r\nConnection: keep-alive\r\n\r\n"
                       "abcdefghijklmnopqrstuvwxyz"));
        const std::string part =
            serve("GET / HTTP/1.1\r\nRange: bytes=3-17\r\n\r\n", handler, limits);
        CHECK(startsWith(part, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-17/26\r\n"));
        CHECK(contains(part, "\r\n\r\ndefghijklmnopqr"));
        CHECK_FALSE(contains(part, "qrs"));
        const std::string past =
            serve("GET / HTTP/1.1\r\nRange: bytes=26-\r\n\r\n", handler, limits);
        CHECK(startsWith(past, "HTTP/1.1 416 "));
        CHECK(contains(past, "Content-Range: bytes */26\r\n"));
        CHECK(contains(past, "\"error\""));
    }

    TEST_CASE("HEAD gives the length and no body") {
        const auto handler = [](const Request&) { return alphabet(26); };
        const std::string answer = serve("HEAD / HTTP/1.1\r\n\r\n", handler);
        CHECK(contains(answer, "Content-Length: 26\r\n"));
        CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
    }

    TEST_CASE("a client that waits for leave to send its body gets it") {
        const std::string answer =
            serve("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok", echo);
        CHECK(startsWith(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    }

    TEST_CASE(
        "what is too long or no HTTP is refused with its status and never reaches a handler") {
        struct Row {
            const char* name;
            std::string input;
            const char* status;
        };
        const Row rows[] = {
            {"header field", "GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n", "431"},
            {"endless header", "GET / HTTP/1.1\r\nX: " + std::string(900000, 'x'), "431"},
            {"target", "GET /" + std::string(2048, 'x') + " HTTP/1.1\r\n\r\n", "414"},
            {"endless target", "GET /" + std::string(90000, 'x'), "431"},
            {"body",
             "PUT / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'),
             "413"},
            {"absurd length",
             "PUT / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n",
             "413"},
            {"impossible length",
             "PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
             "400"},
            {"negative length", "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
            {"two lengths",
             "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
             "400"},
            {"chunked body",
             "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + std::string(128, 'x') +
                 "\r\n0\r\n\r\n",
             "413"},
            {"other protocol", "SSH-2.0-x\r\n\r\n", "400"},
            {"other version", "GET / HTTP/3.0\r\n\r\n", "400"},
            {"folded nonsense", "GET / HTTP/1.1\r\n: x\r\n\r\n", "400"},
        };
        Limits limits;
        limits.bodyBytes = 100;
        for (const Row& row : rows) {
            CAPTURE(row.name);
            bool called = false;
            const std::string answer = serve(
                row.input,
                [&called](const Request&) {
                    called = true;
                    return Response{};
                },
                limits);
            CHECK_FALSE(called);
            CHECK(startsWith(answer, std::string("HTTP/1.1 ") + row.status));
            CHECK(contains(answer, "Connection: close\r\n"));
            CHECK(contains(answer, "{\"error\":"));
        }
    }

    TEST_CASE("a path trick is data: the handler sees the target as it was sent") {
        CHECK(contains(serve("GET /../%2e%2e/etc HTTP/1.1\r\n\r\n", echo), "GET /../%2e%2e/etc "));
    }

    TEST_CASE("a request that is cut short gets no answer") {
        CHECK(serve("GET / HTT", echo).empty());
        CHECK(serve("PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", echo).empty());
        CHECK(serve("", echo).empty());
    }

    TEST_CASE("a sender that stops in a head or a body, or says nothing, is cut in time") {
        Limits limits;
        limits.idleTime = std::chrono::milliseconds(5);
        limits.headerTime = std::chrono::milliseconds(5);
        limits.bodyTime = std::chrono::milliseconds(5);
        for (const char* input :
             {"", "GET / HT", "PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"}) {
            CAPTURE(input);
            CHECK(serveScript(Script{input, 1, true}, echo, limits).empty());
        }
    }

    TEST_CASE("a source that fails at once is an error status, later a cut") {
        Limits limits;
        limits.chunkBytes = 10;
        const auto failingAt = [](std::uint64_t bad) {
            return [bad](const Request&) {
                Response response = alphabet(26);
                response.source->readAt = [bad, good = response.source->readAt](
                                              std::uint64_t offset, std::span<std::uint8_t> to) {
                    if (offset >= bad) {
                        return Result<std::size_t>(
                            core::fail(core::ErrorKind::NotFound, "read part: gone"));
                    }
                    return good(offset, to);
                };
                return response;
            };
        };
        const std::string_view twice = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        const std::string early = serve(twice, failingAt(0), limits);
        CHECK(countOf(early, "HTTP/1.1 404 ") == 2);
        const std::string late = serve(twice, failingAt(20), limits);
        CHECK(countOf(late, "HTTP/1.1 200 ") == 1);
        CHECK(late.substr(late.size() - 20) == "abcdefghijklmnopqrst");
    }

    TEST_CASE("a source that gives less than it promised is a cut") {
        const auto handler = [](const Request&) {
            Response response;
            response.source =
                BodySource{20, [](std::uint64_t offset, std::span<std::uint8_t> to) {
                               return Result<std::size_t>(offset == 0 ? to.size() : 1);
                           }};
            return response;
        };
        Limits limits;
        limits.chunkBytes = 10;
        const std::string answer = serve("GET / HTTP/1.1\r\n\r\n", handler, limits);
        CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == 10);
    }
}
