// SPDX-License-Identifier: Apache-2.0
// The one thread that owns the Recorder; everybody else hands it tasks.
#pragma once

#include "firmware/recorder/recorder.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace liuhen::recorder {

/// Runs tasks in order on its thread and ticks in between. Thread-safe.
class WriterThread {
public:
    using Task = std::function<void(Recorder&)>;
    /// Asked for on the writer thread once a second.
    struct Health {
        int batteryPercent = 100;
        std::uint64_t freeBytes = 0;
        bool charging = false;
    };
    using AskHealth = std::function<Health()>;

    WriterThread(std::unique_ptr<Recorder> recorder, AskHealth askHealth);
    /// Runs what was posted before, then ends the thread.
    ~WriterThread();
    WriterThread(const WriterThread&) = delete;
    WriterThread& operator=(const WriterThread&) = delete;

    /// Hands a task over and returns at once; it is run at once.
    void post(Task task);
    /// Hands a task over that may wait for the next tick, 50 ms at most: footage as it comes. So
    /// the thread wakes 20 times a second and not for each picture and each frame of sound.
    void postUnhurried(Task task);

    /// Calls `act` on the writer thread after each tick, 20 times a second, from now on.
    using TickTask = std::function<void(Recorder&, const Health&)>;
    void everyTick(TickTask act);

    /// Runs `ask` on the writer thread and waits for its answer. Not from the writer thread.
    template <class T>
    [[nodiscard]] core::Result<T> call(std::function<core::Result<T>(Recorder&)> ask) {
        auto answer = std::make_shared<std::promise<core::Result<T>>>();
        std::future<core::Result<T>> waiting = answer->get_future();
        post([ask = std::move(ask), answer](Recorder& recorder) {
            answer->set_value(ask(recorder));
        });
        return waiting.get();
    }

private:
    void run();
    void tick();

    std::unique_ptr<Recorder> recorder_;
    AskHealth askHealth_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Task> tasks_;
    bool urgent_ = false;  // tasks_ must not wait for the tick
    bool stopping_ = false;
    Health health_;
    std::vector<TickTask> tickTasks_;  // of the writer thread
    std::chrono::steady_clock::time_point healthDue_;
    std::thread thread_;
};

}  // namespace liuhen::recorder
