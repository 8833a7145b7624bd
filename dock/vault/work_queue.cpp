// SPDX-License-Identifier: Apache-2.0
// Who leads, who waits, and for how long.
#include "dock/vault/work_queue.hpp"

#include <algorithm>
#include <chrono>

namespace liuhen::vault {

namespace {

/// How long those who were let go together are waited for: about a sync.
constexpr std::chrono::milliseconds kGathering{2};

}  // namespace

WorkQueue::WorkQueue(Steps steps) : steps_(std::move(steps)) {
    // So that a group once taken cannot fail for want of memory here.
    items_.reserve(kGroup);
    group_.reserve(kGroup);
}

void WorkQueue::run(Work& work) {
    Item item;
    item.work = &work;
    Lock lock(mutex_);
    waiting_.push_back(&item);
    arrived_.notify_one();
    while (!item.done) {
        if (led_) {
            changed_.wait(lock);
        } else {
            lead(lock);
        }
    }
    if (work.thrown) {
        std::rethrow_exception(work.thrown);
    }
}

std::size_t WorkQueue::waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

bool WorkQueue::isLed() {
    const std::lock_guard lock(mutex_);
    return led_;
}

void WorkQueue::lead(Lock& lock) {
    led_ = true;
    take(lock);
    try {
        doGroup(lock);
    } catch (...) {
        if (!lock.owns_lock()) {
            lock.lock();
        }
        for (Item* item : items_) {
            item->work->thrown = std::current_exception();
        }
        finish(true);
    }
    led_ = false;
    changed_.notify_all();
}

void WorkQueue::take(Lock& lock) {
    const std::size_t expected = std::min(lately_, kGroup);
    arrived_.wait_for(lock, kGathering, [&] { return waiting_.size() >= expected; });
    group_.clear();
    while (!waiting_.empty() && items_.size() < kGroup) {
        items_.push_back(waiting_.front());
        group_.push_back(waiting_.front()->work);
        waiting_.pop_front();
    }
    lately_ = items_.size();
}

void WorkQueue::doGroup(Lock& lock) {
    lock.unlock();
    steps_.commit(group_);
    lock.lock();
    finish(false);
    if (items_.empty()) {
        return;
    }
    lock.unlock();
    const Result<void> published = steps_.publish();
    lock.lock();
    for (Item* item : items_) {
        item->work->published = published;
    }
    finish(true);
}

void WorkQueue::finish(bool all) {
    // What is finished is its owner's again, and no more ours to look at.
    std::erase_if(items_, [all](Item* item) {
        item->done = all || !item->work->publish;
        return item->done;
    });
    changed_.notify_all();
}

}  // namespace liuhen::vault
