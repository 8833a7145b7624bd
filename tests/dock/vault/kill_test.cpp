// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments of an intake, against the program itself.
#include "common/core/unique_fd.hpp"
#include "common/evidence/vault_check.hpp"
#include "dock/vault/client.hpp"
#include "tests/dock/vault/bench.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <random>
#include <thread>

TEST_SUITE_BEGIN("vault/kill");

namespace liuhen::vault::test {

namespace {

using namespace std::chrono_literals;

/// The program, from its start until it says that it is ready, to its end.
class Program {
public:
    explicit Program(const std::string& config) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        output_.reset(ends[0]);
        core::UniqueFd input(ends[1]);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::dup2(input.get(), STDERR_FILENO);
            ::execl(LIUHEN_VAULT_PROGRAM, "liuhen-vault", "--config", config.c_str(), nullptr);
            ::_exit(127);
        }
        input.reset();
        waitFor("ready");
        drain_ = std::thread([this] {
            std::array<char, 4096> buffer{};
            while (::read(output_.get(), buffer.data(), buffer.size()) > 0) {
            }
        });
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        end(SIGKILL);
        if (drain_.joinable()) {
            drain_.join();
        }
    }

    void kill() const { ::kill(pid_, SIGKILL); }
    /// Answers the exit code, -1 if a signal ended it.
    int end(int signal) {
        if (pid_ <= 0) {
            return -1;
        }
        ::kill(pid_, signal);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    void waitFor(std::string_view word) {
        std::string text;
        std::array<char, 512> buffer{};
        while (text.find(word) == std::string::npos) {
            const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
            INFO(text);
            REQUIRE(got > 0);
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }

    core::UniqueFd output_;
    pid_t pid_ = 0;
    std::thread drain_;
};

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

/// An agency and a vault's configuration on disk.
class Site {
public:
    /// `more`: lines of configuration.
    explicit Site(const std::string& more = "") {
        write("agency/root.pem", agency.root.certificate().toPem());
        write("receipt.pem", agency.receiptKey.toPem());
        write("receipt.crt", agency.receipt.toPem());
        write("checkpoint.pem", agency.checkpointKey.toPem());
        write("checkpoint.crt", agency.checkpoint.toPem());
        must(files->makeFolders(folder / "agency/registered"));
        write("vault.toml",
              fmt::format("root = \"agency/root.pem\"\nregistered = \"agency/registered\"\n"
                          "folder = \"vault\"\nsocket = \"socket\"\n"
                          "receipt_key = \"receipt.pem\"\nreceipt_certificate = \"receipt.crt\"\n"
                          "checkpoint_key = \"checkpoint.pem\"\n"
                          "checkpoint_certificate = \"checkpoint.crt\"\norigin = \"{}\"\n{}",
                          kOrigin,
                          more));
    }
    void write(const std::string& name, const std::string& text) {
        writeFile(*files, folder / name, core::viewOf(text));
    }
    [[nodiscard]] std::string config() const { return folder / "vault.toml"; }

    hal::test::TemporaryFolder folder;
    std::unique_ptr<core::Files> files = core::systemFiles();
    Agency agency;
};

constexpr std::uint64_t kSegments = 4;

Result<void> send(Client& client,
                  const Place& place,
                  ByteView bytes,
                  std::vector<Buffer>& receipts) {
    LIUHEN_TRY(const auto offered, client.offer({place, bytes.size(), std::nullopt}));
    if (offered.state == State::Receipted) {
        receipts.push_back(offered.receipt);
        return {};
    }
    for (std::uint64_t at = offered.offset; at < bytes.size();) {
        const auto piece = bytes.subspan(at, std::min<std::size_t>(6000, bytes.size() - at));
        LIUHEN_TRY(at, client.bytes(offered.upload, at, piece, true));
    }
    LIUHEN_TRY(const auto answer, client.commit(offered.upload));
    if (answer.state == State::Again) {
        return send(client, place, bytes, receipts);
    }
    CHECK(answer.state == State::Receipted);
    receipts.push_back(answer.receipt);
    return {};
}

/// The whole intake of one recorder, until something fails.
Result<void> takeAll(const Site& site,
                     const SampleRecorder& recorder,
                     std::uint64_t recording,
                     std::vector<Buffer>& receipts) {
    LIUHEN_TRY(Client client, Client::connect(site.folder / "socket", 20s));
    LIUHEN_CHECK(send(client, chapterPlace(recorder, 0), recorder.chapters()[0].bytes, receipts));
    for (std::uint64_t n = 0; n < kSegments; ++n) {
        LIUHEN_CHECK(send(client,
                          segmentPlace(recorder, recording, n),
                          recorder.segment(recording, n),
                          receipts));
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
    Site site(copies.size() > 1 ? "second_copy = \"second\"\n" : "");
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
        writeFile(
            *site.files,
            site.folder / ("agency/registered/" + evidence::registrationName(recorder.device(), 0)),
            recorder.registration().sign(site.agency.root.key()));
        Program first(site.config());
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
