// SPDX-License-Identifier: Apache-2.0
// What a vault answers about requests for evidence, views and copies (docs/format/access.md).
#pragma once

#include "dock/vault/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::vault {

/// Bytes of a clear file that one answer holds at most.
inline constexpr std::size_t kMostReadBytes = std::size_t{512} << 10U;
/// Parts that one answer lists at most.
inline constexpr std::size_t kMostListedParts = 10'000;
/// Segments that one view or copy opens at most: about 66 hours.
inline constexpr std::size_t kMostOpenedSegments = 4'000;
/// About so far apart key frames are looked for: to find each, all of the footage would be read.
inline constexpr std::uint64_t kKeysApartNs = 2'000'000'000;

/// The device of an access to an imported object, which was of none (docs/format/access.md section
/// 2).
inline constexpr std::string_view kImportDevice = "import";

/// A request as it was logged: what an approver signs names both hashes.
struct Asked {
    Digest request{};
    Digest leaf{};  // leaf hash
    std::uint64_t index = 0;
};

/// One segment of an open view.
struct OpenedSegment {
    std::uint64_t segment = 0;
    std::uint64_t storedBytes = 0;
    std::uint64_t fromNs = 0;  // media time of its first part
};

/// A view or copy whose leaf is under a checkpoint.
struct Opened {
    Digest use{};
    std::uint64_t index = 0;  // of the leaf
    std::int64_t untilUs = 0;
    std::vector<OpenedSegment> segments;  // by number; one of number 0 if an object was asked for
};

/// One part of a clear file.
struct ListedPart {
    std::uint64_t offset = 0;  // of its `moof`
    std::uint64_t sizeBytes = 0;
    std::uint64_t fromNs = 0;  // media time of its picture, else of its sound
    std::uint64_t toNs = 0;
    /// Whether it begins with a key frame; one without a picture does not. Looked for where a
    /// player has to begin, in the first part that is listed and in one that does not follow the
    /// one before it; then from about kKeysApartNs behind a key frame on, until there is one. Once
    /// the distance of two is known in a view it is relied on: encoders give them evenly. Nothing:
    /// not looked for.
    std::optional<bool> key;

    bool operator==(const ListedPart&) const = default;
};

/// A segment's clear file as far as it lies in the span: `ftyp moov`, then parts.
struct ListedParts {
    std::uint64_t sizeBytes = 0;  // of the clear file
    std::uint64_t initBytes = 0;
    std::string codecs;             // RFC 6381; "" of a photo, and of an object
    std::vector<ListedPart> parts;  // from the one asked for on
    bool more = false;
};

/// Some bytes of a clear file.
struct ReadBytes {
    Buffer bytes;  // fewer than asked for at the end alone, and where the answer would be too long
    std::uint64_t sizeBytes = 0;  // of the clear file
};

/// The message of an error of a call that was refused begins so; the reason follows, then ": ".
inline constexpr const char* kAccessRefused = "access refused: ";
/// The reason of such an error, as docs/format/access.md section 4.1 names it; nothing of others.
[[nodiscard]] std::optional<std::string> refusedReason(const core::Error& error);

}  // namespace liuhen::vault
