// SPDX-License-Identifier: Apache-2.0
// The custody log read page by page, for who shows it.
#include "dock/vault/vault.hpp"

#include <algorithm>

namespace liuhen::vault {

namespace {

/// Of one answer; the longest leaf fits behind it.
constexpr std::size_t kPageBytes = std::size_t{512} << 10U;
constexpr std::uint64_t kPageLeaves = 1024;

}  // namespace

Result<LeavesAnswer> Vault::leaves(std::uint64_t from, std::uint64_t count) {
    LIUHEN_CHECK(usable());
    const std::lock_guard lock(mutex_);
    tlog::TileStore& tiles = log_->tiles();
    LeavesAnswer answer;
    answer.size = tiles.size();
    const std::uint64_t there = from < answer.size ? answer.size - from : 0;
    const std::uint64_t most = std::min({count, kPageLeaves, there});
    std::size_t bytes = 0;
    for (std::uint64_t i = 0; i < most && bytes < kPageBytes; ++i) {
        LIUHEN_TRY(Buffer leaf, tiles.leaf(from + i));
        bytes += leaf.size();
        answer.leaves.push_back(std::move(leaf));
    }
    return answer;
}

}  // namespace liuhen::vault
