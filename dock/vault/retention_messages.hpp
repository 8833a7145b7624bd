// SPDX-License-Identifier: Apache-2.0
// Requests and answers about holds and retention classes; messages.hpp has the others.
#pragma once

#include "common/core/cbor.hpp"
#include "dock/vault/retention.hpp"

namespace liuhen::vault {

struct HoldPlaceRequest {
    Subject subject;
    std::string reason;
    std::string by;
};
struct HoldLiftRequest {
    Digest hold{};
    std::string reason;
    std::string by;
    std::optional<Digest> grant = std::nullopt;  // an approval of two persons (access.md)
};
/// Lists go by leaf, from behind `after` on.
struct HoldListRequest {
    std::optional<std::uint64_t> after;
};
struct RetentionSetRequest {
    Subject subject;
    std::string classId;
    std::string by;
    std::optional<Digest> grant = std::nullopt;  // as of a lifting; for a shorter class alone
};
struct RetentionListRequest {
    std::optional<std::uint64_t> after;
};

/// Read a request of a known verb. Errors of all: InvalidArgument, with the field; DataLoss for a
/// field that is absent or of another type.
[[nodiscard]] Result<HoldPlaceRequest> readHoldPlace(const core::Cbor& map);
[[nodiscard]] Result<HoldLiftRequest> readHoldLift(const core::Cbor& map);
[[nodiscard]] Result<HoldListRequest> readHoldList(const core::Cbor& map);
[[nodiscard]] Result<RetentionSetRequest> readRetentionSet(const core::Cbor& map);
[[nodiscard]] Result<RetentionListRequest> readRetentionList(const core::Cbor& map);

[[nodiscard]] core::Cbor toCbor(const HoldPlaceRequest& request);
[[nodiscard]] core::Cbor toCbor(const HoldLiftRequest& request);
[[nodiscard]] core::Cbor toCbor(const HoldListRequest& request);
[[nodiscard]] core::Cbor toCbor(const RetentionSetRequest& request);
[[nodiscard]] core::Cbor toCbor(const RetentionListRequest& request);

[[nodiscard]] core::Cbor toCbor(const HoldAnswer& answer);
[[nodiscard]] core::Cbor toCbor(const HoldList& list);
[[nodiscard]] core::Cbor toCbor(const RetentionList& list);

/// Errors of all: DataLoss.
[[nodiscard]] Result<HoldAnswer> readHoldAnswer(const core::Cbor& map);
[[nodiscard]] Result<HoldList> readHolds(const core::Cbor& map);
[[nodiscard]] Result<RetentionList> readRetentions(const core::Cbor& map);

}  // namespace liuhen::vault
