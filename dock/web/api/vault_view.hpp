// SPDX-License-Identifier: Apache-2.0
// What the page shows of the vault: its state, its log, and incidents that go into it.
#pragma once

#include "common/core/clock.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/client.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::web {

using core::Result;

/// A leaf with its place.
struct LogLeaf {
    std::uint64_t index = 0;
    core::Buffer bytes;
};

struct LogPage {
    std::vector<LogLeaf> leaves;  // the newest first
    std::uint64_t size = 0;       // of the log
    bool more = false;
};

/// Asks the vault on connections of its own, and remembers where leaves of each kind stand. Thread-
/// safe; calls wait for the vault, a few seconds at the most.
///
/// Errors of all calls: Unavailable, DeadlineExceeded if the vault does not answer.
class VaultView {
public:
    /// `clock` must outlive it.
    VaultView(std::string socket, const core::Clock& clock)
        : socket_(std::move(socket)), clock_(&clock) {}

    /// Not older than a few seconds.
    [[nodiscard]] Result<vault::Status> status();
    /// Leaves before index `before`, at most `limit`, of one kind or, with "", of all.
    [[nodiscard]] Result<LogPage> log(const std::string& kind,
                                      std::uint64_t before,
                                      std::size_t limit);
    /// Writes an incident leaf if none of its kind was written in the last hour; else it is counted
    /// into the next one. Trouble goes to the program's log.
    void incident(const std::string& what, const std::string& detail);

private:
    struct Written {
        std::optional<core::Nanoseconds> at;
        std::uint64_t leftOut = 0;
    };
    /// Asks once more on a new connection if the vault has closed the one that was there.
    template <class Ask>
    [[nodiscard]] auto ask(const Ask& what) -> decltype(what(std::declval<vault::Client&>()));
    /// Reads what the log has gained, with the mutex held.
    [[nodiscard]] Result<void> catchUp();
    [[nodiscard]] Result<core::Buffer> leaf(std::uint64_t index);

    std::string socket_;
    const core::Clock* clock_;
    std::mutex mutex_;  // of all below
    std::optional<vault::Client> client_;
    std::optional<vault::Status> status_;
    core::Nanoseconds statusAt_{};
    std::uint64_t size_ = 0;  // leaves whose kind is known
    std::map<std::string, std::vector<std::uint64_t>> byKind_;
    std::map<std::string, Written> written_;
};

}  // namespace liuhen::web
