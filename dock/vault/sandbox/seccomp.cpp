// SPDX-License-Identifier: Apache-2.0
// Lists of system calls. What is not in a list is refused, so that a new call of a new kernel is.
#include "dock/vault/sandbox/seccomp.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>

#include <sched.h>
#include <seccomp.h>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// Calls are called by number; libseccomp has negative ones for those that a machine lacks.
constexpr int kVaultCalls[] = {
    // bytes of open files and folders
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(getdents64),
    SCMP_SYS(flock),
    SCMP_SYS(fcntl),
    SCMP_SYS(fchmod),
    SCMP_SYS(dup),
    // names; which of them is Landlock's affair
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(umask),
    // the socket; plain bytes both ways: sendmsg, which can carry descriptors, is not here
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept4),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(eventfd2),
    // memory and threads
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(membarrier),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(setpriority),
    SCMP_SYS(ioprio_set),
    SCMP_SYS(wait4),
    // signals, time, chance
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    // each can only restrict further
    SCMP_SYS(landlock_create_ruleset),
    SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self)};

/// Nobody makes these by mistake.
constexpr int kFatalCalls[] = {SCMP_SYS(execve),
                               SCMP_SYS(execveat),
                               SCMP_SYS(ptrace),
                               SCMP_SYS(process_vm_readv),
                               SCMP_SYS(process_vm_writev)};

/// Collects rules; the first that cannot be made is kept.
class Rules {
public:
    explicit Rules(std::uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
        if (filter_ == nullptr) {
            code_ = -ENOMEM;
            return;
        }
        note(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
    }
    void allow(int call, std::initializer_list<scmp_arg_cmp> only = {}) {
        add(SCMP_ACT_ALLOW, call, only);
    }
    void kill(int call) { add(SCMP_ACT_KILL_PROCESS, call, {}); }
    void lack(int call) { add(SCMP_ACT_ERRNO(ENOSYS), call, {}); }
    Result<void> load() {
        if (code_ == 0) {
            note(seccomp_load(filter_.get()));
        }
        if (code_ == -EINVAL || code_ == -ENOSYS || code_ == -EOPNOTSUPP) {
            return fail(ErrorKind::Unimplemented, "this kernel has no seccomp filters");
        }
        return code_ == 0 ? Result<void>()
                          : Result<void>(core::failErrno(-code_, "filter system calls"));
    }

private:
    void note(int code) { code_ = code_ == 0 ? code : code_; }
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> only) {
        if (filter_ != nullptr && code_ == 0) {
            note(seccomp_rule_add_array(
                filter_.get(), action, call, static_cast<unsigned>(only.size()), only.begin()));
        }
    }
    Filter filter_;
    int code_ = 0;
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}

/// Of the bits in `mask`, exactly these are set.
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

}  // namespace

int folderOpenFlags() {
    return O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
}

int objectOpenFlags() {
    return O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
}

Result<void> filterVaultCalls() {
    Rules rules(SCMP_ACT_ERRNO(EPERM));
    for (const int call : kVaultCalls) {
        rules.allow(call);
    }
    for (const int call : kFatalCalls) {
        rules.kill(call);
    }
    rules.allow(SCMP_SYS(open), {masked(1, O_TRUNC, 0)});
    rules.allow(SCMP_SYS(openat), {masked(2, O_TRUNC, 0)});
    rules.allow(SCMP_SYS(socket), {is(0, AF_UNIX)});
    rules.allow(SCMP_SYS(sendto), {is(4, 0)});  // to whom it is connected, to no address
    // Threads, and no processes: what clone3 makes stands in memory, where a filter cannot look.
    rules.allow(SCMP_SYS(clone), {masked(0, CLONE_THREAD, CLONE_THREAD)});
    rules.lack(SCMP_SYS(clone3));
    rules.allow(SCMP_SYS(tgkill), {is(0, static_cast<std::uint64_t>(::getpid()))});
    rules.allow(SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0)});
    rules.allow(SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)});
    rules.allow(SCMP_SYS(ioctl), {is(1, FS_IOC_GETFLAGS)});
    // A limit may be read, not set: the third argument would be the new one.
    rules.allow(SCMP_SYS(prlimit64), {is(2, 0)});
    return rules.load();
}

Result<void> filterFreezerCalls(std::uintptr_t flagBlock) {
    LIUHEN_ASSERT(flagBlock % kFlagBlockBytes == 0);
    Rules rules(SCMP_ACT_KILL_PROCESS);
    rules.allow(SCMP_SYS(recvfrom), {is(0, STDIN_FILENO)});
    rules.allow(SCMP_SYS(sendto), {is(0, STDIN_FILENO)});
    rules.allow(SCMP_SYS(write), {is(0, STDERR_FILENO)});
    rules.allow(SCMP_SYS(openat), {is(2, static_cast<unsigned>(folderOpenFlags()))});
    rules.allow(SCMP_SYS(openat), {is(2, static_cast<unsigned>(objectOpenFlags()))});
    rules.allow(SCMP_SYS(fstat));
    rules.allow(SCMP_SYS(close));
    rules.allow(SCMP_SYS(ioctl), {is(1, FS_IOC_GETFLAGS)});
    // The word must be one of the block, whole: each of them has the immutable flag.
    constexpr std::uint64_t kSameBlock = ~std::uint64_t{kFlagBlockBytes - sizeof(std::uint32_t)};
    rules.allow(SCMP_SYS(ioctl), {is(1, FS_IOC_SETFLAGS), masked(2, kSameBlock, flagBlock)});
    rules.allow(SCMP_SYS(exit_group));
    rules.allow(SCMP_SYS(rt_sigreturn));
    rules.allow(SCMP_SYS(restart_syscall));
    return rules.load();
}

}  // namespace liuhen::vault
