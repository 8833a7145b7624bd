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
    /// The same in steps, so that the next object can be fetched while the vault commits this one:
    /// upload() brings the bytes and answers what became of the object, if no commit is needed;
    /// else startCommit(), other objects' upload(), and finish() with the same offer and source.
    /// One commit at a time. Errors: as take().
    [[nodiscard]] Result<std::optional<Taken>> upload(const vault::Offer& offer,
                                                      const ByteSource& source,
                                                      bool counted);
    void startCommit();
    [[nodiscard]] Result<Taken> finish(const vault::Offer& offer, const ByteSource& source);
    /// The receipt of an object that the vault should have; nothing if it does not.
    [[nodiscard]] Result<std::optional<Taken>> find(const vault::Offer& offer);

private:
    struct Attempt {
        std::optional<Taken> taken;
        std::string upload;  // whole, to be committed; or taken, or vaultError
        std::optional<core::Error> vaultError;
        std::uint64_t reached = 0;
    };
    /// Offers and hands over. Errors: those of the source.
    [[nodiscard]] Result<Attempt> attempt(const vault::Offer& offer,
                                          const ByteSource& source,
                                          bool counted);
    /// Streams the bytes from `offset` on. Errors: those of the source.
    [[nodiscard]] Result<void> stream(const vault::Offer& offer,
                                      const ByteSource& source,
                                      const vault::OfferAnswer& answer,
                                      bool counted,
                                      Attempt& attempt);
    void count(Attempt& attempt, std::uint64_t reached, bool fresh, bool counted);
    void noteVaultError(Attempt& attempt, const core::Error& error);
    /// Turns the answer to a commit into what became of the object, or into an error of the vault.
    [[nodiscard]] Result<void> settle(Result<vault::CommitAnswer> commit, Attempt& attempt);
    /// Attempts until the object is taken, or its upload is whole and `committed` is false.
    [[nodiscard]] Result<Attempt> persist(const vault::Offer& offer,
                                          const ByteSource& source,
                                          bool counted,
                                          bool committed);
    [[nodiscard]] Result<Taken> receipted(core::Buffer message) const;
    [[nodiscard]] Result<void> waitForRoom(const core::Error& error);

    Settings settings_;
    const Stop& stop_;
    Progress& progress_;
    std::optional<vault::Client> client_;
    std::optional<vault::Client> committing_;  // a commit is under way on it
    std::optional<vault::Client> spare_;
    std::string uploaded_;         // by the newest upload(), to be committed
    std::uint64_t countedTo_ = 0;  // bytes of the object under way that the progress has
    std::chrono::milliseconds waitedForRoom_{};
};

}  // namespace liuhen::ingest
