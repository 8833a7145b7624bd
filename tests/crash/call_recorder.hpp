// SPDX-License-Identifier: Apache-2.0
// The recorder of record_files.cpp: which calls it watches, what it writes down, which one it lets
// fail.
#pragma once

#include "tests/crash/call_record.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>

namespace liuhen::test {

constexpr int kMostDescriptors = 65'536;

/// libc's own function of that name.
template <class Function>
Function* libc(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// A fault that is still to come.
struct Fault {
    enum class What { None, Sync, Space, Short, Kill };
    What what = What::None;
    std::uint64_t left = 0;
};

class Recorder {
public:
    static Recorder& get() {
        static auto* const recorder = new Recorder();  // outlives whatever still runs at the end
        return *recorder;
    }

    /// Whether what is done to this path is written down.
    [[nodiscard]] bool watches(std::string_view path) const {
        return !below_.empty() && path.starts_with(below_) && !path.ends_with("-shm") &&
               (path.size() == below_.size() || path[below_.size()] == '/');
    }
    [[nodiscard]] bool watches(int fd) const {
        return fd >= 0 && fd < kMostDescriptors && open_[static_cast<std::size_t>(fd)];
    }
    [[nodiscard]] bool isOn() const { return log_ >= 0; }
    void watch(int fd, bool open) {
        if (fd >= 0 && fd < kMostDescriptors) {
            open_[static_cast<std::size_t>(fd)] = open;
        }
    }

    /// With the lock held. Leaves errno as it is.
    void note(CallHead head,
              std::string_view path = {},
              std::string_view other = {},
              std::string_view data = {}) const {
        const int before = errno;
        head.pathBytes = static_cast<std::uint32_t>(path.size());
        head.otherBytes = static_cast<std::uint32_t>(other.size());
        head.dataBytes = data.size();
        std::string record(reinterpret_cast<const char*>(&head), sizeof head);
        record.append(path).append(other).append(data);
        for (std::string_view rest = record; !rest.empty();) {
            const ssize_t done = ::syscall(SYS_write, log_, rest.data(), rest.size());
            if (done <= 0) {
                std::abort();  // a log with a gap would tell of states that never were
            }
            rest.remove_prefix(static_cast<std::size_t>(done));
        }
        errno = before;
    }

    /// With the lock held, before a sync: all that it would make durable is there by name only.
    void mayEndHere() {
        if (fault_.what == Fault::What::Kill && isArmed() && --fault_.left == 0) {
            ::syscall(SYS_kill, ::getpid(), SIGKILL);
        }
    }

    /// With the lock held: whether this call is the one that fails.
    bool fails(Fault::What what) {
        const bool same = fault_.what == what ||
                          (fault_.what == Fault::What::Short && what == Fault::What::Space);
        if (!same || fault_.left == 0 || !isArmed() || --fault_.left > 0) {
            return false;
        }
        const bool half = fault_.what == Fault::What::Short;
        fault_ = {half ? Fault::What::Space : Fault::What::None, half ? 1ULL : 0ULL};
        return true;
    }
    [[nodiscard]] bool writesShort() const { return fault_.what == Fault::What::Short; }

    std::mutex mutex;

private:
    Recorder() {
        const char* below = std::getenv(kCallsBelow);
        const char* log = std::getenv(kCallsLog);
        if (below == nullptr || log == nullptr) {
            return;
        }
        below_ = below;
        log_ = static_cast<int>(
            ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        if (log_ < 0) {
            std::abort();
        }
        if (const char* fail = std::getenv(kCallsFail)) {
            std::array<char, 8> word{};
            unsigned long long number = 0;
            if (std::sscanf(fail, "%7s %llu", word.data(), &number) != 2) {
                std::abort();
            }
            const std::string_view name = word.data();
            fault_ = {name == "sync"    ? Fault::What::Sync
                      : name == "space" ? Fault::What::Space
                      : name == "short" ? Fault::What::Short
                                        : Fault::What::Kill,
                      number};
        }
        if (const char* armed = std::getenv(kCallsArmed)) {
            armed_ = armed;
        }
        note({CallKind::Started});
    }

    bool isArmed() {
        if (!armed_.empty() && ::syscall(SYS_faccessat, AT_FDCWD, armed_.c_str(), F_OK) == 0) {
            armed_.clear();
        }
        return armed_.empty();
    }

    std::string below_;
    int log_ = -1;
    Fault fault_;
    std::string armed_;
    std::array<std::atomic<bool>, kMostDescriptors> open_{};
};

inline std::string_view viewOf(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

/// A path of one of the calls that end in "at", from the root on.
inline std::string absolute(int folder, const char* path) {
    if (path[0] == '/') {
        return path;
    }
    const std::string link =
        folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
    std::array<char, 4096> text{};
    const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
    const std::string base(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return path[0] == '\0' ? base : base + "/" + path;
}

/// A call that changes a name, or two; `needsRoom` of those that make one.
template <class Call>
int changeName(
    CallHead head, bool needsRoom, const std::string& path, const std::string& other, Call call) {
    Recorder& recorder = Recorder::get();
    const bool both = recorder.watches(path) || recorder.watches(other);
    if (!both) {
        return call();
    }
    const std::lock_guard lock(recorder.mutex);
    if (needsRoom && recorder.fails(Fault::What::Space)) {
        head.error = ENOSPC;
        recorder.note(head, path, other);
        errno = ENOSPC;
        return -1;
    }
    const int answer = call();
    if (answer == 0) {
        const bool inside = recorder.watches(path) && (other.empty() || recorder.watches(other));
        head.kind = inside ? head.kind : CallKind::Unknown;
        recorder.note(head, path, other, inside ? "" : "rename or link out of the folder");
    }
    return answer;
}

template <class Call>
int openFile(const std::string& path, int flags, Call call) {
    Recorder& recorder = Recorder::get();
    if (!recorder.watches(path)) {
        const int fd = call();
        recorder.watch(fd, false);
        return fd;
    }
    const std::lock_guard lock(recorder.mutex);
    struct stat status {};
    const bool makes = (flags & O_CREAT) != 0 && ::lstat(path.c_str(), &status) != 0;
    if (makes && recorder.fails(Fault::What::Space)) {
        recorder.note({CallKind::Open, ENOSPC, -1, flags}, path);
        errno = ENOSPC;
        return -1;
    }
    const int fd = call();
    if (fd >= 0) {
        recorder.watch(fd, true);
        recorder.note({CallKind::Open, 0, fd, flags}, path);
        if (fd >= kMostDescriptors || (flags & O_TMPFILE) == O_TMPFILE) {
            recorder.note({CallKind::Unknown}, path, {}, "open of such a kind");
        }
    }
    return fd;
}

/// `call` writes the first so many bytes of `data`. `offset` < 0: where the file stands.
template <class Call>
ssize_t writeData(int fd, off_t offset, std::string_view data, Call call) {
    Recorder& recorder = Recorder::get();
    const std::lock_guard lock(recorder.mutex);
    const int flags = ::fcntl(fd, F_GETFL);
    if (offset < 0 || (flags & O_APPEND) != 0) {
        struct stat status {};
        const bool append = (flags & O_APPEND) != 0 && ::fstat(fd, &status) == 0;
        offset = append ? status.st_size : ::lseek(fd, 0, SEEK_CUR);
    }
    CallHead head{CallKind::Write, 0, fd, 0, static_cast<std::uint64_t>(offset)};
    const bool half = recorder.writesShort() && data.size() > 1;
    if (!data.empty() && recorder.fails(Fault::What::Space)) {
        if (half) {
            data = data.substr(0, data.size() / 2);
        } else {
            head.error = ENOSPC;
            recorder.note(head);
            errno = ENOSPC;
            return -1;
        }
    }
    const ssize_t done = call(data.size());
    if (done > 0) {
        recorder.note(head, {}, {}, data.substr(0, static_cast<std::size_t>(done)));
    }
    return done;
}

/// A call that may change a file's size and nothing else; answers 0 if it did.
template <class Call>
int resize(int fd, bool needsRoom, Call call) {
    Recorder& recorder = Recorder::get();
    const std::lock_guard lock(recorder.mutex);
    if (needsRoom && recorder.fails(Fault::What::Space)) {
        recorder.note({CallKind::Resize, ENOSPC, fd});
        errno = ENOSPC;
        return -1;
    }
    const int answer = call();
    struct stat status {};
    if (answer == 0 && ::fstat(fd, &status) == 0) {
        recorder.note({CallKind::Resize, 0, fd, 0, static_cast<std::uint64_t>(status.st_size)});
    }
    return answer;
}

inline int sync(int fd, int (*call)(int)) {
    Recorder& recorder = Recorder::get();
    if (!recorder.watches(fd)) {
        return call(fd);
    }
    const std::lock_guard lock(recorder.mutex);
    recorder.mayEndHere();
    if (recorder.fails(Fault::What::Sync)) {
        recorder.note({CallKind::Sync, EIO, fd});
        errno = EIO;
        return -1;
    }
    const int answer = call(fd);
    recorder.note({CallKind::Sync, answer == 0 ? 0 : errno, fd});
    return answer;
}

/// A call of which only its name can be written down.
inline void cannotTell(int fd, const char* name) {
    Recorder& recorder = Recorder::get();
    if (recorder.watches(fd)) {
        const std::lock_guard lock(recorder.mutex);
        recorder.note({CallKind::Unknown, 0, fd}, {}, {}, name);
    }
}

inline std::vector<iovec> firstOf(const iovec* pieces, int count, std::size_t bytes) {
    std::vector<iovec> first;
    for (int i = 0; i < count && bytes > 0; ++i) {
        const std::size_t size = std::min(pieces[i].iov_len, bytes);
        first.push_back({pieces[i].iov_base, size});
        bytes -= size;
    }
    return first;
}

inline std::string joined(const iovec* pieces, int count) {
    std::string data;
    for (int i = 0; i < count; ++i) {
        data.append(viewOf(pieces[i].iov_base, pieces[i].iov_len));
    }
    return data;
}

}  // namespace liuhen::test
