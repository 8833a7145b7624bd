// SPDX-License-Identifier: Apache-2.0
// flock(2): the lock goes with the descriptor.
#include "common/core/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace liuhen::core {

namespace {

Result<UniqueFd> locked(UniqueFd fd, int operation, const std::string& path) {
    if (!fd.valid()) {
        return failErrno(errno, "open " + path);
    }
    if (::flock(fd.get(), operation | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? fail(ErrorKind::Unavailable, "lock " + path + ": another process has it")
                   : failErrno(errno, "lock " + path);
    }
    return fd;
}

}  // namespace

Result<UniqueFd> lockForWriting(const std::string& path, mode_t mode) {
    return locked(UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)),
                  LOCK_EX,
                  path);
}

Result<UniqueFd> lockForReading(const std::string& path) {
    return locked(UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)),
                  LOCK_SH,
                  path);
}

}  // namespace liuhen::core
