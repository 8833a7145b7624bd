// SPDX-License-Identifier: Apache-2.0
// Asking a vault for access to evidence.
#pragma once

#include "dock/vault/access_requests.hpp"
#include "dock/vault/client.hpp"

namespace liuhen::vault {

/// Calls over one connection, which must outlive it and is nobody else's meanwhile.
///
/// Errors of all: those of Client; PermissionDenied with a refusedReason() if the vault's rule does
/// not allow it (docs/format/access.md); such refusals are logged.
class AccessClient {
public:
    explicit AccessClient(Client& client) : client_(client) {}

    /// Presents an appointment that the agency's root signed; answers the leaf's index.
    [[nodiscard]] Result<std::uint64_t> appoint(Buffer message);
    [[nodiscard]] Result<std::uint64_t> dismiss(Buffer message);
    /// Logs a request, under a checkpoint by then; `body.request` is not looked at.
    [[nodiscard]] Result<Asked> request(evidence::RequestBody body);
    /// Presents an approval with its signatures; answers the leaf's index.
    [[nodiscard]] Result<std::uint64_t> approve(evidence::SignedApproval approval);
    /// Logs a view or copy and opens what it covers; `body.use` is not looked at. Errors: NotFound
    /// if nothing of the subject is stored.
    [[nodiscard]] Result<Opened> use(evidence::UseBody body);
    /// Parts of a segment of an open view or copy. Errors: NotFound if it is not open any more, or
    /// has no such segment.
    [[nodiscard]] Result<ListedParts> parts(const Digest& use,
                                            std::uint64_t segment,
                                            std::uint64_t first = 0);
    /// Bytes of a segment's clear file. Errors: as parts(); FailedPrecondition if the vault has no
    /// key for it; DataLoss if what is stored is damaged.
    [[nodiscard]] Result<ReadBytes> read(const Digest& use,
                                         std::uint64_t segment,
                                         std::uint64_t offset,
                                         std::uint64_t length);
    /// Ends a grant before its time; answers the leaf's index.
    [[nodiscard]] Result<std::uint64_t> end(const Digest& grant, const Digest& by);

private:
    Client& client_;
};

}  // namespace liuhen::vault
