// SPDX-License-Identifier: Apache-2.0
// Tests of the queue: who is done with whom, in which order, and what an error or exception ends.
#include "dock/vault/work_queue.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("vault/work_queue");

namespace liuhen::vault::test {

namespace {

/// A door that a step stands before until it is opened.
class Door {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [this] { return open_; });
    }
    void open() {
        {
            const std::lock_guard lock(mutex_);
            open_ = true;
        }
        moved_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    bool open_ = false;
};

Work adding(
    std::function<Result<void>()> add = [] { return Result<void>(); }, bool publish = false) {
    Work work;
    work.add = std::move(add);
    work.publish = publish;
    return work;
}

/// As a vault does it, without a database.
void addAll(WorkQueue::Group group) {
    for (Work* work : group) {
        work->added = work->add();
    }
}

void await(WorkQueue& queue, std::size_t waiting) {
    while (queue.waiting() < waiting) {
        std::this_thread::yield();
    }
}

}  // namespace

TEST_CASE("who comes while a group is done is the next group, in order of arrival") {
    constexpr std::size_t kMore = 40;
    Door door;
    std::vector<std::size_t> groups;
    int checkpoints = 0;
    WorkQueue queue({[&](WorkQueue::Group group) {
                         if (groups.empty()) {
                             door.pass();
                         }
                         groups.push_back(group.size());
                         addAll(group);
                     },
                     [&] {
                         ++checkpoints;
                         return Result<void>();
                     }});
    std::vector<std::size_t> order;
    std::vector<std::thread> threads;
    const auto run = [&](std::size_t number) {
        threads.emplace_back([&, number] {
            Work work = adding(
                [&, number] {
                    order.push_back(number);
                    return Result<void>();
                },
                true);
            queue.run(work);
        });
    };
    run(0);
    while (queue.waiting() > 0 || !queue.isLed()) {
        std::this_thread::yield();
    }
    for (std::size_t i = 1; i <= kMore; ++i) {
        run(i);
        await(queue, i);
    }
    door.open();
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(groups == std::vector<std::size_t>{1, kMore});
    CHECK(checkpoints == 2);
    REQUIRE(order.size() == kMore + 1);
    for (std::size_t i = 0; i < order.size(); ++i) {
        CHECK(order[i] == i);
    }
}

TEST_CASE("a group has a bound, and whoever is beyond it is done too") {
    Door door;
    bool first = true;
    std::size_t largest = 0;
    WorkQueue queue({[&](WorkQueue::Group group) {
                         if (std::exchange(first, false)) {
                             door.pass();
                         }
                         largest = std::max(largest, group.size());
                         addAll(group);
                     },
                     [] { return Result<void>(); }});
    std::atomic<std::size_t> done{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < WorkQueue::kGroup + 20; ++i) {
        threads.emplace_back([&] {
            Work work = adding();
            queue.run(work);
            ++done;
        });
    }
    await(queue, WorkQueue::kGroup + 10);
    door.open();
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(done == WorkQueue::kGroup + 20);
    CHECK(largest == WorkQueue::kGroup);
}

TEST_CASE("whoever waits for no checkpoint is let go before it, and meets none of its errors") {
    Door first;
    Door gone;
    bool begun = false;
    WorkQueue queue({[&](WorkQueue::Group group) {
                         if (!std::exchange(begun, true)) {
                             first.pass();
                         }
                         addAll(group);
                     },
                     [&]() -> Result<void> {
                         gone.pass();  // for ever, if nobody were let go
                         return core::fail(core::ErrorKind::ResourceExhausted, "full");
                     }});
    std::thread opener([&] {
        Work work = adding();
        queue.run(work);
    });
    while (queue.waiting() > 0 || !queue.isLed()) {
        std::this_thread::yield();
    }
    Work waits = adding([] { return Result<void>(); }, true);
    std::thread patient([&] { queue.run(waits); });
    await(queue, 1);
    std::array<Work, 2> going = {adding(), adding()};  // at most one of them leads
    const auto go = [&](Work& work) {
        queue.run(work);
        gone.open();
    };
    std::thread hasty([&] { go(going[0]); });
    std::thread other([&] { go(going[1]); });
    await(queue, 3);
    first.open();
    for (std::thread* thread : {&opener, &patient, &hasty, &other}) {
        thread->join();
    }
    for (const Work& work : going) {
        CHECK(work.added);
        CHECK(work.published);
    }
    CHECK(waits.added);  // it is durable all the same
    REQUIRE_FALSE(waits.published);
    CHECK(waits.published.error().kind == core::ErrorKind::ResourceExhausted);
}

TEST_CASE("an exception of a step reaches all whom it was for, and the next group is done") {
    int failures = 2;
    WorkQueue queue({[&](WorkQueue::Group group) {
                         if (failures-- > 0) {
                             throw std::bad_alloc();
                         }
                         addAll(group);
                     },
                     [] { return Result<void>(); }});
    for (int i = 0; i < 2; ++i) {
        Work work = adding();
        CHECK_THROWS_AS(queue.run(work), std::bad_alloc);
    }
    bool added = false;
    Work work = adding([&] {
        added = true;
        return Result<void>();
    });
    queue.run(work);
    CHECK(added);
}

}  // namespace liuhen::vault::test

TEST_SUITE_END();
