// SPDX-License-Identifier: Apache-2.0
// liuhen-vault: opens the vault that a file names and serves its socket until it is told to end.
#include "common/core/log.hpp"
#include "dock/vault/config.hpp"
#include "dock/vault/server.hpp"
#include "dock/vault/shut_in.hpp"

#include <signal.h>

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
                          around.account,
                          around.sandbox.told(),
                          around.freezer == nullptr ? "read-only" : "immutable"));
}

Result<void> run(core::Files& files, const Config& config) {
    LIUHEN_TRY(Surroundings around, shutIn(config));
    const std::unique_ptr<Medium> medium = systemMedium();
    const core::SystemClock clock;
    bool narrowed = false;  // a full disk makes the vault open more than once
    // Another process may have the vault until it is open: only then is its socket a leftover.
    const Hardening hardening{around.freezer.get(), [&]() -> Result<std::string> {
                                  LIUHEN_CHECK(Server::clear(config.socket));
                                  if (!std::exchange(narrowed, true)) {
                                      LIUHEN_CHECK(around.sandbox.narrow(servingRules(config)));
                                      tellHardening(around);
                                  }
                                  return around.sandbox.told();
                              }};
    LIUHEN_TRY(const std::unique_ptr<Vault> vault,
               openVault(VaultParts{files, *medium, clock, config.identity, hardening},
                         VaultFolders{config.folder,
                                      core::joinPath(config.folder, "db"),
                                      config.registered,
                                      config.witnesses}));
    if (vault == nullptr) {
        return {};
    }
    ServerLimits limits;
    limits.peers = config.peers;
    LIUHEN_TRY(const std::unique_ptr<Server> server, Server::listen(*vault, config.socket, limits));
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
    const auto done = run(*files, *config);
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
