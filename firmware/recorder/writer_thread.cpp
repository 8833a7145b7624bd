// SPDX-License-Identifier: Apache-2.0
// Queue and loop of the writer thread.
#include "firmware/recorder/writer_thread.hpp"

namespace liuhen::recorder {

namespace {

constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kHealthEvery = std::chrono::seconds(1);
/// So many tasks do not wait for the tick: footage that comes faster than in real time.
constexpr std::size_t kCrowd = 24;

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
        urgent_ = true;
    }
    arrived_.notify_one();
}

void WriterThread::postUnhurried(Task task) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        if (urgent_ || tasks_.size() < kCrowd) {
            return;
        }
        urgent_ = true;
    }
    arrived_.notify_one();
}

void WriterThread::everyTick(TickTask act) {
    post([this, act = std::move(act)](Recorder& /*recorder*/) { tickTasks_.push_back(act); });
}

void WriterThread::tick() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= healthDue_) {
        health_ = askHealth_();
        healthDue_ = now + kHealthEvery;
    }
    recorder_->tick(health_.batteryPercent, health_.freeBytes);
    for (const TickTask& act : tickTasks_) {
        act(*recorder_, health_);
    }
}

void WriterThread::run() {
    auto nextTick = std::chrono::steady_clock::now();
    for (;;) {
        std::deque<Task> taken;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait_until(lock, nextTick, [this] { return stopping_ || urgent_; });
            taken.swap(tasks_);
            urgent_ = false;
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
            tick();
            nextTick = recorder_->flushesRing() ? now : now + kTick;
        }
    }
}

}  // namespace liuhen::recorder
