// SPDX-License-Identifier: Apache-2.0
// The vault's socket: one thread per connection, so many and no more.
#pragma once

#include "dock/vault/stream.hpp"
#include "dock/vault/vault.hpp"

#include <sys/types.h>

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace liuhen::vault {

/// Bounds of a server; what is beyond them is refused or waits.
struct ServerLimits {
    std::size_t connections = 96;                               // a bay has two
    std::chrono::milliseconds idle = std::chrono::minutes(10);  // between two requests
    std::chrono::milliseconds pace = std::chrono::seconds(60);  // within one
    std::vector<uid_t> peers;  // accounts that may ask besides root and the vault's own
};

/// Listens on a Unix socket until stop(). `vault` must outlive it.
class Server {
public:
    /// Removes a socket that an earlier run left, if there is one; only for who has the vault's
    /// lock. Errors: AlreadyExists if something else is there.
    [[nodiscard]] static Result<void> clear(const std::string& path);
    /// Takes the place of a socket that an earlier run left. Errors: InvalidArgument for a path
    /// that is too long; AlreadyExists if something else than a socket is there.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen(Vault& vault,
                                                                const std::string& path,
                                                                ServerLimits limits);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Accepts connections and publishes what is left over, until stop() or until the vault breaks.
    void run();
    /// Ends run(); may be called from a signal handler.
    void stop();

private:
    struct Connection {
        Stream stream;
        std::atomic<bool> done{false};
        std::thread thread;
        explicit Connection(Stream taken) : stream(std::move(taken)) {}
    };

    Server(Vault& vault,
           std::string path,
           core::UniqueFd socket,
           core::UniqueFd wakeUp,
           ServerLimits limits);
    /// Whether a connection came of it.
    [[nodiscard]] bool accept();
    /// Whether the account at the other end may ask; a refusal is told and logged once for each.
    [[nodiscard]] bool admits(int socket);
    void reap();
    void publish();
    void wake() const;

    Vault& vault_;
    std::string path_;
    core::UniqueFd socket_;
    core::UniqueFd wakeUp_;  // an eventfd: stop() and ended connections end a wait
    ServerLimits limits_;
    std::list<Connection> connections_;  // of run()'s thread alone
    std::string trouble_;                // why nothing could be published last; "" if it could
    std::atomic<bool> stopping_{false};
};

}  // namespace liuhen::vault
