// SPDX-License-Identifier: Apache-2.0
// Tests of the reading of all copies: what it finds, tells once, remembers and takes back.
#include "dock/vault/housekeeping.hpp"
#include "tests/dock/vault/two_copies.hpp"

TEST_SUITE_BEGIN("vault/scrub");

namespace liuhen::vault::test {

namespace {

/// One pass; answers in how many steps.
int pass(TwoCopies& bench) {
    int steps = 1;
    while (must(bench.vault().scrub({}))) {
        REQUIRE(++steps < 100);
    }
    return steps;
}

}  // namespace

TEST_CASE("a pass reads each copy of each object") {
    TwoCopies bench;
    bench.takeAll();
    std::uint64_t bytes = 0;
    int steps = 1;
    while (must(bench.vault().scrub([&bytes](std::uint64_t read) {
        bytes += read;
        return true;
    }))) {
        ++steps;
    }
    CHECK(steps == 4);
    CHECK(bytes == 2 * (bench.sample().chapters()[0].bytes.size() +
                        bench.sample().segment(bench.recording, 0).size() +
                        bench.sample().segment(bench.recording, 1).size()));
    const Scrubbed scrubbed = must(bench.vault().status()).scrub;
    CHECK(scrubbed.finishedUs);
    CHECK(scrubbed.damagedCount == 0);
    CHECK(bench.incidents().empty());
}

TEST_CASE("damage gets one incident, is remembered, and is taken back when it is mended") {
    struct Row {
        const char* name;
        bool second;
        const char* what;
    };
    TwoCopies bench;
    bench.takeAll();
    Row row{};
    SUBCASE("changed") {
        row = {"first", false, "changed"};
    }
    SUBCASE("absent") {
        row = {"first", false, "absent"};
    }
    SUBCASE("changed in the second copy") {
        row = {"second", true, "changed"};
    }
    SUBCASE("absent in the second copy") {
        row = {"second", true, "absent"};
    }
    const std::string path = bench.segmentFile(row.second ? bench.second() : bench.path(), 0);
    const Buffer bytes = must(core::readFile(*bench.files, path, UINT64_MAX));
    if (std::string_view(row.what) == "absent") {
        std::filesystem::remove(path);
    } else {
        bench.damage(path);
    }
    pass(bench);
    const Damage damage{row.name, crypto::sha256(bytes), row.what};
    REQUIRE(must(bench.vault().status()).scrub.damaged == std::vector{damage});
    REQUIRE(bench.incidents().size() == 1);
    CHECK(bench.incidents()[0] == fmt::format("scrub.damaged: object {} of the {} copy is {}",
                                              core::toHex(damage.object),
                                              row.name,
                                              row.what));
    pass(bench);
    bench.reopen();
    pass(bench);
    CHECK(bench.incidents().size() == 1);
    CHECK(must(bench.vault().status()).scrub.damagedCount == 1);
    std::filesystem::remove(path);
    writeFile(*bench.files, path, bytes);
    pass(bench);
    CHECK(must(bench.vault().status()).scrub.damagedCount == 0);
}

TEST_CASE("a pass goes on where a stop cut it, also over a start") {
    TwoCopies bench;
    bench.takeAll();
    CHECK(must(bench.vault().scrub({})));
    CHECK(must(bench.vault().scrub([](std::uint64_t) { return false; })));  // stopped: not counted
    const std::uint64_t read = bench.vault().scrubbed().readBytes;
    CHECK(read == 2 * bench.sample().chapters()[0].bytes.size());
    bench.reopen();
    CHECK(bench.vault().scrubbed().readBytes == read);
    CHECK(pass(bench) == 3);
    CHECK(bench.vault().scrubbed().readBytes == 0);
}

TEST_CASE("a second copy that is away is not told as damaged") {
    TwoCopies bench;
    bench.takeAll();
    std::filesystem::rename(bench.second(), bench.second() + "-away");
    pass(bench);
    CHECK(must(bench.vault().status()).scrub.damagedCount == 0);
    CHECK(bench.incidents().empty());
}

TEST_CASE("an unreadable state begins anew") {
    TwoCopies bench;
    bench.takeAll();
    pass(bench);
    bench.close();
    writeFile(*bench.files, bench.path() + "/scrub/state", Buffer(9, 0xff));
    bench.open();
    CHECK_FALSE(bench.vault().scrubbed().finishedUs);
    CHECK(pass(bench) == 4);
}

TEST_CASE("a state is read as it was written, and malformed ones are refused") {
    const ScrubState state{7, 8, 9, {{"first", Digest{1}, "changed"}}};
    const Buffer bytes = state.encode();
    const ScrubState read = must(ScrubState::decode(bytes));
    CHECK(read.next == 7);
    CHECK(read.readBytes == 8);
    CHECK(read.finishedUs == 9);
    CHECK(read.damaged == state.damaged);
    CHECK_FALSE(must(ScrubState::decode(ScrubState{}.encode())).finishedUs);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(ScrubState::decode(ByteView(bytes).first(size)));
    }
}

TEST_CASE("the background copies and reads by itself") {
    TwoCopies bench;
    bench.close();
    bench.copies.second.clear();
    bench.open();
    bench.takeAll();
    bench.copies.second = bench.second();
    bench.reopen();
    {
        const Housekeeping housekeeping(bench.vault(), {1'000'000'000, 1'000'000'000});
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!bench.vault().scrubbed().finishedUs && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
    }
    CHECK(bench.vault().scrubbed().finishedUs);
    CHECK(must(bench.vault().status()).uncopied == 0);
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Intact);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
