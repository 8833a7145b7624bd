// SPDX-License-Identifier: Apache-2.0
// What a log says of requests, uses, and of holds and classes (docs/format/access.md sections 2,
// 4).
#pragma once

#include "common/evidence/access_messages.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace liuhen::evidence {

/// Recordings, a stretch of one, or one object.
struct AccessSubject {
    std::string device;
    std::optional<std::uint64_t> generation;  // nothing: all of the device's
    std::optional<std::uint64_t> recording;   // nothing: all; given only with a generation
    std::optional<Digest> object;             // then there is no recording
    /// Nanoseconds of media time, the second exclusive; nothing: all of the recording.
    std::optional<std::pair<std::uint64_t, std::uint64_t>> span;

    /// The order means nothing.
    auto operator<=>(const AccessSubject&) const = default;
    /// Whether all of this is part of `other` (section 2).
    [[nodiscard]] bool liesIn(const AccessSubject& other) const;
    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<AccessSubject> fromCbor(const Cbor& map);
};

/// Whether a request can be for it: view, copy, inspect, hold, retention.
[[nodiscard]] bool isPurpose(std::string_view text);
/// Whether two must sign what grants it (docs/format/access.md section 3): hold, retention.
[[nodiscard]] bool needsTwo(std::string_view purpose);

/// The body of a `request` leaf.
struct RequestBody {
    Digest request{};  // 32 random bytes that name it
    std::string purpose;
    std::vector<AccessSubject> subjects;  // 1 to 64
    Person by{};
    Digest reason{};                   // a commitment
    std::optional<Digest> caseNumber;  // likewise
    bool emergency = false;

    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<RequestBody> fromCbor(const Cbor& body);
};
inline constexpr std::size_t kMaxSubjects = 64;

/// The body of a `view` or `copy` leaf.
struct UseBody {
    bool copy = false;
    Digest use{};  // 32 random bytes that name it
    Digest grant{};
    Person by{};
    AccessSubject subject;  // of one recording or object

    [[nodiscard]] std::string_view kind() const { return copy ? "copy" : "view"; }
    [[nodiscard]] Cbor toCbor() const;
    /// `kind` of the leaf says which. Errors: DataLoss.
    [[nodiscard]] static Result<UseBody> fromCbor(std::string_view kind, const Cbor& body);
};

/// The body of a `grant.ended` leaf.
struct GrantEndedBody {
    Digest grant{};
    Person by{};

    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<GrantEndedBody> fromCbor(const Cbor& body);
};

/// What the rule of access reads of a `hold.placed` or `hold.lifted` leaf.
struct HoldBody {
    Digest hold{};                // its name
    AccessSubject subject;        // a recording or an object of one generation
    std::optional<Digest> grant;  // of a lifting

    /// `lifts` says which of the two. Errors: DataLoss.
    [[nodiscard]] static Result<HoldBody> fromCbor(const Cbor& body, bool lifts);
};

/// What the rule of access reads of a `retention` leaf.
struct RetentionBody {
    AccessSubject subject;                // as of a hold
    std::optional<std::uint64_t> months;  // at least so long; nothing: for ever
    std::optional<Digest> grant;

    /// Errors: DataLoss.
    [[nodiscard]] static Result<RetentionBody> fromCbor(const Cbor& body);
};

/// Whether a class keeps for less time than another; both in months, nothing: for ever.
[[nodiscard]] bool isShorter(const std::optional<std::uint64_t>& months,
                             const std::optional<std::uint64_t>& than);

/// The body of an `access.refused` leaf.
struct RefusedBody {
    std::string what;  // a purpose, "approval", "appointment", "dismissal"
    std::optional<Person> by;
    std::string reason;  // as name(AccessReason)

    [[nodiscard]] Cbor toCbor() const;
    /// Errors: DataLoss.
    [[nodiscard]] static Result<RefusedBody> fromCbor(const Cbor& body);
};

}  // namespace liuhen::evidence
