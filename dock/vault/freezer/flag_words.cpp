// SPDX-License-Identifier: Apache-2.0
// Ten flags that a file of ours may have, in all 1,024 combinations.
#include "dock/vault/freezer/flag_words.hpp"

#include "dock/vault/sandbox/seccomp.hpp"

#include <errno.h>
#include <linux/fs.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>

namespace liuhen::vault {

namespace {

/// FS_DAX_FL, which headers of some kernels lack.
constexpr std::uint32_t kDirectAccess = 0x0200'0000;

constexpr std::array<std::uint32_t, 10> kKept = {FS_COMPR_FL,
                                                 FS_SYNC_FL,
                                                 FS_NODUMP_FL,
                                                 FS_NOATIME_FL,
                                                 FS_JOURNAL_DATA_FL,
                                                 FS_NOTAIL_FL,
                                                 FS_EXTENT_FL,
                                                 FS_NOCOW_FL,
                                                 kDirectAccess,
                                                 FS_PROJINHERIT_FL};
/// What a file system shows and does not take: its own notes on how it keeps the file.
constexpr std::uint32_t kShown = FS_COMPRBLK_FL | FS_DIRTY_FL | FS_ENCRYPT_FL | FS_INDEX_FL |
                                 FS_HUGE_FILE_FL | FS_VERITY_FL | FS_EA_INODE_FL |
                                 FS_INLINE_DATA_FL;
constexpr std::size_t kWords = std::size_t{1} << kKept.size();
static_assert(kWords * sizeof(std::uint32_t) == kFlagBlockBytes);

std::uint32_t wordAt(std::size_t index) {
    std::uint32_t word = FS_IMMUTABLE_FL;
    for (std::size_t bit = 0; bit < kKept.size(); ++bit) {
        word |= ((index >> bit) & 1U) != 0 ? kKept.at(bit) : 0;
    }
    return word;
}

}  // namespace

Result<FlagWords> FlagWords::make() {
    // Pages are at least that long, and begin at multiples of their length.
    void* block = ::mmap(
        nullptr, kFlagBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        return core::failErrno(errno, "make the block of flags");
    }
    auto* words = static_cast<std::uint32_t*>(block);
    for (std::size_t i = 0; i < kWords; ++i) {
        words[i] = wordAt(i);
    }
    if (::mprotect(block, kFlagBlockBytes, PROT_READ) != 0) {
        return core::failErrno(errno, "close the block of flags");
    }
    return FlagWords(words);
}

const std::uint32_t* FlagWords::with(std::uint32_t present) const {
    std::size_t index = 0;
    std::uint32_t known = kShown | FS_IMMUTABLE_FL;
    for (std::size_t bit = 0; bit < kKept.size(); ++bit) {
        index |= (present & kKept.at(bit)) != 0 ? std::size_t{1} << bit : 0;
        known |= kKept.at(bit);
    }
    return (present & ~known) == 0 ? words_ + index : nullptr;
}

std::uintptr_t FlagWords::block() const {
    return reinterpret_cast<std::uintptr_t>(words_);  // an address is what the filter compares
}

}  // namespace liuhen::vault
