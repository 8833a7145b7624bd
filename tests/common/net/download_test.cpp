// SPDX-License-Identifier: Apache-2.0
// Tests of downloads that go on after a cut.
#include "common/net/download.hpp"

#include "tests/common/net/agency.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace liuhen;
using namespace liuhen::net;
using core::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kFileBytes = 2UL * 1024 * 1024 + 5;

/// A server whose file breaks off at given bytes, once each, and may change meanwhile.
struct Breaking {
    explicit Breaking(std::vector<std::uint64_t> cutsAt) : cuts(std::move(cutsAt)) {
        server = serverWith(agency().recorder(), [this](const Request&) { return file(); });
    }

    Response file() {
        Response response;
        response.headers.add("ETag",
                             "\"" + std::to_string(changesAfterCut ? cut.load() : 0U) + "\"");
        response.source = sourceOf(pattern(kFileBytes));
        response.source->readAt = [this, whole = response.source->readAt](
                                      std::uint64_t offset, std::span<std::uint8_t> to) {
            const std::size_t now = cut;
            if (now < cuts.size() && offset + to.size() > cuts[now]) {
                ++cut;
                return Result<std::size_t>(core::fail(ErrorKind::Unavailable, "card pulled"));
            }
            return whole(offset, to);
        };
        return response;
    }

    std::vector<std::uint64_t> cuts;
    std::atomic<std::size_t> cut{0};
    std::atomic<bool> changesAfterCut{false};
    std::unique_ptr<HttpServer> server;
};

/// A fetch from `breaking`, with what it did.
struct Run {
    explicit Run(const Breaking& breaking) {
        plan.wanted.target = "/file";
        plan.wanted.maxBytes = kFileBytes;
        seams.attempt = attemptWith([this, &breaking] {
            ++connections;
            return connectTo(*breaking.server, agency().dock());
        });
        common();
    }
    explicit Run(std::function<Result<DownloadEnd>(const DownloadRequest&, const Sink&)> attempt) {
        plan.wanted.target = "/file";
        plan.wanted.maxBytes = 100;
        seams.attempt = [this, attempt = std::move(attempt)](const DownloadRequest& wanted,
                                                             const Sink& sink) {
            ++connections;
            return attempt(wanted, sink);
        };
        common();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() = default;

    void common() {
        seams.pause = [this](milliseconds span) {
            pauses.push_back(span);
            clock.advance(span);
            return !stop;
        };
        seams.clock = &clock;
        seams.observe = [this](const Progress& progress) { seen.push_back(progress); };
    }
    Result<DownloadEnd> run() { return fetchWithResume(plan, seams, appendTo(got)); }

    FetchPlan plan;
    FetchSeams seams;
    core::ManualClock clock{core::Nanoseconds(0), core::Microseconds(0)};
    Buffer got;
    int connections = 0;
    bool stop = false;
    std::vector<milliseconds> pauses;
    std::vector<Progress> seen;
};

Result<DownloadEnd> cutAfter(std::size_t bytes, const DownloadRequest& wanted, const Sink& sink) {
    if (wanted.begun) {
        wanted.begun(DownloadEnd{100 - wanted.from, 100, "\"a\""});
    }
    if (bytes > 0) {
        LIUHEN_CHECK(sink(Buffer(bytes, 'x')));
    }
    return core::fail(ErrorKind::Unavailable, "cut");
}

}  // namespace

