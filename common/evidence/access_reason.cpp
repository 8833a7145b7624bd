// SPDX-License-Identifier: Apache-2.0
// Reasons and kinds by name.
#include "common/evidence/access_reason.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace liuhen::evidence {

namespace {

using enum AccessReason;

constexpr std::array<std::pair<AccessReason, std::string_view>, 14> kReasons = {
    {{Malformed, "malformed"},
     {Signature, "signature"},
     {Replayed, "replayed"},
     {Dismissed, "dismissed"},
     {OtherPerson, "person"},
     {Request, "request"},
     {Power, "power"},
     {NotYet, "not_yet"},
     {Expired, "expired"},
     {Self, "self"},
     {NoGrant, "no_grant"},
     {Ended, "ended"},
     {UsedUp, "used_up"},
     {Span, "span"}}};

}  // namespace

std::string_view name(AccessReason reason) {
    const auto* const found =
        std::find_if(kReasons.begin(), kReasons.end(), [reason](const auto& row) {
            return row.first == reason;
        });
    return found == kReasons.end() ? "" : found->second;
}

bool isAccessReason(std::string_view text) {
    return std::any_of(
        kReasons.begin(), kReasons.end(), [text](const auto& row) { return row.second == text; });
}

bool isAccessKind(std::string_view kind) {
    constexpr std::string_view kKinds[] = {"appointment",
                                           "dismissal",
                                           "request",
                                           "approval",
                                           "view",
                                           "copy",
                                           "access.refused",
                                           "grant.ended"};
    return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

}  // namespace liuhen::evidence
