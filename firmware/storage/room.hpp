// SPDX-License-Identifier: Apache-2.0
// How much footage still fits on the card, and when that is little.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace liuhen::storage {

/// The level of room that the card has come to.
enum class StorageEvent {
    Low,   // little room is left, or there is a little again after Full
    Full,  // a recording would end at once; a press is refused
    Back,  // enough again
};

/// From when on room is little; both in footage at the configured bit rates.
struct RoomLimits {
    std::uint64_t bytesPerSecond = 0;  // of footage; 0: not known, only Full is told then
    std::chrono::seconds low = std::chrono::minutes(30);
    std::chrono::seconds release = std::chrono::minutes(60);  // receipted footage is freed below it
};

/// Judges free bytes. Pure; not thread-safe.
class Room {
public:
    Room(RoomLimits limits, std::uint64_t reserveBytes)
        : limits_(limits), reserveBytes_(reserveBytes) {}

    /// How long a recording would find room. `reserved`: the reserve is there, and so not among
    /// `freeBytes`. Nothing while the bit rate is not known.
    [[nodiscard]] std::optional<std::chrono::seconds> remaining(std::uint64_t freeBytes,
                                                                bool reserved) const;

    /// The level, if it is another one than at the last call; at first there is enough. It is
    /// enough again once a tenth more than `low` fits.
    [[nodiscard]] std::optional<StorageEvent> update(std::uint64_t freeBytes, bool reserved);

    [[nodiscard]] StorageEvent level() const { return level_; }
    /// Whether receipted footage should make room: from below `release` until a tenth more fits.
    [[nodiscard]] bool wantsRelease() const { return releasing_; }

private:
    [[nodiscard]] StorageEvent judge(std::uint64_t freeBytes, bool reserved) const;

    RoomLimits limits_;
    std::uint64_t reserveBytes_;
    StorageEvent level_ = StorageEvent::Back;
    bool releasing_ = false;
};

}  // namespace liuhen::storage
