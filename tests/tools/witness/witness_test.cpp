// SPDX-License-Identifier: Apache-2.0
// A witness under requests of all kinds, two at once, and with a disk that fails or loses power.
#include "tools/witness/witness.hpp"

#include "common/core/fault_files.hpp"
#include "common/tlog/add_checkpoint.hpp"
#include "tests/common/tlog/fixtures.hpp"
#include "tests/common/tlog/naive_tree.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>

#include <fmt/format.h>

namespace {

using namespace liuhen;
using namespace liuhen::test;
using witness::Answer;

constexpr std::int64_t kSeconds = 1'770'000'000;
const std::string kOrigin = "vault.example";
const std::string kName = "witness.example/w1";

/// A log that can show any of its trees, and another history of it under the same key.
struct Log {
    crypto::NoteKey key = crypto::NoteKey::generate();
    std::vector<Digest> hashes = leafHashes(30);

    [[nodiscard]] Log rewritten() const {
        Log other = *this;
        other.hashes[3][0] ^= 1U;
        return other;
    }
    [[nodiscard]] tlog::Checkpoint at(std::size_t size) const {
        return {kOrigin, size, naiveRoot(Hashes(hashes).first(size))};
    }
    [[nodiscard]] std::string note(std::size_t size) const {
        return must(tlog::signCheckpoint(at(size), kOrigin, key));
    }
    [[nodiscard]] std::string request(std::size_t from, std::size_t to) const {
        const auto path =
            from == 0 ? std::vector<Digest>{} : naiveSubproof(from, Hashes(hashes).first(to), true);
        return must(tlog::toText(tlog::AddCheckpoint{from, path, note(to)}));
    }
};

/// A witness of that log on storage that can fail.
struct Site {
    core::FaultFiles files;
    hal::test::TemporaryFolder locks;
    core::ManualClock clock{core::Nanoseconds(0), core::Microseconds(kSeconds * 1'000'000)};
    crypto::NoteKey key = crypto::NoteKey::generate();
    Log log;
    std::optional<witness::Witness> watching;

    Site() {
        must(files.makeFolders("w"));
        must(witness::Memory::make(files, "w/state"));
        start();
    }
    void start() {
        const tlog::VerifierKey logKey{kOrigin, tlog::NoteKeyType::Ed25519, log.key.publicBytes()};
        watching.emplace(witness::Settings{kName, key, {{kOrigin, logKey}}},
                         must(witness::Memory::open(files, "w/state", locks.path())),
                         clock);
    }
    Answer ask(const std::string& body) { return watching->addCheckpoint(body); }
    /// Whether the answer is a cosignature of the log's tree of that size.
    bool cosigns(const Answer& answer, const Log& shown, std::size_t size) {
        if (answer.status != 200) {
            return false;
        }
        const auto note =
            must(tlog::parseNote(must(tlog::withSignature(shown.note(size), answer.body))));
        const auto time = tlog::verifyCosignature(note, kName, key.publicBytes());
        return time && *time == static_cast<std::uint64_t>(clock.utc().count() / 1'000'000);
    }
    std::vector<std::string> evidence() {
        std::vector<std::string> names;
        for (const auto& item : must(files.list("w/state/evidence"))) {
            names.push_back(item.name);
        }
        return names;
    }
};

void checkConflict(const Answer& answer, std::uint64_t size) {
    CHECK(answer.status == 409);
    CHECK(answer.contentType == "text/x.tlog.size");
    CHECK(answer.body == fmt::format("{}\n", size));
}

}  // namespace

