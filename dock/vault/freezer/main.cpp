// SPDX-License-Identifier: Apache-2.0
// liuhen-freezer: holds the one capability that the vault needs and must not have, and can use it
// for nothing but to make stored objects immutable. Speaks on its standard input, a connected
// SOCK_SEQPACKET socket.
#include "dock/vault/freezer/freezing.hpp"
#include "dock/vault/sandbox/account.hpp"
#include "dock/vault/sandbox/instrumented.hpp"
#include "dock/vault/sandbox/landlock.hpp"
#include "dock/vault/sandbox/seccomp.hpp"

#include <linux/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

namespace liuhen::vault {

namespace {

constexpr int kFailed = 1;
constexpr int kUnusable = 2;

bool isPacketSocket(int fd) {
    int type = 0;
    socklen_t size = sizeof(type);
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/// The sandbox is no choice here: without Landlock the filter still leaves nothing but reading.
Result<void> shutIn(const Freezing& freezing, const std::vector<std::string>& folders) {
    LIUHEN_CHECK(giveUpRights(CAP_LINUX_IMMUTABLE));
    std::vector<FolderRule> rules;
    for (const std::string& folder : folders) {
        rules.push_back({folder, FolderUse::Read});
    }
    const auto restricted = restrictFolders(rules);
    if (!restricted && restricted.error().kind != core::ErrorKind::Unimplemented) {
        return restricted;
    }
    return kInstrumented ? Result<void>() : filterFreezerCalls(freezing.words().block());
}

int start(int argc, char** argv) {
    CLI::App cli(
        "liuhen-freezer: makes a vault's objects immutable; liuhen-vault or systemd "
        "starts it, with a socket as its standard input");
    cli.set_version_flag("--version", "0.1.0");
    std::vector<std::string> folders;
    std::string user;
    cli.add_option("--objects", folders, "folder of objects; several by repeating it")->required();
    cli.add_option("--user", user, "the vault's account, if started as root");
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : kUnusable;
    }
    if (!isPacketSocket(STDIN_FILENO)) {
        std::fprintf(stderr,
                     "liuhen-freezer: its standard input is no packet socket; set "
                     "'freezer' in vault.toml, and liuhen-vault starts it\n");
        return kUnusable;
    }
    const auto ready = [&]() -> Result<Freezing> {
        if (!user.empty()) {
            LIUHEN_TRY(const Account account, findAccount(user));
            LIUHEN_CHECK(become(account, CAP_LINUX_IMMUTABLE));
        }
        LIUHEN_TRY(Freezing freezing, Freezing::open(folders));
        LIUHEN_CHECK(shutIn(freezing, folders));
        return freezing;
    }();
    if (!ready) {
        std::fprintf(stderr, "liuhen-freezer: %s\n", ready.error().message.c_str());
        return kFailed;
    }
    // Ends here: what the language does after main() makes calls that the filter does not know.
    ::_exit(ready->serve(STDIN_FILENO) ? 0 : kFailed);
}

}  // namespace

}  // namespace liuhen::vault

int main(int argc, char** argv) {
    try {
        return liuhen::vault::start(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "liuhen-freezer: %s\n", error.what());
        return 1;
    }
}
