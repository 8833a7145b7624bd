// SPDX-License-Identifier: Apache-2.0
// Accepting, bounding and ending connections.
#include "dock/vault/server.hpp"

#include "common/core/log.hpp"
#include "dock/vault/peer.hpp"
#include "dock/vault/session.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <new>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr int kBacklog = 64;
constexpr mode_t kSocketMode = 0660;
/// How long a leaf that nobody waits for stays without a checkpoint.
constexpr std::chrono::milliseconds kPublishPause(500);
constexpr std::chrono::milliseconds kAcceptPause(100);

/// A connection's thread: whatever ends it ends this connection alone.
void serveUntilEnd(Vault& vault, Stream& stream, std::chrono::milliseconds idle) {
    try {
        if (const auto served = serve(vault, stream, idle); !served) {
            core::log(core::LogLevel::Info, "vault", "connection ended: " + served.error().message);
        }
    } catch (const std::bad_alloc&) {
        // What it was at is undone or left for another try, as after a cut.
        core::log(core::LogLevel::Error, "vault", "connection ended: no memory left for it");
    } catch (const std::exception& error) {
        core::log(core::LogLevel::Error, "vault", error.what());
        std::terminate();
    }
    ::shutdown(stream.fd(), SHUT_RDWR);
}

}  // namespace

Server::Server(Vault& vault,
               std::string path,
               core::UniqueFd socket,
               core::UniqueFd wakeUp,
               ServerLimits limits)
    : vault_(vault),
      path_(std::move(path)),
      socket_(std::move(socket)),
      wakeUp_(std::move(wakeUp)),
      limits_(limits) {}

Result<void> Server::clear(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return {};
    }
    if (!S_ISSOCK(status.st_mode)) {
        return fail(ErrorKind::AlreadyExists, "listen on " + path + ": something else is there");
    }
    if (::unlink(path.c_str()) != 0) {
        return core::failErrno(errno, "listen on " + path);
    }
    return {};
}

Result<std::unique_ptr<Server>> Server::listen(Vault& vault,
                                               const std::string& path,
                                               ServerLimits limits) {
    LIUHEN_TRY(const SocketAddress address, SocketAddress::of(path));
    LIUHEN_CHECK(clear(path));
    core::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid() || address.bind(socket.get()) != 0 ||
        ::chmod(path.c_str(), kSocketMode) != 0 || ::listen(socket.get(), kBacklog) != 0) {
        return core::failErrno(errno, "listen on " + path);
    }
    core::UniqueFd wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wakeUp.valid()) {
        return core::failErrno(errno, "make an eventfd");
    }
    return std::unique_ptr<Server>(
        new Server(vault, path, std::move(socket), std::move(wakeUp), limits));
}

Server::~Server() {
    for (Connection& connection : connections_) {
        ::shutdown(connection.stream.fd(), SHUT_RDWR);
    }
    for (Connection& connection : connections_) {
        connection.thread.join();
    }
    ::unlink(path_.c_str());
}

void Server::wake() const {
    // Only a full counter could refuse it, and that wakes as well.
    static_cast<void>(::eventfd_write(wakeUp_.get(), 1));
}

void Server::stop() {
    stopping_ = true;
    wake();
}

void Server::run() {
    auto publishAt = std::chrono::steady_clock::now() + kPublishPause;
    while (!stopping_ && !vault_.broken()) {
        reap();
        const bool room = connections_.size() < limits_.connections;
        std::array<pollfd, 2> items{pollfd{wakeUp_.get(), POLLIN, 0},
                                    pollfd{room ? socket_.get() : -1, POLLIN, 0}};
        const int ready =
            ::poll(items.data(), items.size(), static_cast<int>(kPublishPause.count()));
        if (ready > 0 && items[0].revents != 0) {
            eventfd_t count = 0;
            static_cast<void>(::eventfd_read(wakeUp_.get(), &count));
        }
        if (ready > 0 && items[1].revents != 0 && !accept()) {
            // Nothing is to be gained by trying at once; stop() still ends the wait.
            static_cast<void>(::poll(items.data(), 1, static_cast<int>(kAcceptPause.count())));
        }
        // By the clock, so that many short connections cannot put it off.
        if (std::chrono::steady_clock::now() >= publishAt) {
            publishAt = std::chrono::steady_clock::now() + kPublishPause;
            publish();
        }
    }
}

void Server::publish() {
    const auto published = vault_.publish();
    const std::string trouble = published ? std::string() : published.error().message;
    // Twice a second it would say the same.
    if (trouble != trouble_) {
        trouble_ = trouble;
        core::log(published ? core::LogLevel::Info : core::LogLevel::Warning,
                  "vault",
                  published ? "leaves come under a checkpoint again" : trouble);
    }
}

bool Server::accept() {
    core::UniqueFd fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.valid()) {
        return false;  // gone already, or no descriptor left: the next round tries again
    }
    if (!admits(fd.get())) {
        return true;  // the next may be another
    }
    Connection& connection = connections_.emplace_back(Stream(std::move(fd), limits_.pace));
    connection.thread = std::thread([this, &connection] {
        serveUntilEnd(vault_, connection.stream, limits_.idle);
        connection.done = true;
        wake();
    });
    return true;
}

bool Server::admits(int socket) {
    const auto peer = peerOf(socket);
    if (peer && mayAsk(*peer, limits_.peers)) {
        return true;
    }
    vault_.incidentOnce(
        {"peer.refused",
         "",
         peer ? fmt::format("account {} is not one of 'peer_user'", *peer) : peer.error().message});
    return false;
}

void Server::reap() {
    for (auto connection = connections_.begin(); connection != connections_.end();) {
        if (connection->done) {
            connection->thread.join();
            connection = connections_.erase(connection);
        } else {
            ++connection;
        }
    }
}

}  // namespace liuhen::vault
