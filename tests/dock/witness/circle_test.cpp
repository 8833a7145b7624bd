// SPDX-License-Identifier: Apache-2.0
// All witnesses of a dock at once, over HTTP: honest, lying and away.
#include "dock/witness/circle.hpp"

#include "common/net/server.hpp"
#include "dock/witness/post.hpp"
#include "tests/dock/witness/fake_witness.hpp"

TEST_SUITE_BEGIN("dock/witness/circle");

namespace liuhen::test {

using witnessing::Circle;
using witnessing::End;

namespace {

/// A witness behind a port.
class Served {
public:
    explicit Served(FakeWitness& witness)
        : server_(must(net::HttpServer::listenPlain(
              "127.0.0.1",
              0,
              [&witness](const net::Request& request) {
                  const Answer answer =
                      request.target == "/w/add-checkpoint" && request.method == "POST"
                          ? witness.addCheckpoint(std::string(core::textOf(request.body)))
                          : Answer{404, ""};
                  net::Response response;
                  response.status = answer.status;
                  response.body = core::toBuffer(core::viewOf(answer.body));
                  return response;
              },
              net::Limits{}))) {}
    [[nodiscard]] witnessing::Place place(const std::string& name) const {
        return {name, witnessing::Url{"127.0.0.1", server_->port(), "/w"}};
    }

private:
    std::unique_ptr<net::HttpServer> server_;
};

/// A port at which nobody answers.
witnessing::Place nowhere(const std::string& name) {
    const auto server = must(net::HttpServer::listenPlain(
        "127.0.0.1", 0, [](const net::Request&) { return net::Response{}; }, net::Limits{}));
    return {name, witnessing::Url{"127.0.0.1", server->port(), ""}};
}

}  // namespace

TEST_CASE("honest witnesses cosign beside one that lies and one that is away") {
    WitnessBench bench;
    bench.grow();
    FakeWitness one("w1");
    FakeWitness two("w2");
    FakeWitness liar("w3");
    for (const FakeWitness* each : {&one, &two, &liar}) {
        bench.name(*each);
    }
    liar.remember(1, 0x66);
    Served first(one);
    Served second(two);
    Served third(liar);
    Circle circle({bench.dock.socket(),
                   bench.dock.vault().agency.root.certificate(),
                   WitnessBench::patience(),
                   witnessing::witnessLimits(),
                   bench.stop},
                  {first.place("one"),
                   second.place("two"),
                   third.place("liar"),
                   nowhere("away"),
                   witnessing::Place{"by-file", std::nullopt}});
    REQUIRE(circle.watches().size() == 4);
    circle.settle();
    CHECK(bench.carries(one));
    CHECK(bench.carries(two));
    CHECK_FALSE(bench.carries(liar));
    CHECK(bench.incidentLeaves() == 1);
    CHECK(circle.watches()[0]->last()->end == End::Published);
    CHECK(circle.watches()[2]->last()->end == End::Refused);
    CHECK(circle.watches()[3]->last()->end == End::Away);
    const int asked = one.asked();
    circle.settle();  // nothing is new
    CHECK(one.asked() == asked);
    bench.grow();
    circle.settle();
    CHECK(bench.carries(one));
    CHECK(bench.carries(two));
    bench.stop.ask();
}

}  // namespace liuhen::test

TEST_SUITE_END();
