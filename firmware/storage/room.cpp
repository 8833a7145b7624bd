// SPDX-License-Identifier: Apache-2.0
// Levels with some distance between down and up.
#include "firmware/storage/room.hpp"

#include <algorithm>

namespace liuhen::storage {

namespace {

constexpr int kTenths = 10;

/// Whether `left` is below `limit`, or was and is not clearly above it.
bool isBelow(std::chrono::seconds left, std::chrono::seconds limit, bool wasBelow) {
    return left < (wasBelow ? limit + limit / kTenths : limit);
}

}  // namespace

std::optional<std::chrono::seconds> Room::remaining(std::uint64_t freeBytes, bool reserved) const {
    if (limits_.bytesPerSecond == 0) {
        return std::nullopt;
    }
    const std::uint64_t kept = reserved ? 0 : std::min(reserveBytes_, freeBytes);
    const std::uint64_t seconds = (freeBytes - kept) / limits_.bytesPerSecond;
    return std::chrono::seconds(
        std::min<std::uint64_t>(seconds, std::chrono::seconds::max().count()));
}

StorageEvent Room::judge(std::uint64_t freeBytes, bool reserved) const {
    // Without its reserve a recording does not begin, and that is made with twice its size free.
    const std::uint64_t least =
        reserved ? std::max<std::uint64_t>(limits_.bytesPerSecond, 1) : 2 * reserveBytes_;
    if (freeBytes < least) {
        return StorageEvent::Full;
    }
    const auto left = remaining(freeBytes, reserved);
    const bool low = left && isBelow(*left, limits_.low, level_ != StorageEvent::Back);
    return low ? StorageEvent::Low : StorageEvent::Back;
}

std::optional<StorageEvent> Room::update(std::uint64_t freeBytes, bool reserved) {
    const auto left = remaining(freeBytes, reserved);
    const StorageEvent level = judge(freeBytes, reserved);
    releasing_ =
        level == StorageEvent::Full || (left && isBelow(*left, limits_.release, releasing_));
    if (level == level_) {
        return std::nullopt;
    }
    level_ = level;
    return level;
}

}  // namespace liuhen::storage
