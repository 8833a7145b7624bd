// SPDX-License-Identifier: Apache-2.0
// Tests of the server on the loopback: many clients, slow ones, and its end.
#include "tests/common/net/agency.hpp"
#include "tests/common/net/raw_tls.hpp"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using core::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kFileBytes = 3UL * 1024 * 1024 + 17;

/// "/file" is kFileBytes of pattern() under an ETag; any other target is echoed with the body.
Response answer(const Request& request) {
    static const BodySource file = sourceOf(pattern(kFileBytes));
    Response response;
    if (request.target == "/file") {
        response.contentType = "video/mp4";
        response.headers.add("ETag", "\"f1\"");
        response.source = file;
        return response;
    }
    response.body = core::toBuffer(core::viewOf(request.target));
    core::append(response.body, request.body);
    return response;
}

DownloadRequest fileFrom(std::uint64_t from) {
    DownloadRequest wanted;
    wanted.target = "/file";
    wanted.from = from;
    wanted.maxBytes = kFileBytes;
    return wanted;
}

Result<Response> ask(HttpClient& client, std::string_view method, std::string_view target) {
    Request request;
    request.method = std::string(method);
    request.target = std::string(target);
    return client.request(request);
}

}  // namespace

TEST_SUITE("net/server") {
    TEST_CASE("a file arrives whole and from any byte, on one connection") {
        const auto server = serverWith(agency().recorder(), answer);
        const auto client = connectTo(*server, agency().dock());
        REQUIRE(client);
        const Buffer whole = pattern(kFileBytes);
        for (const std::uint64_t from : {std::uint64_t{0},
                                         std::uint64_t{1},
                                         std::uint64_t{262144},
                                         kFileBytes - 1,
                                         kFileBytes}) {
            CAPTURE(from);
            Buffer got;
            const auto end = (*client)->download(fileFrom(from), appendTo(got));
            REQUIRE(end);
            CHECK(end->etag == "\"f1\"");
            CHECK(end->total == kFileBytes);
            CHECK(core::equal(got, ByteView(whole).subspan(static_cast<std::size_t>(from))));
        }
        CHECK((*client)->usable());
    }

    TEST_CASE("HEAD, bodies and a keep-alive connection work together") {
        const auto server = serverWith(agency().recorder(), answer);
        const auto client = connectTo(*server, agency().dock());
        REQUIRE(client);
        const auto head = ask(**client, "HEAD", "/file");
        REQUIRE(head);
        CHECK(head->body.empty());
        CHECK(head->headers.get("content-length") == std::to_string(kFileBytes));
        CHECK(head->contentType == "video/mp4");
        Request put;
        put.method = "PUT";
        put.target = "/x";
        put.body = pattern(900'000);
        const auto echoed = (*client)->request(put);
        REQUIRE(echoed);
        CHECK(core::equal(ByteView(echoed->body).subspan(2), put.body));
    }

    TEST_CASE("a body past the limit is told so, though the client was still sending") {
        const auto server = serverWith(agency().recorder(), answer);
        const auto client = connectTo(*server, agency().dock());
        REQUIRE(client);
        Request put;
        put.method = "PUT";
        put.target = "/x";
        put.body = pattern(3'000'000);
        const auto response = (*client)->request(put);
        REQUIRE(response);
        CHECK(response->status == 413);
        CHECK_FALSE((*client)->usable());
        const auto after = (*client)->request(put);
        REQUIRE_FALSE(after);
        CHECK(after.error().kind == ErrorKind::Unavailable);
    }

    TEST_CASE("many clients at once each get their own bytes") {
        const auto server = serverWith(agency().recorder(), answer);
        const Buffer whole = pattern(kFileBytes);
        const TlsIdentity dock = agency().dock();
        std::atomic<int> good{0};
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < 8; ++i) {
            threads.emplace_back([&server, &whole, &dock, &good, i] {
                const auto client = connectTo(*server, dock);
                if (!client) {
                    return;
                }
                const std::uint64_t from = i * 100'001UL;
                Buffer got;
                const auto end = (*client)->download(fileFrom(from), appendTo(got));
                const auto echoed = ask(**client, "GET", "/" + std::to_string(i));
                if (end && echoed && core::textOf(echoed->body) == "/" + std::to_string(i) &&
                    core::equal(got, ByteView(whole).subspan(static_cast<std::size_t>(from)))) {
                    ++good;
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK(good == 8);
    }

    TEST_CASE("slow peers are cut while others are served") {
        Limits limits;
        limits.handshakeTime = milliseconds(300);
        limits.headerTime = milliseconds(150);
        limits.bodyTime = milliseconds(150);
        limits.farewellTime = milliseconds(150);
        const auto server = serverWith(agency().recorder(), answer, limits);
        const TlsIdentity dock = agency().dock();
        const auto silent = connectRaw(server->port());
        RawTls slowHead(server->port(), &dock, TLS1_3_VERSION);
        REQUIRE(slowHead.handshake());
        REQUIRE(slowHead.send("GET /file HT"));
        RawTls slowBody(server->port(), &dock, TLS1_3_VERSION);
        REQUIRE(slowBody.handshake());
        REQUIRE(slowBody.send("PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"));
        const auto other = connectTo(*server, agency().dock());
        REQUIRE(other);
        CHECK(ask(**other, "GET", "/fine"));
        CHECK(slowHead.readAll().empty());
        CHECK_FALSE(slowHead.timedOut());
        CHECK(slowBody.readAll().empty());
        CHECK_FALSE(slowBody.timedOut());
        CHECK(isCut(silent.get()));
    }

    TEST_CASE("a peer that does not read is cut") {
        Limits limits;
        limits.chunkTime = milliseconds(150);
        limits.farewellTime = milliseconds(150);
        std::promise<void> dropped;
        auto future = dropped.get_future();
        // The session drops its response when it ends, and with it this.
        const auto endless = [&dropped](const Request&) {
            const std::shared_ptr<std::promise<void>> notice(
                &dropped, [](std::promise<void>* promise) { promise->set_value(); });
            Response response;
            response.source =
                BodySource{1ULL << 40, [notice](std::uint64_t, std::span<std::uint8_t> to) {
                               return Result<std::size_t>(to.size());
                           }};
            return response;
        };
        const auto server = serverWith(agency().recorder(), endless, limits);
        const TlsIdentity dock = agency().dock();
        RawTls deaf(server->port(), &dock, TLS1_3_VERSION);
        REQUIRE(deaf.handshake());
        REQUIRE(deaf.send("GET / HTTP/1.1\r\n\r\n"));
        CHECK(future.wait_for(std::chrono::seconds(5)) == std::future_status::ready);
    }

    TEST_CASE("connections past the limit are closed, and a place that is left is taken again") {
        Limits limits;
        limits.connections = 1;
        const auto server = serverWith(agency().recorder(), answer, limits);
        auto first = connectTo(*server, agency().dock());
        REQUIRE(first);
        CHECK(ask(**first, "GET", "/1"));
        const auto second = connectTo(*server, agency().dock());
        REQUIRE_FALSE(second);
        CHECK(second.error().kind == ErrorKind::Unavailable);
        Request last;
        last.target = "/2";
        last.headers.add("X-Last", "1");
        CHECK((*first)->request(last));
        first->reset();
        bool served = false;
        for (int i = 0; i < 1000 && !served; ++i) {  // until the server has seen the end
            const auto third = connectTo(*server, agency().dock());
            served = third && ask(**third, "GET", "/3");
        }
        CHECK(served);
    }

    TEST_CASE("handlers may block without holding up others") {
        std::promise<void> release;
        const std::shared_future<void> released = release.get_future().share();
        const auto server = serverWith(agency().recorder(), [released](const Request& request) {
            if (request.target == "/blocked") {
                released.wait();
            }
            return answer(request);
        });
        const TlsIdentity dock = agency().dock();
        auto blocked = std::async(std::launch::async, [&server, &dock] {
            const auto client = connectTo(*server, dock);
            return client && ask(**client, "GET", "/blocked");
        });
        const auto client = connectTo(*server, dock);
        REQUIRE(client);
        CHECK(ask(**client, "GET", "/free"));
        release.set_value();
        CHECK(blocked.get());
    }

    TEST_CASE("stop ends connections that idle, send or are being answered") {
        std::promise<void> begun;
        auto server = serverWith(agency().recorder(), [&begun](const Request& request) {
            if (request.target == "/begin") {
                begun.set_value();
            }
            return answer(request);
        });
        const TlsIdentity dock = agency().dock();
        const auto idle = connectTo(*server, dock);
        REQUIRE(idle);
        const auto silent = connectRaw(server->port());
        RawTls deaf(server->port(), &dock, TLS1_3_VERSION);
        REQUIRE(deaf.handshake());
        REQUIRE(deaf.send("GET /begin HTTP/1.1\r\n\r\nGET /file HTTP/1.1\r\n\r\n"));
        begun.get_future().wait();
        server->stop();
        server->stop();
        CHECK_FALSE(ask(**idle, "GET", "/"));
        CHECK(isCut(silent.get()));
        const std::uint16_t port = server->port();
        server.reset();
        const auto late = HttpClient::connect("127.0.0.1", port, dock, ClientLimits{});
        REQUIRE_FALSE(late);
        CHECK(late.error().kind == ErrorKind::Unavailable);
    }

    TEST_CASE("an address that cannot be listened on is an error") {
        const auto server = serverWith(agency().recorder(), answer);
        const auto again =
            HttpServer::listen("127.0.0.1", server->port(), agency().recorder(), answer, Limits{});
        REQUIRE_FALSE(again);
        CHECK(again.error().kind == ErrorKind::AlreadyExists);
        const auto named = HttpServer::listen("nowhere", 0, agency().recorder(), answer, Limits{});
        REQUIRE_FALSE(named);
        CHECK(named.error().kind == ErrorKind::InvalidArgument);
    }
}
