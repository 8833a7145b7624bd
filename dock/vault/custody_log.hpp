// SPDX-License-Identifier: Apache-2.0
// The custody log: leaf rows first, tiles and checkpoint derived from them.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/certificate.hpp"
#include "common/tlog/tiles.hpp"
#include "dock/vault/records.hpp"

#include <algorithm>
#include <string>

namespace liuhen::vault {

/// Who signs the log and its receipts.
struct Identity {
    std::string origin;
    crypto::Certificate root;
    crypto::PrivateKey receiptKey;
    crypto::Certificate receiptCertificate;
    crypto::NoteKey checkpointKey;
    crypto::Certificate checkpointCertificate;
};

/// A key or certificate that is not what it should be: the configuration's key for it, and why.
struct WrongIdentity {
    std::string key;
    std::string why;
};
/// Whether keys, certificates and origin belong together and are of the agency; nothing if so.
[[nodiscard]] std::optional<WrongIdentity> wrongIdentity(const Identity& identity,
                                                         core::Microseconds now);

/// Leaves in the database, and the tiled log that is made of them. Not thread-safe.
///
/// Power loss: a committed leaf is there; the tiles follow at the next start.
class CustodyLog {
public:
    /// Opens the log of `folder`, begins it where there is none, and publishes leaf rows that are
    /// not under the checkpoint yet. `records`, `files` and `identity` must outlive it.
    ///
    /// Errors: FailedPrecondition if log and database do not belong together, one was set back, or
    /// the checkpoint is not of this vault's key: nothing is changed then.
    [[nodiscard]] static Result<CustodyLog> open(Records& records,
                                                 core::Files& files,
                                                 const std::string& folder,
                                                 const Identity& identity,
                                                 const core::Clock& clock);

    /// Leaves that are rows, or are about to be in the open transaction.
    [[nodiscard]] std::uint64_t next() const { return tiles_.nextIndex() + pending_.size(); }
    /// Whether to publish before the next transaction, so that committed() cannot fail for want of
    /// room: so many leaves more as a group of works may add can be staged else.
    [[nodiscard]] bool isFull() const;
    /// Adds a leaf row within the caller's transaction; answers its index.
    [[nodiscard]] Result<std::uint64_t> add(std::string_view kind, Buffer leaf);
    /// The transaction of the last add() calls has been committed: the leaves are staged.
    [[nodiscard]] Result<void> committed();
    /// Leaves of the open transaction.
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    /// The newest of them were undone: as many as `keep` stay.
    void abandon(std::size_t keep) { pending_.resize(std::min(keep, pending_.size())); }

    /// Brings all staged leaves under a checkpoint; answers its note.
    [[nodiscard]] Result<std::string> publish();
    [[nodiscard]] tlog::TileStore& tiles() { return tiles_; }
    [[nodiscard]] const tlog::TileStore& tiles() const { return tiles_; }

private:
    CustodyLog(Records& records, tlog::TileStore tiles, const Identity& identity)
        : records_(&records), tiles_(std::move(tiles)), identity_(&identity) {}
    [[nodiscard]] Result<void> compare();
    [[nodiscard]] Result<void> checkNote() const;
    [[nodiscard]] Result<void> checkOpening();
    [[nodiscard]] Result<void> begin(const core::Clock& clock);
    [[nodiscard]] Result<void> catchUp(std::uint64_t rows);

    Records* records_;
    tlog::TileStore tiles_;
    const Identity* identity_;
    std::vector<Buffer> pending_;
};

}  // namespace liuhen::vault
