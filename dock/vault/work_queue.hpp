// SPDX-License-Identifier: Apache-2.0
// Group commit: what many threads want to add goes into one transaction and under one checkpoint.
#pragma once

#include "common/core/result.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace liuhen::vault {

using core::Result;

/// What one thread wants, and what became of it.
struct Work {
    /// Adds rows and leaves within the group's transaction; called by whichever thread leads the
    /// group while the owner waits. Empty: nothing is to be added.
    std::function<Result<void>()> add;
    /// Whether the owner waits for a checkpoint over what is there by then.
    bool publish = false;

    Result<void> added;         // durable if it is a value; else nothing of it is there
    Result<void> published;     // of the attempt to publish, where it was asked for
    std::exception_ptr thrown;  // by what was done for it; run() throws it
};

/// A queue of works. The thread that finds nobody at it leads: it takes what is waiting as one
/// group, in order of arrival, and does it for all. Thread-safe.
///
/// A leader waits a moment for those whom the group before let go, so that a round of many clients
/// stays one group; one client alone never waits.
class WorkQueue {
public:
    using Group = std::span<Work* const>;
    /// The most works of a group.
    static constexpr std::size_t kGroup = 128;

    /// How a group is done, by one thread at a time: `commit` settles `added` of each; `publish`,
    /// called only where somebody waits for it, is the answer to all of them.
    struct Steps {
        std::function<void(Group)> commit;
        std::function<Result<void>()> publish;
    };
    explicit WorkQueue(Steps steps);
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;
    ~WorkQueue() = default;

    /// Blocks until `work` is done: committed, and published if it asks for that. An exception of a
    /// step ends the wait of all whom it was for: each of them throws it.
    void run(Work& work);

    /// Works that no leader has taken yet.
    [[nodiscard]] std::size_t waiting();
    /// Whether a thread leads a group just now.
    [[nodiscard]] bool isLed();

private:
    struct Item {
        Work* work = nullptr;
        bool done = false;
    };
    using Lock = std::unique_lock<std::mutex>;

    void lead(Lock& lock);
    void take(Lock& lock);
    void doGroup(Lock& lock);
    /// Lets go of the group's items, or of those that wait for no checkpoint.
    void finish(bool all);

    Steps steps_;
    std::mutex mutex_;
    std::condition_variable arrived_;  // the leader waits for others
    std::condition_variable changed_;  // the others wait for the leader
    std::deque<Item*> waiting_;
    std::vector<Item*> items_;  // of the group that is being done, not finished
    std::vector<Work*> group_;  // all of it
    std::size_t lately_ = 0;    // works of the group before
    bool led_ = false;
};

}  // namespace liuhen::vault
