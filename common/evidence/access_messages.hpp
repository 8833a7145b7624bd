// SPDX-License-Identifier: Apache-2.0
// Who may approve what: appointments and dismissals, signed by the agency's root
// (docs/format/access.md section 1).
#pragma once

#include "common/evidence/entry.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace liuhen::evidence {

/// A human being, as 32 random bytes.
using Person = Digest;

/// Bounds of what the root signs.
inline constexpr std::size_t kMaxCredentialBytes = 1023;
inline constexpr std::size_t kMaxHostBytes = 253;

/// Whether a person can be given this power: copy, emergency, hold, inspect, paper, retention,
/// view.
[[nodiscard]] bool isPower(std::string_view text);

/// The instants t with `fromUs` <= t < `untilUs`, UTC microseconds.
struct TimeSpan {
    std::int64_t fromUs = 0;
    std::int64_t untilUs = 0;

    bool operator==(const TimeSpan&) const = default;
};

/// A person's authenticator, and what may be approved with it.
struct Appointment {
    std::string vault;  // origin of the log it is for
    Person person{};
    std::set<std::string> powers;  // at least one
    TimeSpan time;
    Buffer credential;
    Buffer key;  // the point `04 ‖ x ‖ y`
    std::string rp;
    std::string origin;  // of the page

    /// The message, by the agency's root.
    [[nodiscard]] Buffer sign(const crypto::PrivateKey& rootKey) const;
    /// Errors: DataLoss if malformed.
    [[nodiscard]] static Result<Appointment> parse(ByteView message);
};

/// The end of a person's appointments, or of those of one credential.
struct Dismissal {
    std::string vault;
    Person person{};
    std::optional<Buffer> credential;  // nothing: all of the person's
    std::int64_t atUs = 0;

    [[nodiscard]] Buffer sign(const crypto::PrivateKey& rootKey) const;
    /// Errors: DataLoss if malformed.
    [[nodiscard]] static Result<Dismissal> parse(ByteView message);
};

/// Whether the agency's root signed an appointment or a dismissal.
[[nodiscard]] bool isByRoot(ByteView message, const crypto::PublicKey& rootKey);

}  // namespace liuhen::evidence
