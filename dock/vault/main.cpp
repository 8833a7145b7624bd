// SPDX-License-Identifier: Apache-2.0
// liuhen-vault: opens the vault that a file names and serves its socket until it is told to end.
#include "common/core/log.hpp"
#include "dock/vault/config.hpp"
#include "dock/vault/housekeeping.hpp"
#include "dock/vault/restore.hpp"
#include "dock/vault/server.hpp"
#include "dock/vault/shut_in.hpp"

#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr int kFailed = 1;
constexpr int kUnusable = 2;  // configuration, arguments: nothing was made or started
constexpr std::chrono::milliseconds kRoomPause{5'000};
constexpr std::chrono::milliseconds kLook{100};

std::atomic<bool> stopAsked{false};
std::atomic<Server*> running{nullptr};

void askStop(int /*signal*/) {
    stopAsked = true;
    if (Server* server = running.load()) {
        server->stop();
    }
}

/// Opens the vault; waits while its disk is full. Nothing if it was told to end meanwhile.
Result<std::unique_ptr<Vault>> openVault(VaultParts parts, const VaultFolders& folders) {
    for (std::string told; !stopAsked;) {
        auto vault = Vault::open(parts, folders);
        if (vault || vault.error().kind != core::ErrorKind::ResourceExhausted) {
            return vault;
        }
        if (vault.error().message != told) {
            told = vault.error().message;
            core::log(core::LogLevel::Warning, "vault", told + "; waits for room");
        }
        for (auto waited = kLook; waited < kRoomPause && !stopAsked; waited += kLook) {
            std::this_thread::sleep_for(kLook);
        }
    }
    return std::unique_ptr<Vault>();
}

/// What is not as strict as it could be is said once, at the start; status() tells it too.
void tellHardening(const Surroundings& around) {
    core::log(core::LogLevel::Info,
              "vault",
              fmt::format("account {}; sandbox: {}; objects: {}",
                          around.keeper.account,
                          around.sandbox.told(),
                          around.keeper.freezer == nullptr ? "read-only" : "immutable"));
}

VaultFolders foldersOf(const Config& config) {
    return {
        config.folder, core::joinPath(config.folder, "db"), config.registered, config.witnesses};
}

VaultParts partsOf(const Config& config,
                   core::Files& files,
                   Medium& medium,
                   const core::Clock& clock,
                   const Hardening& hardening) {
    return {files,
            medium,
            clock,
            config.identity,
            hardening,
            config.copies.settings,
            config.retention,
            config.evidenceKey};
}

/// Tells if both copies go with one disk.
void lookAtDisks(const Config& config) {
    struct stat first {};
    struct stat second {};
    if (::stat(config.folder.c_str(), &first) == 0 &&
        ::stat(config.copies.settings.second.c_str(), &second) == 0 &&
        first.st_dev == second.st_dev) {
        core::log(
            core::LogLevel::Warning,
            "vault",
            "the second copy lies on the same file system as the vault: both go with one disk");
    }
}

Result<void> expectSecond(const Config& config) {
    return config.copies.settings.second.empty()
               ? Result<void>(core::fail(core::ErrorKind::FailedPrecondition,
                                         "the configuration names no second_copy"))
               : Result<void>();
}

Result<void> restoreCopies(core::Files& files, const Config& config) {
    LIUHEN_CHECK(expectSecond(config));
    // No sandbox: what is damaged leaves objects/. As the vault's account, so that it can go on.
    LIUHEN_TRY(const Keeper keeper, becomeKeeper(config));
    const std::unique_ptr<Medium> medium = systemMedium();
    const core::SystemClock clock;
    const Hardening hardening{keeper.freezer.get(), {}};
    LIUHEN_TRY(const Restored done,
               restore(partsOf(config, files, *medium, clock, hardening),
                       foldersOf(config),
                       [](const std::string& line) { fmt::print("{}\n", line); }));
    fmt::print("now run: liuhen verify {}\n", config.folder);
    return done.lost == 0
               ? Result<void>()
               : Result<void>(core::fail(
                     core::ErrorKind::DataLoss,
                     fmt::format("restore: {} objects are whole in neither copy", done.lost)));
}

Result<void> beginCopy(core::Files& files, const Config& config) {
    LIUHEN_CHECK(expectSecond(config));
    LIUHEN_TRY(const Keeper keeper, becomeKeeper(config));
    const std::unique_ptr<Medium> medium = systemMedium();
    SecondCopy second(files, *medium, config.copies.settings.second, config.identity.origin);
    LIUHEN_TRY(const std::string id, second.begin());
    fmt::print(
        "second copy {} begun in {}; a running vault takes it up by itself if the disk was mounted "
        "when it started, else start it anew\n",
        id,
        second.folder());
    return {};
}

Result<void> run(core::Files& files, const Config& config) {
    LIUHEN_TRY(Surroundings around, shutIn(config));
    const std::unique_ptr<Medium> medium = systemMedium();
    const core::SystemClock clock;
    bool narrowed = false;  // a full disk makes the vault open more than once
    // Another process may have the vault until it is open: only then is its socket a leftover.
    const Hardening hardening{around.keeper.freezer.get(), [&]() -> Result<std::string> {
                                  LIUHEN_CHECK(Server::clear(config.socket));
                                  if (!std::exchange(narrowed, true)) {
                                      LIUHEN_CHECK(around.sandbox.narrow(servingRules(config)));
                                      tellHardening(around);
                                  }
                                  return around.sandbox.told();
                              }};
    LIUHEN_TRY(const std::unique_ptr<Vault> vault,
               openVault(partsOf(config, files, *medium, clock, hardening), foldersOf(config)));
    if (vault == nullptr) {
        return {};
    }
    lookAtDisks(config);
    ServerLimits limits;
    limits.peers = config.peers;
    LIUHEN_TRY(const std::unique_ptr<Server> server, Server::listen(*vault, config.socket, limits));
    // A thread: only a process without one could be shut in further.
    const Housekeeping housekeeping(
        *vault, {config.copies.copyBytesPerSecond, config.copies.scrubBytesPerSecond});
    running = server.get();
    core::log(core::LogLevel::Info,
              "vault",
              fmt::format("{} ready, {} leaves", config.identity.origin, vault->hello().logSize));
    if (!stopAsked) {  // the signal may have come before `running` was set
        server->run();
    }
    running = nullptr;
    return vault->broken() ? Result<void>(core::fail(core::ErrorKind::DataLoss,
                                                     "serve: the vault's disk failed"))
                           : Result<void>();
}

int start(int argc, char** argv) {
    CLI::App cli("liuhen-vault: keeps what recorders signed, and logs it");
    cli.set_version_flag("--version", "0.1.0");
    std::string path;
    cli.add_option("--config", path, "configuration file (TOML)")->required();
    cli.require_subcommand(0, 1);
    cli.fallthrough();
    const CLI::App* restoring = cli.add_subcommand(
        "restore", "put back what one copy lost from the other; the vault must not run");
    const CLI::App* beginning =
        cli.add_subcommand("begin-copy", "make the empty folder of second_copy a second copy");
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : kUnusable;
    }
    struct sigaction action {};
    action.sa_handler = askStop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    const std::unique_ptr<core::Files> files = core::systemFiles();
    const auto config = loadConfig(*files, path);
    if (!config) {
        std::fprintf(stderr, "liuhen-vault: %s\n", config.error().message.c_str());
        return kUnusable;
    }
    const auto done = restoring->parsed()   ? restoreCopies(*files, *config)
                      : beginning->parsed() ? beginCopy(*files, *config)
                                            : run(*files, *config);
    if (!done) {
        std::fprintf(stderr, "liuhen-vault: %s\n", done.error().message.c_str());
        return kFailed;
    }
    return 0;
}

}  // namespace

}  // namespace liuhen::vault

int main(int argc, char** argv) {
    try {
        return liuhen::vault::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen-vault: %s\n", error.what());
        return 1;
    }
}
