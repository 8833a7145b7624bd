// SPDX-License-Identifier: Apache-2.0
// Queue and loop of the writer thread.
#include "firmware/recorder/writer_thread.hpp"

#include <chrono>

namespace liuhen::recorder {

namespace {

constexpr auto kTick = std::chrono::milliseconds(50);

}  // namespace

WriterThread::WriterThread(std::unique_ptr<Recorder> recorder, AskHealth askHealth)
    : recorder_(std::move(recorder)), askHealth_(std::move(askHealth)) {
    thread_ = std::thread([this] { run(); });
}

WriterThread::~WriterThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
}

void WriterThread::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
    }
    arrived_.notify_one();
}

void WriterThread::run() {
    auto nextTick = std::chrono::steady_clock::now();
    for (;;) {
        std::deque<Task> taken;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait_until(lock, nextTick, [this] { return stopping_ || !tasks_.empty(); });
            taken.swap(tasks_);
            if (taken.empty() && stopping_) {
                return;
            }
        }
        for (Task& task : taken) {
            task(*recorder_);
            task = nullptr;  // a unit's bytes go back to the encoder at once
        }
        const auto now = std::chrono::steady_clock::now();
        if (now >= nextTick) {
            const Health health = askHealth_();
            recorder_->tick(health.batteryPercent, health.freeBytes);
            nextTick = now + kTick;
        }
    }
}

}  // namespace liuhen::recorder