TEST_SUITE("tools/witness") {
    TEST_CASE("growth with its proof is cosigned, from the first tree on") {
        Site site;
        CHECK(site.cosigns(site.ask(site.log.request(0, 5)), site.log, 5));
        site.clock.advance(std::chrono::seconds(60));
        CHECK(site.cosigns(site.ask(site.log.request(5, 17)), site.log, 17));
        CHECK(site.cosigns(site.ask(site.log.request(17, 17)), site.log, 17));  // the same again
        site.start();  // and after a new start
        CHECK(site.cosigns(site.ask(site.log.request(17, 30)), site.log, 30));
        CHECK(site.evidence().empty());
    }

    TEST_CASE("each wrong request has the answer that the specification names") {
        Site site;
        CHECK(site.ask("old 0\n").status == 400);
        CHECK(site.ask(site.log.request(0, 5) + "x").status == 400);
        Log stranger;
        CHECK(site.ask(stranger.request(0, 5)).status == 403);
        const std::string other =
            must(tlog::signCheckpoint({"other.example", 1, {}}, "other.example", site.log.key));
        CHECK(site.ask("old 0\n\n" + other).status == 404);
        checkConflict(site.ask(site.log.request(2, 5)), 0);  // it has seen nothing yet
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        checkConflict(site.ask(site.log.request(0, 12)), 9);
        checkConflict(site.ask(site.log.request(5, 12)), 9);
        checkConflict(site.ask(site.log.request(4, 6)), 9);  // an old tree, truly signed
        CHECK(site.evidence().empty());
        auto proof = naiveSubproof(9, Hashes(site.log.hashes).first(12), true);
        proof[0][0] ^= 1U;
        const std::string bad =
            must(tlog::toText(tlog::AddCheckpoint{9, proof, site.log.note(12)}));
        CHECK(site.ask(bad).status == 422);
        CHECK(site.ask("old 9\n\n" + site.log.note(12)).status == 422);
        CHECK(site.cosigns(site.ask(site.log.request(9, 12)), site.log, 12));
    }

    TEST_CASE("two trees of one size are refused, and both notes are kept") {
        Site site;
        const Log other = site.log.rewritten();
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        checkConflict(site.ask(other.request(9, 9)), 9);
        checkConflict(site.ask(other.request(0, 9)), 9);  // whatever it says of the old size
        const auto names = site.evidence();
        REQUIRE(names.size() == 1);
        CHECK(names.front().starts_with("fork-"));
        const auto bytes =
            must(core::readFile(site.files, "w/state/evidence/" + names.front(), UINT64_MAX));
        const std::string text(core::textOf(bytes));
        CHECK(text.find("remembered:\n" + site.log.note(9)) != std::string::npos);
        CHECK(text.find("shown:\n" + other.note(9)) != std::string::npos);
        CHECK(site.cosigns(site.ask(site.log.request(9, 20)), site.log, 20));
    }

    TEST_CASE("a rewritten history finds no proof, however far it has grown") {
        Site site;
        const Log other = site.log.rewritten();
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        for (const std::size_t size : {std::size_t{10}, std::size_t{16}, std::size_t{30}}) {
            CAPTURE(size);
            CHECK(site.ask(other.request(9, size)).status == 422);
        }
        CHECK(site.evidence().size() == 3);
        for (const std::string& name : site.evidence()) {
            CHECK(name.starts_with("unproved-"));
        }
    }

    TEST_CASE("evidence does not fill the disk") {
        Site site;
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        for (std::uint8_t i = 0; i < 100; ++i) {
            Log other = site.log;
            other.hashes[2][5] ^= static_cast<std::uint8_t>(i + 1U);
            CHECK(site.ask(other.request(9, 9)).status == 409);
        }
        CHECK(site.evidence().size() == witness::Memory::kEvidenceFiles);
    }

    TEST_CASE("of two histories shown at once one is cosigned") {
        for (int round = 0; round < 20; ++round) {
            Site site;
            const std::array<Log, 2> logs = {site.log, site.log.rewritten()};
            std::array<Answer, 2> answers;
            std::atomic<int> ready{0};
            std::vector<std::thread> threads;
            for (std::size_t i = 0; i < 2; ++i) {
                threads.emplace_back([&, i] {
                    const std::string request = logs[i].request(0, 9);
                    ++ready;
                    while (ready < 2) {
                        std::this_thread::yield();
                    }
                    answers[i] = site.watching->addCheckpoint(request);
                });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
            CHECK((answers[0].status == 200) != (answers[1].status == 200));
            CHECK((answers[0].status == 409) != (answers[1].status == 409));
        }
    }

    TEST_CASE("no cosignature is out that a power cut can take out of its memory") {
        for (std::uint64_t cut = 0; cut < 40; ++cut) {
            CAPTURE(cut);
            Site site;
            REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
            site.files.cutAfterOperations(cut);
            const Answer answer = site.ask(site.log.request(9, 12));
            site.files.crash(cut + 1);
            site.start();
            // What it cosigned it goes on from; another history of that size is never cosigned.
            const Log other = site.log.rewritten();
            if (answer.status == 200) {
                checkConflict(site.ask(other.request(9, 12)), 12);
            } else {
                CHECK(answer.status == 503);
                CHECK(site.ask(other.request(9, 12)).status != 200);
            }
            const Answer next = site.ask(site.log.request(9, 12));
            CHECK((next.status == 200 || next.body == "12\n"));
        }
    }

    TEST_CASE("a disk that fails ends its work; a full one does not") {
        Site site;
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        site.files.setFault([](core::FileOperation operation, const std::string&, std::uint64_t) {
            return operation == core::FileOperation::Append ? ENOSPC : 0;
        });
        CHECK(site.ask(site.log.request(9, 12)).status == 503);
        site.files.setFault({});
        CHECK(site.ask(site.log.request(9, 12)).status == 200);
        site.files.setFault([](core::FileOperation operation, const std::string&, std::uint64_t) {
            return operation == core::FileOperation::SyncFolder ? EIO : 0;
        });
        CHECK(site.ask(site.log.request(12, 13)).status == 503);
        site.files.setFault({});
        CHECK(site.ask(site.log.request(12, 13)).status ==
              503);  // what the medium holds is unknown
        site.start();
        CHECK(site.ask(site.log.request(0, 13)).status == 409);
    }

    TEST_CASE("a memory that is damaged or gone is not begun anew") {
        Site site;
        REQUIRE(site.ask(site.log.request(0, 9)).status == 200);
        const auto items = must(site.files.list("w/state/logs"));
        REQUIRE(items.size() == 1);
        const std::string path = "w/state/logs/" + items.front().name;
        must(core::replaceFile(site.files, path, core::viewOf("x")));
        CHECK(site.ask(site.log.request(0, 9)).status == 503);
        const std::string elsewhere =
            must(tlog::signCheckpoint({"other.example", 1, {}}, "other.example", site.log.key));
        must(core::replaceFile(site.files, path, core::viewOf(elsewhere)));
        CHECK(site.ask(site.log.request(0, 9)).status == 503);
        CHECK_FALSE(witness::Memory::open(site.files, "w/none", site.locks.path()).has_value());
        CHECK_FALSE(witness::Memory::make(site.files, "w/state").has_value());
    }
}
