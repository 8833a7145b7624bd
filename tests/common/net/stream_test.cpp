// SPDX-License-Identifier: Apache-2.0
// Bodies of unknown length, servers for browsers, and bounds for one address.
#include "tests/common/net/agency.hpp"
#include "tests/common/net/memory_session.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using std::chrono::milliseconds;

namespace {

/// A stream of so many numbers, with a silence between any two.
Response counted(int count) {
    Response response;
    response.contentType = "text/event-stream";
    auto turn = std::make_shared<int>(0);
    response.stream = BodyStream{milliseconds(1), [turn, count]() -> Result<std::optional<Buffer>> {
                                     const int now = (*turn)++;
                                     if (now >= 2 * count) {
                                         return std::optional<Buffer>();
                                     }
                                     const std::string text =
                                         now % 2 == 0 ? std::to_string(now / 2) + ";" : "";
                                     return std::optional(core::toBuffer(core::viewOf(text)));
                                 }};
    return response;
}

std::string serve(std::string_view input, const Handler& handler) {
    return serveScript(Script{input}, handler, Limits{});
}

Request root() {
    Request request;
    request.target = "/";
    return request;
}

TlsIdentity page() {
    TlsIdentity identity = agency().identity(crypto::Role::Web, crypto::Role::DockTls, "localhost");
    identity.anonymousPeers = true;
    return identity;
}

}  // namespace

TEST_SUITE("net/stream") {
    TEST_CASE("a stream goes out in chunks, and the connection goes on") {
        const std::string got = serve(
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: "
            "close\r\n\r\n",
            [](const Request& request) { return counted(request.target == "/a" ? 2 : 0); });
        CHECK(got.find("Content-Length") == std::string::npos);
        CHECK(got.find("Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
                       "2\r\n0;\r\n2\r\n1;\r\n0\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
        const std::string_view end = "Connection: close\r\n\r\n0\r\n\r\n";
        CHECK(got.substr(got.size() - end.size()) == end);
    }

    TEST_CASE("HEAD has no body, HTTP/1.0 no chunks, and a failure no end") {
        const auto two = [](const Request&) { return counted(2); };
        const std::string head =
            serve("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", two);
        CHECK(head.substr(head.size() - 4) == "\r\n\r\n");
        const std::string old = serve("GET / HTTP/1.0\r\n\r\n", two);
        CHECK(old.find("chunked") == std::string::npos);
        CHECK(old.substr(old.size() - 8) == "\r\n\r\n0;1;");
        const std::string failed = serve("GET / HTTP/1.1\r\nHost: x\r\n\r\n", [](const Request&) {
            Response response;
            response.stream =
                BodyStream{milliseconds(1), []() -> Result<std::optional<Buffer>> {
                               return core::fail(core::ErrorKind::Unavailable, "gone");
                           }};
            return response;
        });
        CHECK(failed.substr(failed.size() - 4) == "\r\n\r\n");
        CHECK(failed.find("0\r\n") == std::string::npos);
    }

    TEST_CASE("a server without client certificates answers whoever speaks TLS 1.3") {
        const auto server = serverWith(page(), [](const Request& request) {
            Response response = counted(3);
            response.headers.add("X-Peer", request.peerAddress + "/" + request.peerSubject);
            return response;
        });
        const auto client =
            connectTo(*server, agency().identity(crypto::Role::DockTls, crypto::Role::Web, "dock"));
        REQUIRE(client);
        const auto answer = (*client)->request(root());
        REQUIRE(answer);
        CHECK(core::textOf(answer->body) == "0;1;2;");
        CHECK(answer->headers.get("x-peer") == "127.0.0.1/");
        CHECK((*client)->usable());
    }

    TEST_CASE("an endless stream neither holds a worker nor the server's end") {
        std::atomic<int> calls{0};
        Limits limits;
        limits.workers = 1;
        const auto server = serverWith(
            page(),
            [&calls](const Request& request) {
                Response response;
                if (request.target == "/stream") {
                    response.stream =
                        BodyStream{milliseconds(5), [&calls]() -> Result<std::optional<Buffer>> {
                                       ++calls;
                                       return std::optional(Buffer());
                                   }};
                }
                return response;
            },
            limits);
        const TlsIdentity own = agency().identity(crypto::Role::DockTls, crypto::Role::Web, "dock");
        std::thread streaming([&] {
            const auto client = connectTo(*server, own);
            Request request;
            request.target = "/stream";
            CHECK_FALSE((*client)->request(request).has_value());
        });
        while (calls < 3) {
            std::this_thread::sleep_for(milliseconds(1));
        }
        const auto client = connectTo(*server, own);
        REQUIRE(client);
        CHECK((*client)->request(root()).has_value());
        server->stop();
        streaming.join();
    }

    TEST_CASE("one address cannot take all connections") {
        Limits limits;
        limits.connectionsOfOne = 2;
        const auto server = serverWith(
            page(), [](const Request&) { return Response{}; }, limits);
        const TlsIdentity own = agency().identity(crypto::Role::DockTls, crypto::Role::Web, "dock");
        auto first = connectTo(*server, own);
        const auto second = connectTo(*server, own);
        REQUIRE(first);
        REQUIRE(second);
        CHECK_FALSE(connectTo(*server, own).has_value());
        first->reset();
        bool again = false;
        for (int i = 0; i < 200 && !again; ++i) {
            again = connectTo(*server, own).has_value();
        }
        CHECK(again);
    }
}
