// SPDX-License-Identifier: Apache-2.0
// Hands one object after the other to the vault, and is patient with it.
#pragma once

#include "common/evidence/messages.hpp"
#include "common/net/http_types.hpp"
#include "dock/ingest/progress.hpp"
#include "dock/ingest/stop.hpp"
#include "dock/vault/client.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace liuhen::ingest {

using core::Result;

/// How long a bay waits for what may come back.
struct Patience {
    std::chrono::milliseconds vaultWait{10'000};  // for the vault to answer its socket
    std::chrono::milliseconds firstPause{200};
    std::chrono::milliseconds longestPause{5'000};
    unsigned attempts = 5;  // in a row that bring nothing
    /// For room on the vault's disk; nothing: for as long as it takes.
    std::optional<std::chrono::milliseconds> roomWait;
};

/// Puts an object's bytes, from an offset to its end, into the sink.
using ByteSource = std::function<Result<void>(std::uint64_t from, const net::Sink&)>;

/// What became of an object.
struct Taken {
    vault::State state = vault::State::Again;  // never Receiving; Again: not now
    core::Buffer message;                      // receipted: the receipt
    std::optional<evidence::Receipt> receipt;  // the same, verified
    std::string verdict;
    std::string reason;
};

/// A connection to the vault that is made anew when it was lost. Not thread-safe.
class VaultFeed {
public:
    struct Settings {
        std::string socket;
        crypto::Certificate root;
        Patience patience;
    };
    VaultFeed(Settings settings, const Stop& stop, Progress& progress)
        : settings_(std::move(settings)), stop_(stop), progress_(progress) {}

    /// The connection, waited for up to `vaultWait`. Errors: Unavailable, with what to start.
    [[nodiscard]] Result<vault::Client*> client();

    /// Offers an object and streams what the vault does not have yet; resumes when the connection
    /// to the vault is cut, and pauses while its disk is full.
    ///
    /// `counted` objects go into the progress of footage. Errors: those of `source`; those of the
    /// vault that do not pass; Unavailable if stopped.
    [[nodiscard]] Result<Taken> take(const vault::Offer& offer,
                                     const ByteSource& source,
                                     bool counted);
    /// The receipt of an object that the vault should have; nothing if it does not.
    [[nodiscard]] Result<std::optional<Taken>> find(const vault::Offer& offer);

private:
    struct Attempt {
        std::optional<Taken> taken;
        std::optional<core::Error> vaultError;
        std::uint64_t reached = 0;
    };
    /// Errors: those of the source.
    [[nodiscard]] Result<Attempt> attempt(const vault::Offer& offer,
                                          const ByteSource& source,
                                          bool counted);
    [[nodiscard]] Result<Taken> receipted(core::Buffer message) const;
    [[nodiscard]] Result<void> waitForRoom(const core::Error& error);

    Settings settings_;
    const Stop& stop_;
    Progress& progress_;
    std::optional<vault::Client> client_;
    std::uint64_t countedTo_ = 0;  // bytes of the object under way that the progress has
    std::chrono::milliseconds waitedForRoom_{};
};

}  // namespace liuhen::ingest
