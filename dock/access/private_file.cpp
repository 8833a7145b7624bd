// SPDX-License-Identifier: Apache-2.0
// Modes of files.
#include "dock/access/private_file.hpp"

#include "common/core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace liuhen::access {

core::Result<void> makePrivate(const std::string& path) {
    constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
    const core::UniqueFd fd(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
    if (!fd.valid() || ::fchmod(fd.get(), kOwnerOnly) != 0) {
        return core::failErrno(errno, "make " + path);
    }
    return {};
}

}  // namespace liuhen::access
