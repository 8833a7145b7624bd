// SPDX-License-Identifier: Apache-2.0
// Tests of who may speak to whom, over TLS on the loopback.
#include "tests/common/net/agency.hpp"
#include "tests/common/net/raw_tls.hpp"

#include <atomic>
#include <future>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using core::ErrorKind;
using crypto::Role;

namespace {

/// A server that counts what reaches its handler and notes the first refusal.
struct Gate {
    explicit Gate(TlsIdentity identity) {
        identity.refused = [this](const std::string& why) {
            if (!told.exchange(true)) {
                refusal.set_value(why);
            }
        };
        server = serverWith(identity, [this](const Request& request) {
            ++handled;
            Response response;
            response.body = core::toBuffer(core::viewOf(request.peerSubject));
            response.headers.add("X-Certificate",
                                 core::toHex(request.peerCertificateDer).substr(0, 8));
            return response;
        });
    }
    /// Why the first peer was refused.
    std::string why() {
        auto future = refusal.get_future();
        REQUIRE(future.wait_for(std::chrono::seconds(5)) == std::future_status::ready);
        return future.get();
    }

    std::atomic<int> handled{0};
    std::atomic<bool> told{false};
    std::promise<std::string> refusal;
    std::unique_ptr<HttpServer> server;
};

/// Connects and asks; TLS 1.3 tells a client only then that it was refused.
Result<Response> ask(const HttpServer& server, const TlsIdentity& identity) {
    LIUHEN_TRY(const auto client, connectTo(server, identity));
    Request request;
    request.target = "/";
    return client->request(request);
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("net/tls") {
    TEST_CASE("a dock and a recorder of one agency know each other") {
        Gate gate(agency().recorder());
        const TlsIdentity dock = agency().dock();
        auto client = connectTo(*gate.server, dock);
        REQUIRE(client);
        CHECK((*client)->peer().subject() == "recorder-1");
        Request request;
        request.target = "/";
        const auto response = (*client)->request(request);
        REQUIRE(response);
        CHECK(core::textOf(response->body) == "dock-1");
        CHECK(response->headers.get("x-certificate") ==
              core::toHex(dock.certificate.der()).substr(0, 8));
        CHECK((*client)->usable());
        CHECK((*client)->request(request));
        CHECK(gate.handled == 2);
    }

    TEST_CASE("a server refuses a client of another role, agency or time, or a revoked one") {
        struct Row {
            const char* name;
            TlsIdentity server;
            TlsIdentity client;
            const char* why;
        };
        const Agency other;
        std::vector<Row> rows;
        rows.push_back({"a recorder cannot act as a dock",
                        agency().recorder(),
                        agency().identity(Role::RecorderTls, Role::RecorderTls, "recorder-2"),
                        "role"});
        rows.push_back({"a signing key's certificate is not for TLS",
                        agency().recorder(),
                        agency().identity(Role::Dock, Role::RecorderTls, "dock-2"),
                        "role"});
        rows.push_back({"another agency", agency().recorder(), other.dock(), "signed"});
        rows.back().client.root = agency().recorder().root;
        rows.push_back({"expired", agency().recorder(), agency().dock(), "expired"});
        rows.back().server.now = [] {
            return std::optional(core::SystemClock().utc() + std::chrono::hours(24 * 400));
        };
        rows.push_back({"revoked", agency().recorder(), agency().dock(), "revoked"});
        rows.back().server.allowed = [](const crypto::Certificate& peer) {
            return peer.subject() != "dock-1";
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            Gate gate(row.server);
            const auto response = ask(*gate.server, row.client);
            REQUIRE_FALSE(response);
            CAPTURE(response.error().message);
            CHECK(response.error().kind == ErrorKind::Unauthenticated);
            const std::string why = gate.why();
            CAPTURE(why);
            CHECK(contains(why, row.why));
            CHECK(gate.handled == 0);
        }
    }

    TEST_CASE("a client refuses a server of another role or agency and says why") {
        const Agency other;
        Gate wrongRole(agency().identity(Role::Web, Role::DockTls, "web-1"));
        TlsIdentity dock = agency().dock();
        std::string told;
        dock.refused = [&told](const std::string& why) { told = why; };
        const auto first = connectTo(*wrongRole.server, dock);
        REQUIRE_FALSE(first);
        CHECK(first.error().kind == ErrorKind::Unauthenticated);
        CHECK(contains(first.error().message, told));
        CHECK_FALSE(told.empty());

        Gate wrongAgency(other.recorder());
        const auto second = connectTo(*wrongAgency.server, agency().dock());
        REQUIRE_FALSE(second);
        CHECK(second.error().kind == ErrorKind::Unauthenticated);
    }

    TEST_CASE("a device that knows its clock to be wrong leaves validity out, not the rest") {
        TlsIdentity recorder = agency().recorder();
        recorder.now = [] { return std::optional(core::Microseconds(0)); };
        Gate trusting(recorder);
        CHECK_FALSE(ask(*trusting.server, agency().dock()));
        recorder.now = [] { return std::optional<core::Microseconds>(); };
        Gate knowing(recorder);
        CHECK(ask(*knowing.server, agency().dock()));
        CHECK_FALSE(ask(*knowing.server,
                        agency().identity(Role::RecorderTls, Role::RecorderTls, "recorder-2")));
    }

    TEST_CASE("a client without a certificate gets nowhere") {
        Gate gate(agency().recorder());
        RawTls raw(gate.server->port(), nullptr, TLS1_3_VERSION);
        CHECK(raw.handshake());  // its own half: the refusal comes after
        static_cast<void>(raw.send("GET / HTTP/1.1\r\n\r\n"));
        CHECK(raw.readAll().empty());
        CHECK_FALSE(raw.timedOut());
        CHECK(gate.handled == 0);
        CHECK_FALSE(gate.why().empty());
    }

    TEST_CASE("TLS 1.2 is refused even with the right certificate") {
        Gate gate(agency().recorder());
        const TlsIdentity dock = agency().dock();
        RawTls old(gate.server->port(), &dock, TLS1_2_VERSION);
        CHECK_FALSE(old.handshake());
        RawTls current(gate.server->port(), &dock, TLS1_3_VERSION);
        CHECK(current.handshake());
        CHECK(current.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        CHECK(contains(current.readAll(), "dock-1"));
    }

    TEST_CASE("a server for browsers asks for no certificate") {
        TlsIdentity web = agency().identity(Role::Web, Role::DockTls, "web-1");
        web.anonymousPeers = true;
        Gate gate(web);
        RawTls raw(gate.server->port(), nullptr, TLS1_3_VERSION);
        CHECK(raw.handshake());
        CHECK(raw.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
        CHECK(contains(raw.readAll(), "HTTP/1.1 200 OK"));
    }

    TEST_CASE("a key that is not the certificate's is found before anything listens") {
        TlsIdentity mixed = agency().recorder();
        mixed.keyPem = agency().dock().keyPem;
        const auto server = HttpServer::listen("127.0.0.1", 0, mixed, {}, Limits{});
        REQUIRE_FALSE(server);
        CHECK(server.error().kind == ErrorKind::InvalidArgument);
        mixed.keyPem = "no key";
        CHECK_FALSE(HttpClient::connect("127.0.0.1", 1, mixed, ClientLimits{}));
    }
}
