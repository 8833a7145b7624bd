// SPDX-License-Identifier: Apache-2.0
// The verbs of access to evidence on the vault's socket.
#pragma once

#include "common/evidence/access_approval.hpp"
#include "common/evidence/access_leaves.hpp"
#include "dock/vault/access_types.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace liuhen::vault {

/// `appoint` and `dismiss`: a message that the agency's root signed.
struct PresentRequest {
    bool dismissal = false;
    Buffer message;
};
/// `request`: all of it but its name, which the vault draws.
struct AskRequest {
    evidence::RequestBody body;
};
/// `approve`.
struct ApproveRequest {
    evidence::SignedApproval approval;
};
/// `view` and `copy`; the vault draws the name.
struct UseRequest {
    evidence::UseBody body;
};
/// `parts`: from which part on.
struct PartsRequest {
    Digest use{};
    std::uint64_t segment = 0;
    std::uint64_t first = 0;
};
/// `read`: at most kMostReadBytes.
struct ReadRequest {
    Digest use{};
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};
/// `end`: a grant is given back, or taken back.
struct EndRequest {
    evidence::GrantEndedBody body;
};

using AccessRequest = std::variant<PresentRequest,
                                   AskRequest,
                                   ApproveRequest,
                                   UseRequest,
                                   PartsRequest,
                                   ReadRequest,
                                   EndRequest>;

/// Reads a request of one of these verbs; nothing for another verb. Errors: as parseRequest.
[[nodiscard]] Result<std::optional<AccessRequest>> readAccessRequest(std::string_view verb,
                                                                     const core::Cbor& map);
[[nodiscard]] core::Cbor toCbor(const AccessRequest& request);

[[nodiscard]] core::Cbor toCbor(const Asked& answer);
[[nodiscard]] core::Cbor toCbor(const Opened& answer);
[[nodiscard]] core::Cbor toCbor(const ListedParts& answer);
[[nodiscard]] core::Cbor toCbor(const ReadBytes& answer);

/// Errors of all: DataLoss.
[[nodiscard]] Result<Asked> readAsked(const core::Cbor& map);
[[nodiscard]] Result<Opened> readOpened(const core::Cbor& map);
[[nodiscard]] Result<ListedParts> readListedParts(const core::Cbor& map);
[[nodiscard]] Result<ReadBytes> readReadBytes(const core::Cbor& map);

}  // namespace liuhen::vault
