// SPDX-License-Identifier: Apache-2.0
// The vault's program in tests: an agency and a configuration on disk, the process, an intake.
#pragma once

#include "common/core/unique_fd.hpp"
#include "dock/vault/client.hpp"
#include "tests/dock/vault/bench.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace liuhen::vault::test {

/// The program, from its start until it says that it is ready or ends, to its end.
class Program {
public:
    /// `variables`: NAME=VALUE, besides the caller's own.
    explicit Program(const std::string& config, const std::vector<std::string>& variables = {}) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        output_.reset(ends[0]);
        core::UniqueFd input(ends[1]);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::dup2(input.get(), STDERR_FILENO);
            for (const std::string& variable : variables) {
                const std::size_t equal = variable.find('=');
                // NOLINTNEXTLINE(concurrency-mt-unsafe): the child has one thread.
                ::setenv(variable.substr(0, equal).c_str(), variable.c_str() + equal + 1, 1);
            }
            ::execl(LIUHEN_VAULT_PROGRAM, "liuhen-vault", "--config", config.c_str(), nullptr);
            ::_exit(127);
        }
        input.reset();
        while (!ready() && readOn()) {
        }
        drain_ = std::thread([this] {
            while (readOn()) {
            }
        });
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        end(SIGKILL);
        hearOut();
    }

    [[nodiscard]] bool ready() { return said().find(" ready, ") != std::string::npos; }
    /// All that it has said so far.
    [[nodiscard]] std::string said() {
        const std::lock_guard lock(mutex_);
        return said_;
    }
    void kill() const { ::kill(pid_, SIGKILL); }
    /// Whether it ends by itself, within a moment.
    [[nodiscard]] bool hasEnded() const {
        constexpr int kLooks = 20;
        siginfo_t info{};
        for (int look = 0; look < kLooks && info.si_pid == 0; ++look) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
        }
        return info.si_pid != 0;
    }
    /// Answers the exit code, -1 if a signal ended it. Without a signal (0) it ends by itself.
    int end(int signal) {
        if (pid_ <= 0) {
            return -1;
        }
        ::kill(pid_, signal);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        hearOut();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    /// Waits for its last words, which lie in the pipe when it has ended.
    void hearOut() {
        if (drain_.joinable()) {
            drain_.join();
        }
    }
    bool readOn() {
        std::array<char, 4096> buffer{};
        const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
        if (got > 0) {
            const std::lock_guard lock(mutex_);
            said_.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return got > 0;
    }

    core::UniqueFd output_;
    pid_t pid_ = 0;
    std::mutex mutex_;
    std::string said_;
    std::thread drain_;
};

/// An agency and a vault's configuration on disk.
class Site {
public:
    /// In a folder of its own below `parent`.
    explicit Site(const std::string& parent = std::filesystem::temp_directory_path())
        : folder(parent) {
        write("agency/root.pem", agency.root.certificate().toPem());
        write("receipt.pem", agency.receiptKey.toPem());
        write("receipt.crt", agency.receipt.toPem());
        write("checkpoint.pem", agency.checkpointKey.toPem());
        write("checkpoint.crt", agency.checkpoint.toPem());
        must(files->makeFolders(registered()));
        write("vault.toml",
              fmt::format("root = \"agency/root.pem\"\nregistered = \"agency/registered\"\n"
                          "folder = \"vault\"\nsocket = \"socket\"\n"
                          "receipt_key = \"receipt.pem\"\nreceipt_certificate = \"receipt.crt\"\n"
                          "checkpoint_key = \"checkpoint.pem\"\n"
                          "checkpoint_certificate = \"checkpoint.crt\"\norigin = \"{}\"\n",
                          kOrigin));
    }
    void write(const std::string& name, const std::string& text) const {
        writeFile(*files, folder / name, core::viewOf(text));
    }
    /// Adds lines to the configuration.
    void configure(const std::string& lines) const {
        const Buffer before = must(core::readFile(*files, config(), UINT16_MAX));
        write("vault.toml", std::string(core::textOf(before)) + lines);
    }
    void enroll(const SampleRecorder& recorder) const {
        writeFile(*files,
                  registered() + "/" + evidence::registrationName(recorder.device(), 0),
                  recorder.registration().sign(agency.root.key()));
    }
    [[nodiscard]] std::string config() const { return folder / "vault.toml"; }
    [[nodiscard]] std::string vault() const { return folder / "vault"; }
    [[nodiscard]] std::string socket() const { return folder / "socket"; }
    [[nodiscard]] std::string registered() const { return folder / "agency/registered"; }

    hal::test::TemporaryFolder folder;
    std::unique_ptr<core::Files> files = core::systemFiles();
    Agency agency;
};

/// Hands bytes over, from where the vault stands, `step` at a time, and again if it asks for that.
/// Answers the receipt. Errors: Internal if it is anything else.
inline Result<Buffer> sendIn(Client& client, const Place& place, ByteView bytes, std::size_t step) {
    constexpr int kTries = 3;
    std::string why;
    for (int attempt = 0; attempt < kTries; ++attempt) {
        LIUHEN_TRY(const auto offered, client.offer({place, bytes.size(), std::nullopt}));
        if (offered.state == State::Receipted) {
            return offered.receipt;
        }
        for (std::uint64_t at = offered.offset; at < bytes.size();) {
            const auto piece = bytes.subspan(at, std::min<std::size_t>(step, bytes.size() - at));
            LIUHEN_TRY(at, client.bytes(offered.upload, at, piece, true));
        }
        LIUHEN_TRY(const auto answer, client.commit(offered.upload));
        if (answer.state == State::Receipted) {
            return answer.receipt;
        }
        why = fmt::format("{}: {}", name(answer.state), answer.reason);
        CAPTURE(why);
        CHECK(answer.state == State::Again);  // it never says that good bytes are no evidence
    }
    return core::fail(core::ErrorKind::Internal, describe(place) + " was not receipted: " + why);
}

}  // namespace liuhen::vault::test
