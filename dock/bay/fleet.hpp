// SPDX-License-Identifier: Apache-2.0
// All bays of a dock, a thread each.
#pragma once

#include "dock/bay/bay.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace liuhen::bay {

/// The most bays of one dock.
inline constexpr std::size_t kMaxBays = 32;

/// Runs its bays from construction on. To end it, ask the `Stop` of the parts; destruction waits.
class Fleet {
public:
    /// At most kMaxBays places. `parts` must outlive it.
    Fleet(ingest::DockParts& parts, const std::vector<ingest::BayPlace>& places, const Pace& pace);
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;
    ~Fleet();

    /// Whether every bay has ended.
    [[nodiscard]] bool ended() const { return running_ == 0; }
    /// Waits until every bay has ended, no longer than `span`.
    void waitForEnd(std::chrono::milliseconds span);
    [[nodiscard]] const std::vector<std::unique_ptr<Bay>>& bays() const { return bays_; }

private:
    std::vector<std::unique_ptr<Bay>> bays_;
    std::atomic<std::size_t> running_{0};
    std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<std::thread> threads_;
};

}  // namespace liuhen::bay
