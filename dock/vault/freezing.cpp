// SPDX-License-Identifier: Apache-2.0
// When objects become immutable: once their row is there, and before a receipt tells of them.
#include "common/core/log.hpp"
#include "dock/vault/freezer.hpp"
#include "dock/vault/vault.hpp"

namespace liuhen::vault {

namespace {

/// More than can have a row and no flag when a vault ends at any moment: one for each connection.
constexpr std::uint64_t kNewest = 1024;

}  // namespace

Result<void> Vault::makeImmutable(const Digest& object, CopyOf copy) {
    if (parts_.hardening.freezer == nullptr) {
        return {};
    }
    const auto done = parts_.hardening.freezer->freeze(object, copy);
    if (done) {
        return {};
    }
    if (done.error().kind == core::ErrorKind::Unavailable) {
        return broke(done.error());
    }
    incidentOnce({"freeze", "", done.error().message});
    return done;
}

/// What a stop between a row and its flag left behind. Before anybody else is here.
Result<void> Vault::freezeNewest() {
    if (parts_.hardening.freezer == nullptr) {
        return {};
    }
    LIUHEN_TRY(const auto newest, records_.newestObjects(kNewest));
    for (const Digest& object : newest) {
        const auto done = parts_.hardening.freezer->freeze(object);
        if (!done && done.error().kind == core::ErrorKind::Unavailable) {
            return done;
        }
        if (!done && done.error().kind != core::ErrorKind::NotFound) {  // absent ones are told
            incidentOnce({"freeze", "", done.error().message});
        }
    }
    return {};
}

}  // namespace liuhen::vault
