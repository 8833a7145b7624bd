// SPDX-License-Identifier: Apache-2.0
// Starting the helper, and asking it.
#include "dock/vault/freezer.hpp"

#include "dock/vault/freezer/protocol.hpp"
#include "dock/vault/stream.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <spawn.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr int kPatienceMs = 10'000;

Result<void> checkFlags(const std::string& folder) {
    const core::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    unsigned long flags = 0;
    if (!fd.valid()) {
        return core::failErrno(errno, "open " + folder);
    }
    if (::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) != 0) {
        return fail(ErrorKind::FailedPrecondition,
                    "the file system of " + folder +
                        " knows no immutable flag; use ext4, XFS or Btrfs, or take 'freezer' out "
                        "of vault.toml");
    }
    return {};
}

Result<core::UniqueFd> connectTo(const std::string& path) {
    LIUHEN_TRY(const SocketAddress address, SocketAddress::of(path));
    core::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket.valid() || address.connect(socket.get()) != 0) {
        return core::failErrno(errno, "connect to the freezer at " + path);
    }
    return socket;
}

/// The child's process id.
Result<pid_t> spawn(const std::string& program,
                    const std::vector<std::string>& folders,
                    const Account& account,
                    int socket) {
    std::vector<std::string> words = {program, "--user", account.name};
    for (const std::string& folder : folders) {
        words.insert(words.end(), {"--objects", folder});
    }
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    char* noEnvironment[] = {nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    pid_t child = 0;
    int code = ::posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    if (code == 0) {
        code = ::posix_spawn(
            &child, program.c_str(), &actions, nullptr, arguments.data(), noEnvironment);
    }
    ::posix_spawn_file_actions_destroy(&actions);
    if (code != 0) {
        return core::failErrno(code, "start " + program);
    }
    return child;
}

}  // namespace

Result<std::unique_ptr<Freezer>> Freezer::start(const std::string& where,
                                                const std::vector<std::string>& folders,
                                                const Account& account) {
    for (const std::string& folder : folders) {
        LIUHEN_CHECK(checkFlags(folder));
    }
    struct stat status {};
    if (::stat(where.c_str(), &status) != 0) {
        return core::failErrno(errno, "find the freezer " + where);
    }
    std::unique_ptr<Freezer> freezer;
    if (S_ISSOCK(status.st_mode)) {
        LIUHEN_TRY(core::UniqueFd socket, connectTo(where));
        freezer.reset(new Freezer(std::move(socket), 0));
    } else {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            return core::failErrno(errno, "make a pair of sockets");
        }
        core::UniqueFd own(ends[0]);
        const core::UniqueFd its(ends[1]);
        LIUHEN_TRY(const pid_t child, spawn(where, folders, account, its.get()));
        freezer.reset(new Freezer(std::move(own), child));
    }
    const auto ready = freezer->answer();
    if (!ready) {
        return core::failWith(ready.error(), "start the freezer " + where);
    }
    return freezer;
}

Freezer::~Freezer() {
    socket_.reset();  // it ends by that
    if (child_ > 0) {
        int status = 0;
        while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
    }
}

Result<int> Freezer::answer() {
    pollfd item{socket_.get(), POLLIN, 0};
    int ready = -1;
    do {
        ready = ::poll(&item, 1, kPatienceMs);
    } while (ready < 0 && errno == EINTR);
    std::uint8_t code = 0;
    if (ready <= 0 || ::recv(socket_.get(), &code, sizeof(code), MSG_DONTWAIT) != sizeof(code)) {
        return fail(ErrorKind::Unavailable, "the freezer does not answer; start the vault anew");
    }
    return int{code};
}

Result<void> Freezer::freeze(const Digest& object, CopyOf copy) {
    FreezeRequest request{};
    request[0] = static_cast<std::uint8_t>(copy);
    std::copy(object.begin(), object.end(), request.begin() + 1);
    const std::lock_guard lock(mutex_);
    if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
        return fail(ErrorKind::Unavailable, "the freezer is gone; start the vault anew");
    }
    LIUHEN_TRY(const int code, answer());
    if (code == 0) {
        return {};
    }
    auto failed = core::failErrno(code, "make object " + core::toHex(object) + " immutable");
    if (code != ENOENT) {
        failed.value().kind = ErrorKind::FailedPrecondition;
    }
    return failed;
}

}  // namespace liuhen::vault
