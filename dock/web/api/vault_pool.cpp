// SPDX-License-Identifier: Apache-2.0
// Keeping of connections.
#include "dock/web/api/vault_pool.hpp"

#include <chrono>

namespace liuhen::web {

namespace {

/// A checkpoint is waited for, of a vault that takes in at many bays meanwhile.
constexpr std::chrono::milliseconds kPatience{30'000};
constexpr core::Nanoseconds kKeep = std::chrono::minutes(2);  // the vault closes after ten
constexpr std::size_t kMostIdle = 8;

}  // namespace

Result<VaultPool::Kept> VaultPool::take(bool mayBeUsed) {
    if (mayBeUsed) {
        const std::lock_guard guard(mutex_);
        const core::Nanoseconds now = clock_->boottime();
        std::erase_if(idle_, [now](const Kept& each) { return now - each.since > kKeep; });
        if (!idle_.empty()) {
            Kept kept = std::move(idle_.back());
            idle_.pop_back();
            kept.used = true;
            return kept;
        }
    }
    LIUHEN_TRY(vault::Client client, vault::Client::connect(socket_, kPatience));
    return Kept{std::move(client), {}, false};
}

void VaultPool::give(Kept kept) {
    kept.since = clock_->boottime();
    const std::lock_guard guard(mutex_);
    if (idle_.size() < kMostIdle) {
        idle_.push_back(std::move(kept));
    }
}

bool VaultPool::endsConnection(const core::Error& error) {
    using enum core::ErrorKind;
    return error.kind == Unavailable || error.kind == DeadlineExceeded || error.kind == DataLoss;
}

}  // namespace liuhen::web