TEST_SUITE("net/download") {
    TEST_CASE("a transfer that is cut again and again gives the same bytes") {
        Breaking breaking({300'000, 700'000, 2'000'000});
        Run run(breaking);
        const auto end = run.run();
        REQUIRE(end);
        CHECK(core::equal(run.got, pattern(kFileBytes)));
        CHECK(end->received == kFileBytes);
        CHECK(end->total == kFileBytes);
        CHECK(breaking.cut == 3);
        CHECK(run.connections >= 2);
        REQUIRE_FALSE(run.seen.empty());
        CHECK(run.seen.back().position == kFileBytes);
        CHECK(run.seen.back().total == kFileBytes);
        CHECK(run.seen.back().bytesPerSecond > 0);
        for (std::size_t i = 1; i < run.seen.size(); ++i) {
            CHECK(run.seen[i].position > run.seen[i - 1].position);
        }
    }

    TEST_CASE("a fetch from the middle gives the rest, and one from the end nothing") {
        Breaking breaking({1'500'000});
        Run run(breaking);
        run.plan.wanted.from = 1'000'000;
        const auto end = run.run();
        REQUIRE(end);
        CHECK(end->received == kFileBytes - 1'000'000);
        CHECK(core::equal(run.got, ByteView(pattern(kFileBytes)).subspan(1'000'000)));
        Run none(breaking);
        none.plan.wanted.from = kFileBytes;
        const auto nothing = none.run();
        REQUIRE(nothing);
        CHECK(nothing->received == 0);
        CHECK(none.got.empty());
    }

    TEST_CASE("a body that changes between two attempts is not stitched together") {
        Breaking breaking({700'000});
        breaking.changesAfterCut = true;
        Run run(breaking);
        const auto end = run.run();
        REQUIRE_FALSE(end);
        CHECK(end.error().kind == ErrorKind::FailedPrecondition);
        CHECK(run.got.size() <= 700'000);
    }

    TEST_CASE("poor attempts are bounded, with longer and longer pauses") {
        Run run([](const DownloadRequest& wanted, const Sink& sink) {
            return cutAfter(1, wanted, sink);
        });
        run.plan.attempts = 6;
        run.plan.longestPause = milliseconds(1000);
        const auto end = run.run();
        REQUIRE_FALSE(end);
        CHECK(end.error().kind == ErrorKind::Unavailable);
        CHECK(run.connections == 6);
        CHECK(run.got.size() == 6);
        CHECK(run.pauses == std::vector<milliseconds>{milliseconds(200),
                                                      milliseconds(400),
                                                      milliseconds(800),
                                                      milliseconds(1000),
                                                      milliseconds(1000)});
    }

    TEST_CASE("an attempt that brings enough begins the count anew") {
        Run run([](const DownloadRequest& wanted, const Sink& sink) {
            return wanted.from < 90 ? cutAfter(10, wanted, sink) : cutAfter(0, wanted, sink);
        });
        run.plan.attempts = 2;
        run.plan.gainBytes = 10;
        REQUIRE_FALSE(run.run());
        CHECK(run.got.size() == 90);
        CHECK(run.connections == 10);
    }

    TEST_CASE("what another attempt cannot mend is not tried again") {
        for (const ErrorKind kind : {ErrorKind::NotFound,
                                     ErrorKind::Unauthenticated,
                                     ErrorKind::DataLoss,
                                     ErrorKind::FailedPrecondition,
                                     ErrorKind::ResourceExhausted}) {
            Run run([kind](const DownloadRequest&, const Sink&) {
                return Result<DownloadEnd>(core::fail(kind, "no"));
            });
            const auto end = run.run();
            REQUIRE_FALSE(end);
            CHECK(end.error().kind == kind);
            CHECK(run.connections == 1);
        }
    }

    TEST_CASE("the sink's error ends the fetch, whatever its kind") {
        Run run([](const DownloadRequest& wanted, const Sink& sink) {
            return cutAfter(1, wanted, sink);
        });
        const auto end = fetchWithResume(run.plan, run.seams, [](ByteView) {
            return Result<void>(core::fail(ErrorKind::Unavailable, "disk full"));
        });
        REQUIRE_FALSE(end);
        CHECK(end.error().message == "disk full");
        CHECK(run.connections == 1);
    }

    TEST_CASE("a pause that says stop ends the fetch") {
        Run run([](const DownloadRequest& wanted, const Sink& sink) {
            return cutAfter(1, wanted, sink);
        });
        run.stop = true;
        REQUIRE_FALSE(run.run());
        CHECK(run.connections == 1);
    }

    TEST_CASE("an attempt that delivers more, or ends earlier, than it promised is not believed") {
        Run more([](const DownloadRequest&, const Sink& sink) -> Result<DownloadEnd> {
            LIUHEN_CHECK(sink(Buffer(101, 'x')));
            return DownloadEnd{101, 101, ""};
        });
        const auto tooMuch = more.run();
        REQUIRE_FALSE(tooMuch);
        CHECK(tooMuch.error().kind == ErrorKind::ResourceExhausted);
        CHECK(more.got.empty());
        Run less([](const DownloadRequest&, const Sink& sink) -> Result<DownloadEnd> {
            LIUHEN_CHECK(sink(Buffer(10, 'x')));
            return DownloadEnd{100, 100, ""};
        });
        const auto tooLittle = less.run();
        REQUIRE_FALSE(tooLittle);
        CHECK(tooLittle.error().kind == ErrorKind::DataLoss);
    }
}
