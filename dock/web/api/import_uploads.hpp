// SPDX-License-Identifier: Apache-2.0
// Files that come from a browser piece by piece and go straight on to the vault as imports.
#pragma once

#include "common/core/clock.hpp"
#include "common/crypto/digest.hpp"
#include "common/evidence/access_leaves.hpp"
#include "dock/vault/import_client.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace liuhen::web {

using core::Result;

/// The longest piece of a file in one request.
inline constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;
/// The longest file: the vault reads it back within the time that browsers wait for an answer.
inline constexpr std::uint64_t kUploadBytes = std::uint64_t{32} << 30U;

/// Uploads that go on, in memory alone: a restart of the dock ends them, and nothing of them is
/// kept. Each has a connection to the vault of its own; no byte is kept here. Thread-safe.
class ImportUploads {
public:
    /// `clock` must outlive it.
    ImportUploads(std::string socket, const core::Clock& clock)
        : socket_(std::move(socket)), clock_(&clock) {}

    /// Begins an upload of somebody, which ends the one that they had begun before; answers its
    /// name, 64 hex digits. Errors: FailedPrecondition if too many are open, or the vault is at
    /// theirs just now; those of ImportClient.
    [[nodiscard]] Result<std::string> begin(const evidence::Person& person,
                                            const vault::ImportRequest& request);
    /// Hands on the piece from `offset` on; answers where the next one begins. Blocks for the
    /// vault. Errors: NotFound if there is no such upload of this person, or it was given up;
    /// FailedPrecondition for another offset or more bytes than were declared, the upload standing
    /// as it did; those of ImportClient, the upload being given up.
    [[nodiscard]] Result<std::uint64_t> append(const evidence::Person& person,
                                               const std::string& name,
                                               std::uint64_t offset,
                                               core::ByteView bytes);
    /// Ends an upload whose bytes are all there; it is kept, durable and under a checkpoint.
    /// Errors: as append(); FailedPrecondition if bytes are missing; DataLoss if the vault read
    /// back other bytes than came here.
    [[nodiscard]] Result<vault::ImportAnswer> finish(const evidence::Person& person,
                                                     const std::string& name);

private:
    struct Upload {
        Upload(vault::ImportClient connected, std::uint64_t bytes)
            : client(std::move(connected)), sizeBytes(bytes) {}

        std::mutex mutex;  // of all below
        vault::ImportClient client;
        std::uint64_t sizeBytes;
        std::uint64_t at = 0;
        crypto::Sha256 hash;
        bool over = false;
    };
    struct Open {
        std::shared_ptr<Upload> upload;
        std::string name;
        core::Nanoseconds usedAt{};
    };
    [[nodiscard]] std::shared_ptr<Upload> find(const evidence::Person& person,
                                               const std::string& name);
    void drop(const evidence::Person& person, const std::string& name);

    std::string socket_;
    const core::Clock* clock_;
    std::mutex mutex_;
    std::map<evidence::Person, Open> open_;  // under mutex_
};

}  // namespace liuhen::web
