// SPDX-License-Identifier: Apache-2.0
// The loop of a tracer that does nothing but count.
#include "tests/crash/traced_vault.hpp"

#include "common/core/result.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace liuhen::vault::test {

namespace {

constexpr int kCallStop = SIGTRAP | 0x80;

/// Those that change a file, a folder or a socket. What is read, asked or locked between two of
/// them leaves the same behind.
constexpr std::array kChanging = {
    SYS_write,    SYS_pwrite64,  SYS_writev,    SYS_pwritev,   SYS_pwritev2,  SYS_ftruncate,
    SYS_truncate, SYS_fallocate, SYS_renameat,  SYS_renameat2, SYS_unlinkat,  SYS_linkat,
    SYS_mkdirat,  SYS_symlinkat, SYS_fsync,     SYS_fdatasync, SYS_fchmod,    SYS_fchmodat,
    SYS_fchown,   SYS_fchownat,  SYS_utimensat, SYS_ioctl,     SYS_fsetxattr, SYS_sync_file_range,
    SYS_sendto,   SYS_sendmsg,   SYS_recvfrom,  SYS_recvmsg,   SYS_sendfile,  SYS_copy_file_range,
#ifdef SYS_rename
    SYS_rename,   SYS_unlink,    SYS_rmdir,     SYS_link,      SYS_symlink,   SYS_mkdir,
    SYS_creat,    SYS_chmod,
#endif
};

bool opensToChange(const __ptrace_syscall_info& info) {
    const auto number = static_cast<long>(info.entry.nr);
    constexpr std::uint64_t kMakes = O_CREAT | O_TRUNC;
    if (number == SYS_openat) {
        return (info.entry.args[2] & kMakes) != 0;
    }
#ifdef SYS_open
    if (number == SYS_open) {
        return (info.entry.args[1] & kMakes) != 0;
    }
#endif
    return number == SYS_openat2;
}

/// Reads what the program says until it is ready; the rest goes nowhere.
bool saysReady(int output) {
    std::string said;
    std::array<char, 4096> buffer{};
    while (said.find(" ready, ") == std::string::npos) {
        const ssize_t got = ::read(output, buffer.data(), buffer.size());
        if (got <= 0) {
            return false;
        }
        said.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace

TracedVault::TracedVault(const std::string& config, bool everyCall) : everyCall_(everyCall) {
    std::array<int, 2> ends{};
    LIUHEN_ASSERT(::pipe2(ends.data(), O_CLOEXEC) == 0);
    // Whoever starts a program is the one thread that may trace it.
    tracer_ = std::thread([this, config, ends] { trace(config, ends[1]); });
    ready_ = saysReady(ends[0]);
    // A pipe that nobody reads holds far more than it will say; without a reader it would die.
    output_ = ends[0];
}

TracedVault::~TracedVault() {
    if (const int pid = pid_; pid > 0) {
        ::kill(pid, SIGKILL);
    }
    wait();
    ::close(output_);
}

void TracedVault::killAt(std::uint64_t call) {
    left_ = call;
}

void TracedVault::wait() {
    if (tracer_.joinable()) {
        tracer_.join();
    }
}

void TracedVault::trace(const std::string& config, int output) {
    const pid_t pid = ::fork();
    LIUHEN_ASSERT(pid >= 0);
    if (pid == 0) {
        ::dup2(output, STDERR_FILENO);
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::execl(LIUHEN_VAULT_PROGRAM, "liuhen-vault", "--config", config.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(output);
    int status = 0;
    LIUHEN_ASSERT(::waitpid(pid, &status, 0) == pid);
    pid_ = pid;
    constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (WIFSTOPPED(status) && ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, kOptions) == 0) {
        ::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr);
    }
    while (true) {
        const pid_t thread = ::waitpid(-1, &status, __WALL | __WNOTHREAD);
        if (thread < 0) {
            break;  // the last of its threads is gone
        }
        if (WIFSTOPPED(status)) {
            onStop(thread, status);
        }
    }
    pid_ = 0;
}

void TracedVault::onStop(int thread, int status) {
    const int signal = WSTOPSIG(status);
    long deliver = 0;
    if (signal == kCallStop) {
        onCall(thread);
    } else if (signal != SIGTRAP && signal != SIGSTOP) {  // a new thread begins with a stop
        deliver = signal;
    }
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, deliver);
}

void TracedVault::onCall(int thread) {
    if (left_ == 0) {
        return;
    }
    __ptrace_syscall_info info{};
    const long size = ::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
    if (size <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return;
    }
    const auto number = static_cast<long>(info.entry.nr);
    const bool counts = everyCall_ || opensToChange(info) ||
                        std::find(kChanging.begin(), kChanging.end(), number) != kChanging.end();
    if (counts && --left_ == 0) {
        call_ = number;
        killed_ = true;
        ::kill(pid_, SIGKILL);  // it has not begun the call, and never will
    }
}

}  // namespace liuhen::vault::test
