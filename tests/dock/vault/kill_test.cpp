// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments of an intake, against the program itself.
#include "common/evidence/vault_check.hpp"
#include "tests/dock/vault/program.hpp"

#include <condition_variable>
#include <cstdlib>
#include <random>
#include <thread>

TEST_SUITE_BEGIN("vault/kill");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;

/// Kills after a time, unless told in time that the work is done.
class Killer {
public:
    Killer(const Program& program, std::chrono::microseconds after)
        : thread_([this, &program, after] {
              std::unique_lock lock(mutex_);
              if (!woken_.wait_for(lock, after, [this] { return done_; })) {
                  program.kill();
              }
          }) {}
    Killer(const Killer&) = delete;
    Killer& operator=(const Killer&) = delete;
    ~Killer() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        woken_.notify_one();
        thread_.join();
    }

private:
    std::mutex mutex_;
    std::condition_variable woken_;
    bool done_ = false;
    std::thread thread_;
};

constexpr std::uint64_t kSegments = 4;

constexpr std::size_t kStep = 6000;

/// The whole intake of one recorder, until something fails.
Result<void> takeAll(const Site& site,
                     const SampleRecorder& recorder,
                     std::uint64_t recording,
                     std::vector<Buffer>& receipts) {
    LIUHEN_TRY(Client client, Client::connect(site.socket(), 20s));
    LIUHEN_TRY(auto first,
               sendIn(client, chapterPlace(recorder, 0), recorder.chapters()[0].bytes, kStep));
    receipts.push_back(std::move(first));
    for (std::uint64_t n = 0; n < kSegments; ++n) {
        LIUHEN_TRY(auto receipt,
                   sendIn(client,
                          segmentPlace(recorder, recording, n),
                          recorder.segment(recording, n),
                          kStep));
        receipts.push_back(std::move(receipt));
    }
    return {};
}

}  // namespace

TEST_CASE("killed at random moments, the vault completes and keeps every promise") {
    std::vector<std::string> copies = {"vault"};
    SUBCASE("one copy") {}
    SUBCASE("two copies") {
        copies.emplace_back("second");
    }
    const Site site;
    if (copies.size() > 1) {
        site.configure("second_copy = \"second\"\n");
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread is there yet.
    const int kills = std::getenv("LIUHEN_LONG") != nullptr ? 30 : 10;
    // NOLINTNEXTLINE(cert-msc51-cpp): every run should try alike.
    std::mt19937_64 random(11);
    std::vector<Buffer> receipts;
    std::chrono::microseconds usual(0);
    int cutShort = 0;
    int round = 0;
    for (; cutShort < kills && round <= 5 * kills; ++round) {
        CAPTURE(round);
        SampleRecorder recorder(site.agency.root, fmt::format("CAM-{}", round), site.agency.now);
        const std::uint64_t recording = recorder.record(kSegments, 3);
        recorder.dock();
        site.enroll(recorder);
        Program first(site.config());
        REQUIRE(first.ready());
        if (round == 0) {  // how long it takes, undisturbed
            const auto begin = std::chrono::steady_clock::now();
            must(takeAll(site, recorder, recording, receipts));
            usual = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - begin);
            CHECK(first.end(SIGTERM) == 0);
            continue;
        }
        {
            const auto moment =
                static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(usual.count()));
            const Killer killer(first, std::chrono::microseconds(moment));
            const auto begin = std::chrono::steady_clock::now();
            if (!takeAll(site, recorder, recording, receipts)) {
                ++cutShort;
            } else {  // the machine is less busy than it was
                usual = std::min(usual,
                                 std::chrono::duration_cast<std::chrono::microseconds>(
                                     std::chrono::steady_clock::now() - begin));
            }
        }
        first.end(SIGKILL);
        Program second(site.config());
        REQUIRE(second.ready());
        must(takeAll(site, recorder, recording, receipts));
        CHECK(second.end(SIGTERM) == 0);
        for (const Buffer& receipt : receipts) {
            for (const std::string& copy : copies) {
                const auto told =
                    checkReceipt(*site.files, site.folder / copy, site.agency, receipt);
                CHECK(told.copies == copies.size());
            }
        }
    }
    CHECK(cutShort == kills);
    const auto trust = must(evidence::Trust::open(*site.files, site.folder / "agency/root.pem"));
    for (const std::string& copy : copies) {
        const auto report =
            must(evidence::checkVault(*site.files, site.folder / copy, trust, std::nullopt));
        INFO((report.firstBad() != nullptr ? report.firstBad()->text : std::string()));
        CHECK(report.verdict() == evidence::Verdict::Intact);
        CHECK(report.parts == static_cast<std::uint64_t>(round) * kSegments * 3);
    }
}

TEST_CASE("a bad configuration ends with code 2 and the line") {
    Site site;
    site.write("vault.toml", "root = \"agency/root.pem\"\nnonsense = 1\n");
    const std::string command = fmt::format(
        "{} --config {} 2> {}", LIUHEN_VAULT_PROGRAM, site.config(), site.folder / "out");
    // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): our own program, quoted by nobody.
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 2);
    const Buffer out = must(core::readFile(*site.files, site.folder / "out", 9999));
    CHECK(core::textOf(out).find("vault.toml:") != std::string_view::npos);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
