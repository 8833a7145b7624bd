// SPDX-License-Identifier: Apache-2.0
// The messages on the vault's socket: requests and answers, one deterministic CBOR map each.
#pragma once

#include "common/core/cbor.hpp"
#include "dock/vault/access_requests.hpp"
#include "dock/vault/import_types.hpp"
#include "dock/vault/retention_messages.hpp"
#include "dock/vault/types.hpp"

#include <string>
#include <variant>

namespace liuhen::vault {

/// The longest message, without the four bytes of length before it.
inline constexpr std::size_t kMessageBytes = std::size_t{1} << 20U;
/// The longest chapter that is taken in; it is checked in memory.
inline constexpr std::uint64_t kChapterBytes = std::uint64_t{256} << 20U;

struct HelloRequest {};
struct HeldRequest {
    std::string device;
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> after;  // seq: only what is missing behind it is listed
};
struct OfferRequest {
    Offer offer;
};
/// `length` raw bytes follow the message.
struct BytesRequest {
    std::string upload;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool sync = false;
};
struct CommitRequest {
    std::string upload;
};
struct CheckpointRequest {
    std::uint64_t oldSize = 0;
    bool forWitness = false;
};
struct CosignedRequest {
    std::string line;
    std::optional<std::uint64_t> size{};  // of the tree; nothing: the newest checkpoint's
};
struct LeavesRequest {
    std::uint64_t from = 0;
    std::uint64_t count = 0;  // at most
};
struct IncidentRequest {
    Incident incident;
    bool wait = false;  // the answer comes when the leaf is under a checkpoint
};
struct StatusRequest {};

/// All that can be asked. There is no verb that changes or removes anything.
using Request = std::variant<HelloRequest,
                             HeldRequest,
                             OfferRequest,
                             BytesRequest,
                             CommitRequest,
                             CheckpointRequest,
                             CosignedRequest,
                             LeavesRequest,
                             IncidentRequest,
                             StatusRequest,
                             HoldPlaceRequest,
                             HoldLiftRequest,
                             HoldListRequest,
                             RetentionSetRequest,
                             RetentionListRequest,
                             ImportRequest,
                             ImportListRequest,
                             AccessRequest>;

/// Reads a request. Errors: DataLoss if it is no deterministic CBOR; InvalidArgument for an unknown
/// verb, a field too many, absent, of another type or out of bounds.
[[nodiscard]] Result<Request> parseRequest(ByteView message);
[[nodiscard]] Buffer encode(const Request& request);

/// An answer that is an error: `{error: kind, message: text}`.
[[nodiscard]] Buffer encodeError(const core::Error& error);
/// Reads an answer's map. Errors: the one that it carries; DataLoss if it is malformed.
[[nodiscard]] Result<core::Cbor> parseAnswer(ByteView message);

[[nodiscard]] core::Cbor toCbor(const Hello& hello);
[[nodiscard]] core::Cbor toCbor(const Held& held);
[[nodiscard]] core::Cbor toCbor(const OfferAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const CommitAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const CheckpointAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const CosignedAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const LeavesAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const Status& status);

/// Errors of all: DataLoss.
[[nodiscard]] Result<Hello> readHello(const core::Cbor& map);
[[nodiscard]] Result<Held> readHeld(const core::Cbor& map);
[[nodiscard]] Result<OfferAnswer> readOfferAnswer(const core::Cbor& map);
[[nodiscard]] Result<CommitAnswer> readCommitAnswer(const core::Cbor& map);
[[nodiscard]] Result<CheckpointAnswer> readCheckpointAnswer(const core::Cbor& map);
[[nodiscard]] Result<CosignedAnswer> readCosignedAnswer(const core::Cbor& map);
[[nodiscard]] Result<LeavesAnswer> readLeavesAnswer(const core::Cbor& map);
[[nodiscard]] Result<Status> readStatus(const core::Cbor& map);

/// An upload's name: 32 lower-case hex digits.
[[nodiscard]] bool isUploadName(std::string_view text);

}  // namespace liuhen::vault
