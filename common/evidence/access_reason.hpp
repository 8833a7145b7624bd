// SPDX-License-Identifier: Apache-2.0
// Why something of access does not stand (docs/format/access.md section 4.1).
#pragma once

#include <string_view>

namespace liuhen::evidence {

/// Why a leaf of access should not stand (access.md section 4.1).
enum class AccessReason {
    Malformed,
    Signature,
    Replayed,
    Dismissed,
    OtherPerson,
    Request,
    Power,
    NotYet,
    Expired,
    Self,
    NoGrant,
    Ended,
    UsedUp,
    Span
};

/// "malformed", "signature", ... "used_up", "span".
[[nodiscard]] std::string_view name(AccessReason reason);
[[nodiscard]] bool isAccessReason(std::string_view text);

/// Whether leaves of this kind are judged by the book.
[[nodiscard]] bool isAccessKind(std::string_view kind);

}  // namespace liuhen::evidence
