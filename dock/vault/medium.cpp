// SPDX-License-Identifier: Apache-2.0
// Freezing and reading past the cache on a Linux file system.
#include "dock/vault/medium.hpp"

#include "common/core/unique_fd.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <future>
#include <utility>

namespace liuhen::vault {

namespace {

using core::ErrorKind;
using core::fail;

constexpr mode_t kFrozenMode = 0440;
constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

/// Aligned memory for one block, and what of it is filled.
struct Block {
    Block() : memory(std::aligned_alloc(kAlignment, kBlockBytes)) {
        LIUHEN_ASSERT(memory != nullptr);
    }
    [[nodiscard]] std::uint8_t* bytes() const { return static_cast<std::uint8_t*>(memory.get()); }

    std::unique_ptr<void, Free> memory;
    std::uint64_t number = UINT64_MAX;
    std::size_t have = 0;
};

/// A file read block by block past the cache. The system reads nothing ahead there, so the block
/// behind the one in use is read meanwhile.
class DirectFile final : public core::File {
public:
    DirectFile(core::UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    [[nodiscard]] Result<std::uint64_t> size() const override {
        struct stat status {};
        if (::fstat(fd_.get(), &status) != 0) {
            return core::failErrno(errno, "size of " + path_);
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override {
        std::size_t done = 0;
        while (done < into.size()) {
            const std::uint64_t at = offset + done;
            LIUHEN_CHECK(load(at / kBlockBytes));
            const auto within = static_cast<std::size_t>(at % kBlockBytes);
            if (within >= block_.have) {
                break;
            }
            const std::size_t count = std::min(block_.have - within, into.size() - done);
            std::memcpy(into.data() + done, block_.bytes() + within, count);
            done += count;
        }
        return done;
    }

    [[nodiscard]] Result<void> append(std::span<const ByteView> /*pieces*/) override {
        return readOnly();
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t /*size*/) override { return readOnly(); }
    [[nodiscard]] Result<void> sync() override { return readOnly(); }

private:
    [[nodiscard]] Result<void> readOnly() const {
        return fail(ErrorKind::FailedPrecondition, "change " + path_ + ": opened for reading");
    }

    [[nodiscard]] Result<void> load(std::uint64_t number) const {
        if (block_.number == number) {
            return {};
        }
        // What is read ahead is always the block behind the one in use.
        const bool follows = number == block_.number + 1;
        Result<void> done;
        if (ahead_.valid()) {
            done = ahead_.get();
        }
        if (follows && next_.number == number) {
            std::swap(block_, next_);
        } else if (done || !follows) {
            done = fill(block_, number);
        }
        if (done && follows && block_.have == kBlockBytes) {
            ahead_ =
                std::async(std::launch::async, [this, number] { return fill(next_, number + 1); });
        }
        return done;
    }

    [[nodiscard]] Result<void> fill(Block& block, std::uint64_t number) const {
        block.number = UINT64_MAX;
        block.have = 0;
        while (block.have < kBlockBytes) {
            const ssize_t got = ::pread(fd_.get(),
                                        block.bytes() + block.have,
                                        kBlockBytes - block.have,
                                        static_cast<off_t>(number * kBlockBytes + block.have));
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return core::failErrno(errno, "read back " + path_);
            }
            if (got == 0) {
                break;
            }
            block.have += static_cast<std::size_t>(got);
            if (block.have % kAlignment != 0) {
                break;  // the end: nothing could be read from there directly
            }
        }
        block.number = number;
        return {};
    }

    core::UniqueFd fd_;
    std::string path_;
    mutable Block block_;                      // in use
    mutable Block next_;                       // being read while `ahead_` is valid
    mutable std::future<Result<void>> ahead_;  // last, so that it has ended before the rest goes
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

    [[nodiscard]] Result<std::unique_ptr<core::File>> open(const std::string& path) override {
        core::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECT));
        if (!fd.valid() && errno == EINVAL) {
            fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        }
        if (!fd.valid()) {
            return core::failErrno(errno, "read back " + path);
        }
        // Clean pages only; all of them are, since the file was synced.
        static_cast<void>(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED));
        return std::make_unique<DirectFile>(std::move(fd), path);
    }
};

}  // namespace

std::unique_ptr<Medium> systemMedium() {
    return std::make_unique<SystemMedium>();
}

}  // namespace liuhen::vault
