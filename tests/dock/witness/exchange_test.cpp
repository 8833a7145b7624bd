// SPDX-License-Identifier: Apache-2.0
// Exchanges of a real vault with witnesses that are honest, away, behind, or hold another history.
#include "dock/witness/exchange.hpp"

#include "dock/witness/file_exchange.hpp"
#include "tests/dock/witness/fake_witness.hpp"

TEST_SUITE_BEGIN("dock/witness/exchange");

namespace liuhen::test {

using witnessing::End;
using witnessing::Ended;
using witnessing::Exchange;

namespace {

witnessing::Ask askOf(FakeWitness& witness) {
    return [&witness](const std::string& body) -> core::Result<Answer> {
        return witness.addCheckpoint(body);
    };
}

}  // namespace

TEST_CASE("the newest checkpoint gets the cosignature, after each growth") {
    WitnessBench bench;
    FakeWitness witness("w1");
    bench.name(witness);
    Exchange exchange("one", bench.feed, bench.incidents);
    for (int round = 0; round < 3; ++round) {
        const Ended ended = exchange.run(askOf(witness));
        CAPTURE(ended.reason);
        CHECK(ended.end == End::Published);
        CHECK(ended.size == bench.size());
        CHECK(witness.seen() == bench.size());
        CHECK(bench.carries(witness));
        bench.grow();
        CHECK_FALSE(bench.carries(witness));
    }
    CHECK(witness.asked() == 3);
    // A dock that forgot what the witness remembers is told.
    Exchange anew("one", bench.feed, bench.incidents);
    CHECK(anew.run(askOf(witness)).end == End::Published);
    CHECK(witness.asked() == 5);
    CHECK(bench.incidentLeaves() == 0);
}

TEST_CASE("a witness that the agency does not name is not published") {
    WitnessBench bench;
    FakeWitness witness("w1");
    Exchange exchange("one", bench.feed, bench.incidents);
    const Ended ended = exchange.run(askOf(witness));
    CHECK(ended.end == End::Declined);
    CHECK(ended.reason.find("folder of witnesses") != std::string::npos);
    CHECK_FALSE(bench.carries(witness));
    FakeWitness impostor("w1");
    bench.name(impostor);
    CHECK(exchange.run(askOf(witness)).end == End::Declined);
    bench.name(witness);  // while the vault runs
    CHECK(exchange.run(askOf(witness)).end == End::Published);
}

TEST_CASE("a log that grows meanwhile is shown again") {
    WitnessBench bench;
    FakeWitness witness("w1");
    bench.name(witness);
    Exchange exchange("one", bench.feed, bench.incidents);
    int left = 2;
    const Ended ended = exchange.run([&](const std::string& body) -> core::Result<Answer> {
        Answer answer = witness.addCheckpoint(body);
        if (left-- > 0) {
            bench.grow();
        }
        return answer;
    });
    CHECK(ended.end == End::Published);
    CHECK(bench.carries(witness));
    CHECK(witness.asked() == 3);
    const Ended always = exchange.run([&](const std::string& body) -> core::Result<Answer> {
        Answer answer = witness.addCheckpoint(body);
        bench.grow();
        return answer;
    });
    CHECK(always.end == End::Cosigned);
    CHECK(witness.asked() == 7);
}

TEST_CASE("who is away or talks nonsense costs nothing else") {
    WitnessBench bench;
    Exchange exchange("one", bench.feed, bench.incidents);
    const Ended away = exchange.run([](const std::string&) -> core::Result<Answer> {
        return core::fail(core::ErrorKind::Unavailable, "connect to 192.0.2.1:80: refused");
    });
    CHECK(away.end == End::Away);
    CHECK(away.reason.find("192.0.2.1") != std::string::npos);
    int asked = 0;
    for (const Answer& answer : {Answer{200, "hello"},
                                 Answer{409, "x"},
                                 Answer{500, ""},
                                 Answer{200, "\xE2\x80\x94 w1 AAAAAAA=\n"}}) {
        const Ended ended = exchange.run([&](const std::string&) -> core::Result<Answer> {
            ++asked;
            return answer;
        });
        CHECK(ended.end == End::Declined);
    }
    CHECK(asked == 4);
    // One that names another size each time is not asked for ever.
    std::uint64_t size = 0;
    asked = 0;
    bench.grow();
    bench.grow();
    Exchange anew("two", bench.feed, bench.incidents);
    const Ended restless = anew.run([&](const std::string&) -> core::Result<Answer> {
        ++asked;
        size = size == 0 ? 1 : 0;
        return Answer{409, fmt::format("{}\n", size)};
    });
    CHECK(restless.end == End::Declined);
    CHECK(asked == 4);
    CHECK(bench.incidentLeaves() == 0);
}

TEST_CASE("a witness with another history raises an alarm with a leaf of its own") {
    struct Row {
        const char* name;
        std::uint64_t behind;  // leaves that it remembers less than the log has; or more, if `more`
        bool more;
        const char* told;
    };
    for (const Row& row : {Row{"the same size", 0, false, "another tree of the same"},
                           Row{"an older size", 2, false, "does not begin with"},
                           Row{"a size above", 5, true, "seen more leaves"}}) {
        CAPTURE(row.name);
        SUBCASE(row.name) {
            WitnessBench bench;
            bench.grow();
            bench.grow();
            bench.grow();
            FakeWitness witness("w1");
            bench.name(witness);
            const std::uint64_t size = bench.size();
            witness.remember(row.more ? size + row.behind : size - row.behind, 0x77);
            Exchange exchange("one", bench.feed, bench.incidents);
            const Ended ended = exchange.run(askOf(witness));
            CHECK(ended.end == End::Refused);
            CAPTURE(ended.reason);
            CHECK(ended.reason.find(row.told) != std::string::npos);
            CHECK(ended.reason.find("the custody log was rewritten") != std::string::npos);
            CHECK(bench.incidentLeaves() == 1);
            CHECK(exchange.run(askOf(witness)).end == End::Refused);
            CHECK(bench.incidentLeaves() == 1);  // one an hour
            CHECK_FALSE(bench.carries(witness));
        }
    }
}

TEST_CASE("by file it is the same, days apart") {
    WitnessBench bench;
    FakeWitness witness("w1");
    bench.name(witness);
    core::Files& files = *bench.dock.vault().files;
    const std::string folder = bench.dock.vault().folder / "dock";
    const auto visit = [&](const std::function<void(witnessing::FileExchange&)>& work) {
        Exchange exchange("one", bench.feed, bench.incidents);  // a process of its own each time
        witnessing::FileExchange byFile(files, folder, "one", exchange);
        work(byFile);
    };
    const auto request = [&] {
        std::string body;
        visit([&](auto& byFile) { body = must(byFile.request()); });
        return body;
    };
    const auto bring = [&](const std::string& text) {
        Ended ended;
        visit([&](auto& byFile) { ended = must(byFile.answer(text)); });
        return ended;
    };
    visit([&](auto& byFile) { CHECK_FALSE(byFile.answer("5\n").has_value()); });
    CHECK(bring(witness.addCheckpoint(request()).body).end == End::Published);
    CHECK(bench.carries(witness));
    bench.grow();
    // The log grows while the answer is on its way: the witness remembers, the note does not show.
    const std::string answer = witness.addCheckpoint(request()).body;
    bench.grow();
    CHECK(bring(answer).end == End::Cosigned);
    CHECK(bring(witness.addCheckpoint(request()).body).end == End::Published);
    // The dock lost what it knew of the witness: it learns it from the answer.
    must(files.remove(folder + "/witness/one.size"));
    CHECK(bring(witness.addCheckpoint(request()).body).end == End::Declined);
    CHECK(bring(witness.addCheckpoint(request()).body).end == End::Published);
    // A witness that has seen more, and one that has seen something else.
    witness.remember(bench.size() + 3, 1);
    const Answer more = witness.addCheckpoint(request());
    CHECK(more.status == 409);
    CHECK(bring(more.body).end == End::Refused);
    bench.grow();
    witness.remember(1, 1);
    bring(witness.addCheckpoint(request()).body);
    const Answer other = witness.addCheckpoint(request());
    CHECK(other.status == 422);
    CHECK(bring("refused 422: " + other.body).end == End::Refused);
}

}  // namespace liuhen::test

TEST_SUITE_END();
