// SPDX-License-Identifier: Apache-2.0
// liuhen-vault under ptrace, to be killed at a system call.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace liuhen::vault::test {

/// The program with all its threads, stopped at each system call by a thread of ours.
class TracedVault {
public:
    /// Waits until it says that it is ready, or ends.
    /// `everyCall`: counts all system calls; else those that change a file or a socket.
    TracedVault(const std::string& config, bool everyCall);
    TracedVault(const TracedVault&) = delete;
    TracedVault& operator=(const TracedVault&) = delete;
    /// Kills it.
    ~TracedVault();

    [[nodiscard]] bool ready() const { return ready_; }
    /// Counts from now on, from 1; before the call of that number is done, SIGKILL ends it all.
    void killAt(std::uint64_t call);
    /// Whether that call was reached.
    [[nodiscard]] bool killed() const { return killed_; }
    /// The number of the system call at which it was killed, as in <sys/syscall.h>.
    [[nodiscard]] long call() const { return call_; }
    /// Waits until it has ended.
    void wait();

private:
    void trace(const std::string& config, int output);
    void onStop(int thread, int status);
    void onCall(int thread);

    const bool everyCall_;
    std::atomic<int> pid_{0};
    std::atomic<bool> ready_{false};
    std::atomic<bool> killed_{false};
    std::atomic<long> call_{0};
    std::atomic<std::uint64_t> left_{0};
    int output_ = -1;
    std::thread tracer_;
};

}  // namespace liuhen::vault::test
