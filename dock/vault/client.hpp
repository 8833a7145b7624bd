// SPDX-License-Identifier: Apache-2.0
// The dock's end of the vault's socket: one blocking call per verb.
#pragma once

#include "dock/vault/access_requests.hpp"
#include "dock/vault/retention.hpp"
#include "dock/vault/types.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace liuhen::vault {

class Stream;

/// A connection to the vault. Not thread-safe: one per thread; several may be open at once.
///
/// Errors of all calls: the vault's own, by their kind; Unavailable or DeadlineExceeded if it
/// cannot be reached. After those two, or DataLoss from a malformed answer, the connection is
/// closed and every call answers Unavailable: connect anew. Uploads outlive connections.
class Client {
public:
    /// `patience` is the longest wait for an answer; a commit of a long segment takes as long as
    /// reading it twice. `stopped` is asked several times a second during a wait: once it answers
    /// true, the call ends with Unavailable. It may be empty.
    [[nodiscard]] static Result<Client> connect(
        const std::string& socket,
        std::chrono::milliseconds patience = std::chrono::minutes(10),
        std::function<bool()> stopped = {});
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    [[nodiscard]] Result<Hello> hello();
    /// What is stored of a generation; the dock fetches the ledger from `next` on. Missing footage
    /// is listed from behind the seq `after`.
    [[nodiscard]] Result<Held> held(const std::string& device,
                                    std::uint64_t generation,
                                    std::optional<std::uint64_t> after = std::nullopt);
    /// Answers the receipt if the place is stored with that last entry; why nothing should be sent
    /// (quarantined, forked, again); else where the bytes should go on.
    /// Errors: ResourceExhausted if the vault's disk is too full for it.
    [[nodiscard]] Result<OfferAnswer> offer(const Offer& offer);
    /// Appends at `offset`, which must be where the upload stands; answers where it stands now.
    /// With `sync` the bytes are durable before the answer. Errors: FailedPrecondition for another
    /// offset, NotFound for an upload that was given up (offer again), Unavailable while another
    /// connection sends.
    [[nodiscard]] Result<std::uint64_t> bytes(const std::string& upload,
                                              std::uint64_t offset,
                                              ByteView bytes,
                                              bool sync);
    /// The same in pieces, in one request: beginBytes, then sendBytes until `length` bytes are
    /// gone, then endBytes. Who cannot send them all gives the connection up; the vault keeps what
    /// came.
    [[nodiscard]] Result<void> beginBytes(const std::string& upload,
                                          std::uint64_t offset,
                                          std::uint64_t length);
    [[nodiscard]] Result<void> sendBytes(ByteView bytes);
    [[nodiscard]] Result<std::uint64_t> endBytes();
    /// Checks, stores and receipts the whole upload. Errors: FailedPrecondition if bytes are
    /// missing.
    [[nodiscard]] Result<CommitAnswer> commit(const std::string& upload);
    /// The same in two steps, for who has something else to do meanwhile; no other call between.
    [[nodiscard]] Result<void> beginCommit(const std::string& upload);
    [[nodiscard]] Result<CommitAnswer> endCommit();
    /// The newest checkpoint, and the proof that it contains the log's tree of `oldSize` leaves.
    [[nodiscard]] Result<CheckpointAnswer> checkpoint(std::uint64_t oldSize);
    /// The same for a witness that the agency names: all of them are shown one tree for a while, so
    /// that their cosignatures meet on one note while the log grows.
    [[nodiscard]] Result<CheckpointAnswer> checkpointForWitness(std::uint64_t oldSize);
    /// Hands over the cosignature line of a recorder or of a witness that the agency names, for the
    /// newest checkpoint or for the log's tree of `size` leaves.
    [[nodiscard]] Result<CosignedAnswer> cosigned(const std::string& line,
                                                  std::optional<std::uint64_t> size = std::nullopt);
    /// Leaves of the log from an index on, at most `count` and as many as fit one answer; those
    /// under the newest checkpoint alone. None behind its end.
    [[nodiscard]] Result<LeavesAnswer> leaves(std::uint64_t from, std::uint64_t count);
    /// Answers the index of the leaf, which is durable; with `wait` it is under a checkpoint by
    /// then. After an error the leaf may be there all the same.
    [[nodiscard]] Result<std::uint64_t> incident(const Incident& incident, bool wait = false);
    [[nodiscard]] Result<Status> status();
    /// Asks a verb of access, for AccessClient; answers the answer's map.
    [[nodiscard]] Result<core::Cbor> ask(const AccessRequest& request);

    /// Places a hold on what a leaf tells of. Texts as wrongText() allows. Errors: NotFound for
    /// another subject. After an error that is none of the vault's the hold may stand all the same.
    [[nodiscard]] Result<HoldAnswer> placeHold(const Subject& subject,
                                               const std::string& reason,
                                               const std::string& by);
    /// `grant` names what two persons approved (docs/format/access.md section 4.2). Errors:
    /// NotFound if the hold does not stand; PermissionDenied with a refusedReason() if the grant is
    /// not for this.
    [[nodiscard]] Result<HoldAnswer> liftHold(const Digest& hold,
                                              const std::string& reason,
                                              const std::string& by,
                                              const std::optional<Digest>& grant = std::nullopt);
    /// Answers the index of the leaf. A shorter class than the one before needs a `grant`. Errors:
    /// NotFound for a subject that no leaf tells of, or a class that the vault's configuration does
    /// not name; PermissionDenied as of a lifting.
    [[nodiscard]] Result<std::uint64_t> setRetention(
        const Subject& subject,
        const std::string& classId,
        const std::string& by,
        const std::optional<Digest>& grant = std::nullopt);
    /// What stands, by leaf, from behind `after` on: one part of the list.
    [[nodiscard]] Result<HoldList> holds(std::optional<std::uint64_t> after = std::nullopt);
    [[nodiscard]] Result<RetentionList> retentions(
        std::optional<std::uint64_t> after = std::nullopt);

private:
    class Calls;
    explicit Client(std::unique_ptr<Calls> calls);
    std::unique_ptr<Calls> calls_;
};

}  // namespace liuhen::vault
