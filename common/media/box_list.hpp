// SPDX-License-Identifier: Apache-2.0
// Finds the whole boxes of a file by their headers, for recovery, checking and indexes.
#pragma once

#include "common/media/box.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace liuhen::media {

/// Fills as much of `into` as the source has from `offset` on; answers how many bytes, as
/// core::File::readAt.
using ReadAt =
    std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> into)>;

/// Where a box stands in a file.
struct BoxPlace {
    std::uint32_t type = 0;
    UserType userType{};       // zeros unless type is uuid
    std::uint64_t offset = 0;  // of the first header byte
    std::uint64_t size = 0;    // header included
    std::size_t headerBytes = 0;

    [[nodiscard]] std::uint64_t end() const { return offset + size; }
    [[nodiscard]] bool operator==(const BoxPlace&) const = default;
};

/// Lists the top-level boxes from offset 0 to the first that is cut off or is no box.
///
/// Reads headers only, at most 32 bytes per box. The file ends clean where the last box's end() is
/// `fileSize`; what lies behind it is a torn tail or foreign.
/// Errors: ResourceExhausted for more than `maxBoxes`; what `read` answers.
[[nodiscard]] Result<std::vector<BoxPlace>> listBoxes(const ReadAt& read,
                                                      std::uint64_t fileSize,
                                                      std::size_t maxBoxes);

/// Where the listed boxes end: the size to which a torn file is trimmed. 0 for none.
[[nodiscard]] std::uint64_t endOf(const std::vector<BoxPlace>& boxes);

/// Reads exactly `into.size()` bytes. Errors: DataLoss if the source ends first; what `read`
/// answers.
[[nodiscard]] Result<void> readExactly(const ReadAt& read,
                                       std::uint64_t offset,
                                       std::span<std::uint8_t> into);

}  // namespace liuhen::media
