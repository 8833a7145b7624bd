// SPDX-License-Identifier: Apache-2.0
// Connections to the vault for requests of people, several at once.
#pragma once

#include "common/core/clock.hpp"
#include "dock/vault/access_client.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::web {

using core::Result;

/// Asks the vault from several threads, each on a connection of its own meanwhile. Thread-safe.
///
/// Errors of all calls: those of AccessClient; Unavailable, DeadlineExceeded if the vault does not
/// answer.
class VaultPool {
public:
    /// `clock` must outlive it.
    VaultPool(std::string socket, const core::Clock& clock)
        : socket_(std::move(socket)), clock_(&clock) {}

    /// Asks something that changes nothing; once more if the connection that was kept is gone.
    template <class Ask>
    [[nodiscard]] auto read(const Ask& what) -> decltype(what(std::declval<vault::Client&>())) {
        for (;;) {
            LIUHEN_TRY(Kept kept, take(true));
            auto answer = what(kept.client);
            const bool broken = !answer && endsConnection(answer.error());
            if (broken && kept.used) {
                continue;
            }
            if (!broken) {
                give(std::move(kept));
            }
            return answer;
        }
    }
    /// Asks something that adds a leaf, once and on a new connection: whether it was done before a
    /// connection broke cannot be known.
    template <class Ask>
    [[nodiscard]] auto change(const Ask& what)
        -> decltype(what(std::declval<vault::AccessClient&>())) {
        LIUHEN_TRY(Kept kept, take(false));
        vault::AccessClient access(kept.client);
        auto answer = what(access);
        if (answer || !endsConnection(answer.error())) {
            give(std::move(kept));
        }
        return answer;
    }

private:
    struct Kept {
        vault::Client client;
        core::Nanoseconds since{};  // when it was used last
        bool used = false;
    };
    [[nodiscard]] Result<Kept> take(bool mayBeUsed);
    void give(Kept kept);
    [[nodiscard]] static bool endsConnection(const core::Error& error);

    std::string socket_;
    const core::Clock* clock_;
    std::mutex mutex_;
    std::vector<Kept> idle_;  // under mutex_; the newest last
};

}  // namespace liuhen::web
