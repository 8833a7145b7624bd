// SPDX-License-Identifier: Apache-2.0
// Loaded in front of libc (LD_PRELOAD): writes down what a program does to the files below a
// folder, call by call in one order, and lets one of the calls fail. call_record.hpp has the form.
//
// One lock is held over each such call and its record, so that the log's order is the order in
// which things were done. SQLite's shared memory (-shm) is passed over: a crash leaves nothing of
// it.
#include "tests/crash/call_recorder.hpp"

#include <sys/mman.h>
#include <sys/socket.h>

#include <cstdarg>
#include <cstring>

#include <dirent.h>

namespace {

mode_t modeOf(int flags, va_list& arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

using namespace liuhen::test;  // NOLINT(google-build-using-namespace): libc's names stand outside

// NOLINTBEGIN(readability-identifier-naming,cert-dcl50-cpp,bugprone-reserved-identifier): libc's.
// Both names of each call, with and without 64, are one on a machine of 64 bits.
#define LIUHEN_OPEN(name)                                                                          \
    int name(const char* path, int flags, ...) {                                                   \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        const mode_t mode = modeOf(flags, arguments);                                              \
        va_end(arguments);                                                                         \
        static auto* const call = libc<int(const char*, int, ...)>(#name);                         \
        return openFile(absolute(AT_FDCWD, path), flags, [&] { return call(path, flags, mode); }); \
    }
#define LIUHEN_OPENAT(name)                                                                  \
    int name(int folder, const char* path, int flags, ...) {                                 \
        va_list arguments;                                                                   \
        va_start(arguments, flags);                                                          \
        const mode_t mode = modeOf(flags, arguments);                                        \
        va_end(arguments);                                                                   \
        static auto* const call = libc<int(int, const char*, int, ...)>(#name);              \
        return openFile(                                                                     \
            absolute(folder, path), flags, [&] { return call(folder, path, flags, mode); }); \
    }
#define LIUHEN_PWRITE(name)                                                              \
    ssize_t name(int fd, const void* data, size_t size, off_t offset) {                  \
        static auto* const call = libc<ssize_t(int, const void*, size_t, off_t)>(#name); \
        if (!Recorder::get().watches(fd)) {                                              \
            return call(fd, data, size, offset);                                         \
        }                                                                                \
        return writeData(fd, offset, viewOf(data, size), [&](std::size_t bytes) {        \
            return call(fd, data, bytes, offset);                                        \
        });                                                                              \
    }
#define LIUHEN_PWRITEV(name)                                                           \
    ssize_t name(int fd, const iovec* pieces, int count, off_t offset) {               \
        static auto* const call = libc<ssize_t(int, const iovec*, int, off_t)>(#name); \
        if (!Recorder::get().watches(fd)) {                                            \
            return call(fd, pieces, count, offset);                                    \
        }                                                                              \
        const std::string data = joined(pieces, count);                                \
        return writeData(fd, offset, data, [&](std::size_t bytes) {                    \
            const auto first = firstOf(pieces, count, bytes);                          \
            return call(fd, first.data(), static_cast<int>(first.size()), offset);     \
        });                                                                            \
    }
#define LIUHEN_FTRUNCATE(name)                                                                 \
    int name(int fd, off_t size) __THROW {                                                     \
        static auto* const call = libc<int(int, off_t)>(#name);                                \
        return Recorder::get().watches(fd) ? resize(fd, false, [&] { return call(fd, size); }) \
                                           : call(fd, size);                                   \
    }
#define LIUHEN_FALLOCATE(name)                                                      \
    int name(int fd, int mode, off_t offset, off_t size) {                          \
        static auto* const call = libc<int(int, int, off_t, off_t)>(#name);         \
        return Recorder::get().watches(fd)                                          \
                   ? resize(fd, true, [&] { return call(fd, mode, offset, size); }) \
                   : call(fd, mode, offset, size);                                  \
    }
#define LIUHEN_POSIX_FALLOCATE(name)                                                        \
    int name(int fd, off_t offset, off_t size) {                                            \
        static auto* const call = libc<int(int, off_t, off_t)>(#name);                      \
        if (!Recorder::get().watches(fd)) {                                                 \
            return call(fd, offset, size);                                                  \
        }                                                                                   \
        int answer = 0;                                                                     \
        const int done = resize(fd, true, [&] { return answer = call(fd, offset, size); }); \
        return done != 0 && answer == 0 ? ENOSPC : answer;                                  \
    }
#define LIUHEN_MMAP(name)                                                                        \
    void* name(void* at, size_t size, int protection, int flags, int fd, off_t offset) __THROW { \
        static auto* const call = libc<void*(void*, size_t, int, int, int, off_t)>(#name);       \
        if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0) {                       \
            cannotTell(fd, #name);                                                               \
        }                                                                                        \
        return call(at, size, protection, flags, fd, offset);                                    \
    }

extern "C" {

LIUHEN_OPEN(open)
LIUHEN_OPEN(open64)
LIUHEN_OPENAT(openat)
LIUHEN_OPENAT(openat64)
LIUHEN_PWRITE(pwrite)
LIUHEN_PWRITE(pwrite64)
LIUHEN_PWRITEV(pwritev)
LIUHEN_PWRITEV(pwritev64)
LIUHEN_FTRUNCATE(ftruncate)
LIUHEN_FTRUNCATE(ftruncate64)
LIUHEN_FALLOCATE(fallocate)
LIUHEN_FALLOCATE(fallocate64)
LIUHEN_POSIX_FALLOCATE(posix_fallocate)
LIUHEN_POSIX_FALLOCATE(posix_fallocate64)
LIUHEN_MMAP(mmap)
LIUHEN_MMAP(mmap64)

int __open_2(const char* path, int flags) {
    return open(path, flags);
}

int __open64_2(const char* path, int flags) {
    return open(path, flags);
}

int __openat_2(int folder, const char* path, int flags) {
    return openat(folder, path, flags);
}

int __openat64_2(int folder, const char* path, int flags) {
    return openat(folder, path, flags);
}

int creat(const char* path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char* path, mode_t mode) {
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int fd) {
    static auto* const call = libc<int(int)>("close");
    Recorder& recorder = Recorder::get();
    if (!recorder.watches(fd)) {
        return call(fd);
    }
    const std::lock_guard lock(recorder.mutex);
    recorder.watch(fd, false);
    recorder.note({CallKind::Close, 0, fd});
    return call(fd);
}

int closedir(DIR* folder) {
    static auto* const call = libc<int(DIR*)>("closedir");
    Recorder& recorder = Recorder::get();
    if (const int fd = ::dirfd(folder); recorder.watches(fd)) {
        const std::lock_guard lock(recorder.mutex);
        recorder.watch(fd, false);
        recorder.note({CallKind::Close, 0, fd});
        return call(folder);
    }
    return call(folder);
}

ssize_t write(int fd, const void* data, size_t size) {
    static auto* const call = libc<ssize_t(int, const void*, size_t)>("write");
    if (!Recorder::get().watches(fd)) {
        return call(fd, data, size);
    }
    return writeData(
        fd, -1, viewOf(data, size), [&](std::size_t bytes) { return call(fd, data, bytes); });
}

ssize_t writev(int fd, const iovec* pieces, int count) {
    static auto* const call = libc<ssize_t(int, const iovec*, int)>("writev");
    if (!Recorder::get().watches(fd)) {
        return call(fd, pieces, count);
    }
    const std::string data = joined(pieces, count);
    return writeData(fd, -1, data, [&](std::size_t bytes) {
        const auto first = firstOf(pieces, count, bytes);
        return call(fd, first.data(), static_cast<int>(first.size()));
    });
}

int fsync(int fd) {
    static auto* const call = libc<int(int)>("fsync");
    return sync(fd, call);
}

int fdatasync(int fd) {
    static auto* const call = libc<int(int)>("fdatasync");
    return sync(fd, call);
}

int rename(const char* from, const char* to) __THROW {
    static auto* const call = libc<int(const char*, const char*)>("rename");
    return changeName(
        {CallKind::Rename}, true, absolute(AT_FDCWD, from), absolute(AT_FDCWD, to), [&] {
            return call(from, to);
        });
}

int renameat2(
    int fromFolder, const char* from, int toFolder, const char* to, unsigned flags) __THROW {
    static auto* const call = libc<int(int, const char*, int, const char*, unsigned)>("renameat2");
    const bool exchange = (flags & ~1U) != 0;  // RENAME_NOREPLACE changes nothing of what is done
    return changeName({exchange ? CallKind::Unknown : CallKind::Rename},
                      true,
                      absolute(fromFolder, from),
                      absolute(toFolder, to),
                      [&] { return call(fromFolder, from, toFolder, to, flags); });
}

int renameat(int fromFolder, const char* from, int toFolder, const char* to) __THROW {
    return renameat2(fromFolder, from, toFolder, to, 0);
}

int linkat(int fromFolder, const char* from, int toFolder, const char* to, int flags) __THROW {
    static auto* const call = libc<int(int, const char*, int, const char*, int)>("linkat");
    return changeName(
        {CallKind::Link}, true, absolute(fromFolder, from), absolute(toFolder, to), [&] {
            return call(fromFolder, from, toFolder, to, flags);
        });
}

int link(const char* from, const char* to) __THROW {
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char* target, int folder, const char* path) __THROW {
    static auto* const call = libc<int(const char*, int, const char*)>("symlinkat");
    return changeName({CallKind::Unknown}, true, absolute(folder, path), {}, [&] {
        return call(target, folder, path);
    });
}

int symlink(const char* target, const char* path) __THROW {
    return symlinkat(target, AT_FDCWD, path);
}

int unlinkat(int folder, const char* path, int flags) __THROW {
    static auto* const call = libc<int(int, const char*, int)>("unlinkat");
    const bool isFolder = (flags & AT_REMOVEDIR) != 0;
    return changeName({isFolder ? CallKind::RemoveFolder : CallKind::Remove},
                      false,
                      absolute(folder, path),
                      {},
                      [&] { return call(folder, path, flags); });
}

int unlink(const char* path) __THROW {
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char* path) __THROW {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) __THROW {
    const int done = unlinkat(AT_FDCWD, path, 0);
    return done != 0 && errno == EISDIR ? unlinkat(AT_FDCWD, path, AT_REMOVEDIR) : done;
}

int mkdirat(int folder, const char* path, mode_t mode) __THROW {
    static auto* const call = libc<int(int, const char*, mode_t)>("mkdirat");
    struct stat status {};
    const bool makes = ::fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) != 0;
    return changeName({CallKind::MakeFolder}, makes, absolute(folder, path), {}, [&] {
        return call(folder, path, mode);
    });
}

int mkdir(const char* path, mode_t mode) __THROW {
    return mkdirat(AT_FDCWD, path, mode);
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
    static auto* const call = libc<ssize_t(int, const void*, size_t, int)>("send");
    if (Recorder& recorder = Recorder::get(); recorder.isOn()) {
        const std::lock_guard lock(recorder.mutex);
        recorder.note({CallKind::Sent, 0, fd}, {}, {}, viewOf(data, size));
    }
    return call(fd, data, size, flags);
}

int dup2(int fd, int to) __THROW {
    static auto* const call = libc<int(int, int)>("dup2");
    cannotTell(fd, "dup2");
    cannotTell(to, "dup2");
    return call(fd, to);
}

int dup(int fd) __THROW {
    static auto* const call = libc<int(int)>("dup");
    cannotTell(fd, "dup");
    return call(fd);
}

ssize_t copy_file_range(
    int from, off_t* fromOffset, int to, off_t* toOffset, size_t size, unsigned flags) {
    static auto* const call =
        libc<ssize_t(int, off_t*, int, off_t*, size_t, unsigned)>("copy_file_range");
    cannotTell(to, "copy_file_range");
    return call(from, fromOffset, to, toOffset, size, flags);
}

ssize_t sendfile(int to, int from, off_t* offset, size_t size) __THROW {
    static auto* const call = libc<ssize_t(int, int, off_t*, size_t)>("sendfile");
    cannotTell(to, "sendfile");
    return call(to, from, offset, size);
}

long syscall(long number, ...) __THROW {
    static auto* const call = libc<long(long, ...)>("syscall");
    std::array<long, 6> a{};
    va_list arguments;
    va_start(arguments, number);
    for (long& argument : a) {
        argument = va_arg(arguments, long);
    }
    va_end(arguments);
    const auto done = [&] { return call(number, a[0], a[1], a[2], a[3], a[4], a[5]); };
    if (number != SYS_openat2) {
        return done();
    }
    // Its third argument begins with the flags, 64 bits wide.
    const auto flags = static_cast<int>(*reinterpret_cast<const std::uint64_t*>(a[2]));
    const std::string path = absolute(static_cast<int>(a[0]), reinterpret_cast<const char*>(a[1]));
    return openFile(path, flags, [&] { return static_cast<int>(done()); });
}

}  // extern "C"
// NOLINTEND
