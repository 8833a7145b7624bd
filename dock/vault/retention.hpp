// SPDX-License-Identifier: Apache-2.0
// Holds and retention classes as the vault and those who speak with it call them (docs/format
// custody.md section 7). They say what is to be kept, and remove nothing.
#pragma once

#include "common/evidence/commitment.hpp"
#include "dock/vault/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::vault {

using evidence::CommittedText;

/// What a hold or a class is of. Exactly one of `recording` and `object` is there.
struct Subject {
    std::string device;
    std::uint64_t generation = 0;
    std::optional<std::uint64_t> recording;  // all that is stored of it, then and later
    std::optional<Digest> object;

    bool operator==(const Subject&) const = default;
};

/// "recording 17 of CAM-1, generation 0", for people.
[[nodiscard]] std::string describe(const Subject& subject);

/// What a class of the configuration means.
struct RetentionClass {
    std::string id;                       // as leaves name it; isClassName
    std::string name;                     // for people, in their language
    std::optional<std::uint64_t> months;  // at least so long; nothing: for ever

    bool operator==(const RetentionClass&) const = default;
};

inline constexpr std::size_t kClassNameBytes = 64;
inline constexpr std::size_t kMaxClasses = 32;

/// 1 to 64 of `a-z 0-9 . _ -`.
[[nodiscard]] bool isClassName(std::string_view text);
/// The periods of archives law, for a vault whose configuration names no classes: 10 and 30 years,
/// and for ever.
[[nodiscard]] std::vector<RetentionClass> archiveClasses();

/// What is wrong with a text that a leaf is to commit to, "" if nothing: it has 1 to
/// evidence::kMaxCommittedBytes bytes of UTF-8 and no control characters, so that it can be shown
/// anywhere.
[[nodiscard]] std::string wrongText(std::string_view text);

/// A hold that stands.
struct Hold {
    std::uint64_t leaf = 0;  // its hold.placed
    std::int64_t placedUs = 0;
    Digest hold{};  // its name
    Subject subject;
    CommittedText reason;
    CommittedText by;
};

/// The class that a subject has.
struct Retention {
    std::uint64_t leaf = 0;  // the newest of the subject
    std::int64_t setUs = 0;
    Subject subject;
    std::string classId;  // may be one that the configuration does not name any more
    CommittedText by;
};

/// At most so many of a list in one answer: each may have two texts.
inline constexpr std::size_t kListedHolds = 64;

/// A part of a list, by leaf. Others come behind leaf `more`, to be asked for with it.
struct HoldList {
    std::vector<Hold> holds;
    std::optional<std::uint64_t> more;
};
struct RetentionList {
    std::vector<RetentionClass> classes;  // of the configuration
    std::vector<Retention> set;
    std::optional<std::uint64_t> more;
};

/// A hold that was placed or lifted just now.
struct HoldAnswer {
    Digest hold{};
    Subject subject;
    std::uint64_t leaf = 0;  // that tells of it
};

}  // namespace liuhen::vault
