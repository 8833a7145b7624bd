// SPDX-License-Identifier: Apache-2.0
// fork, exec, wait4.
#include "tools/bench/process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <sched.h>

namespace liuhen::bench {

namespace {

constexpr int kCannotStart = 127;

double secondsOf(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Only what is allowed between fork and exec.
[[noreturn]] void become(char* const* argv, RunOptions options) {
    if (options.oneCore) {
        // The first core that we may use at all.
        cpu_set_t allowed;
        cpu_set_t one;
        CPU_ZERO(&one);
        if (::sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
            for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
                if (CPU_ISSET(core, &allowed)) {
                    CPU_SET(core, &one);
                    break;
                }
            }
            (void)::sched_setaffinity(0, sizeof(one), &one);
        }
    }
    if (!options.showOutput) {
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)::dup2(null, STDOUT_FILENO);
    }
    ::execvp(argv[0], argv);
    ::_exit(kCannotStart);
}

core::Result<pid_t> spawn(const std::vector<std::string>& argv, RunOptions options) {
    std::vector<char*> pointers;
    pointers.reserve(argv.size() + 1);
    for (const std::string& argument : argv) {
        pointers.push_back(const_cast<char*>(argument.c_str()));  // exec does not write to it
    }
    pointers.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) {
        return core::failErrno(errno, "start " + argv.front());
    }
    if (pid == 0) {
        become(pointers.data(), options);
    }
    return pid;
}

/// Waits for the child; its status, and what it cost but for the wall time.
int await(pid_t pid, int flags, Cost& cost) {
    int status = 0;
    rusage usage{};
    pid_t got = ::wait4(pid, &status, flags, &usage);
    while (got < 0 && errno == EINTR) {
        got = ::wait4(pid, &status, flags, &usage);
    }
    if (got != pid) {
        return -1;
    }
    cost.cpuSeconds = secondsOf(usage.ru_utime) + secondsOf(usage.ru_stime);
    cost.peakBytes = static_cast<double>(usage.ru_maxrss) * 1024;
    return status;
}

}  // namespace

core::Result<Cost> run(const std::vector<std::string>& argv, RunOptions options) {
    const auto begun = std::chrono::steady_clock::now();
    LIUHEN_TRY(const pid_t pid, spawn(argv, options));
    Cost cost;
    const int status = await(pid, 0, cost);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    cost.wallSeconds = took.count();
    if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotStart) {
        return core::fail(core::ErrorKind::NotFound, "run " + argv.front() + ": cannot be started");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return core::fail(core::ErrorKind::Internal,
                          fmt::format("run {}: it ended with {}",
                                      argv.front(),
                                      WIFEXITED(status) ? WEXITSTATUS(status) : -1));
    }
    return cost;
}

core::Result<Background> Background::start(const std::vector<std::string>& argv) {
    LIUHEN_TRY(const pid_t pid, spawn(argv, RunOptions{false, false}));
    return Background(pid);
}

Background::Background(Background&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), cost_(other.cost_) {}

Background& Background::operator=(Background&& other) noexcept {
    if (this != &other) {
        end(SIGTERM);
        pid_ = std::exchange(other.pid_, 0);
        cost_ = other.cost_;
    }
    return *this;
}

Background::~Background() {
    static_cast<void>(stop());
}

bool Background::ended() {
    if (pid_ > 0 && await(pid_, WNOHANG, cost_) >= 0) {
        pid_ = 0;
    }
    return pid_ == 0;
}

Cost Background::stop() {
    end(SIGTERM);
    return cost_;
}

void Background::kill() {
    end(SIGKILL);
}

void Background::end(int signal) {
    if (!ended()) {
        (void)::kill(pid_, signal);
        (void)await(pid_, 0, cost_);
        pid_ = 0;
    }
}

std::optional<std::string> sibling(const std::string& name) {
    std::error_code ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    const auto path = self.parent_path() / name;
    return ::access(path.c_str(), X_OK) == 0 ? std::optional(path.string()) : std::nullopt;
}

bool onPath(const std::string& name) {
    const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace liuhen::bench
