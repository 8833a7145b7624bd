// SPDX-License-Identifier: Apache-2.0
// What the vault does when nobody asks: it copies what the second copy lacks, and reads all copies.
#pragma once

#include "dock/vault/vault.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace liuhen::vault {

/// Bounds of the work in the background.
struct HousekeepingLimits {
    std::uint64_t copyBytesPerSecond = 0;   // above 0
    std::uint64_t scrubBytesPerSecond = 0;  // 0: the copies are not read
};

/// A thread of its own for a vault's background work. Reading takes at most a quarter of the time,
/// nearly stands still while bytes come in, and a pass through all begins once a week at most.
class Housekeeping {
public:
    /// `vault` must outlive it.
    Housekeeping(Vault& vault, const HousekeepingLimits& limits);
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;
    /// Ends the work within a piece of it.
    ~Housekeeping();

private:
    void run();
    /// Each answers whether there may be more to do at once.
    [[nodiscard]] bool copy();
    [[nodiscard]] bool scrub();
    [[nodiscard]] bool scrubIsDue();
    /// False if it is to end.
    [[nodiscard]] bool wait(std::chrono::nanoseconds span);
    [[nodiscard]] bool giveWay();

    Vault& vault_;
    const HousekeepingLimits limits_;
    std::string told_;
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace liuhen::vault
