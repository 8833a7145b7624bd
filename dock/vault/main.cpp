// SPDX-License-Identifier: Apache-2.0
// liuhen-vault: opens the vault that a file names and serves its socket until it is told to end.
#include "common/core/log.hpp"
#include "dock/vault/config.hpp"
#include "dock/vault/server.hpp"

#include <signal.h>

#include <atomic>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace liuhen::vault {

namespace {

std::atomic<Server*> running{nullptr};

void askStop(int /*signal*/) {
    if (Server* server = running.load()) {
        server->stop();
    }
}

Result<void> run(const Config& config) {
    const std::unique_ptr<core::Files> files = core::systemFiles();
    const std::unique_ptr<Medium> medium = systemMedium();
    const core::SystemClock clock;
    LIUHEN_TRY(Identity identity, loadIdentity(*files, config));
    LIUHEN_TRY(
        const std::unique_ptr<Vault> vault,
        Vault::open(
            VaultParts{*files, *medium, clock, std::move(identity)},
            VaultFolders{config.folder, core::joinPath(config.folder, "db"), config.registered}));
    LIUHEN_TRY(const std::unique_ptr<Server> server,
               Server::listen(*vault, config.socket, ServerLimits{}));
    running = server.get();
    core::log(core::LogLevel::Info,
              "vault",
              fmt::format("{} ready, {} leaves", config.origin, vault->hello().logSize));
    server->run();
    running = nullptr;
    return vault->broken() ? Result<void>(core::fail(core::ErrorKind::DataLoss,
                                                     "serve: the vault's disk failed"))
                           : Result<void>();
}

int start(int argc, char** argv) {
    CLI::App cli("liuhen-vault: keeps what recorders signed, and logs it");
    std::string path;
    cli.add_option("--config", path, "configuration file (TOML)")->required();
    CLI11_PARSE(cli, argc, argv);
    const auto config = loadConfig(path);
    if (!config) {
        std::fprintf(stderr, "liuhen-vault: %s\n", config.error().message.c_str());
        return 2;
    }
    struct sigaction action {};
    action.sa_handler = askStop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    const auto done = run(*config);
    if (!done) {
        std::fprintf(stderr, "liuhen-vault: %s\n", done.error().message.c_str());
        return 1;
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
