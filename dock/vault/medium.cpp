// SPDX-License-Identifier: Apache-2.0
// Freezing and reading back on a Linux file system.
#include "dock/vault/medium.hpp"

#include "common/core/unique_fd.hpp"
#include "common/crypto/digest.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace liuhen::vault {

namespace {

constexpr mode_t kFrozenMode = 0440;
constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kReadBytes = std::size_t{1} << 20U;

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

class SystemMedium final : public Medium {
public:
    [[nodiscard]] Result<void> freeze(const std::string& path) override {
        const core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!fd.valid() || ::fchmod(fd.get(), kFrozenMode) != 0) {
            return core::failErrno(errno, "freeze " + path);
        }
        return {};
    }

    [[nodiscard]] Result<Digest> readBack(const std::string& path) override {
        core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECT));
        if (!fd.valid() && errno == EINVAL) {
            fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        }
        if (!fd.valid()) {
            return core::failErrno(errno, "read back " + path);
        }
        // Clean pages only; all of them are, since the file was synced.
        static_cast<void>(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED));
        const std::unique_ptr<void, Free> memory(std::aligned_alloc(kAlignment, kReadBytes));
        LIUHEN_ASSERT(memory != nullptr);
        crypto::Sha256 hash;
        while (true) {
            const ssize_t got = ::read(fd.get(), memory.get(), kReadBytes);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return core::failErrno(errno, "read back " + path);
            }
            if (got == 0) {
                return hash.finish();
            }
            hash.update(ByteView(static_cast<const std::uint8_t*>(memory.get()),
                                 static_cast<std::size_t>(got)));
        }
    }
};

}  // namespace

std::unique_ptr<Medium> systemMedium() {
    return std::make_unique<SystemMedium>();
}

}  // namespace liuhen::vault
