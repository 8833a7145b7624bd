// SPDX-License-Identifier: Apache-2.0
// What a vault remembers of access: the book of its leaves, what is open, what was refused lately.
#pragma once

#include "common/core/clock.hpp"
#include "common/evidence/access_book.hpp"
#include "dock/vault/open_use.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace liuhen::vault {

/// What is done next about a refusal, for the message of an error.
[[nodiscard]] std::string_view adviceFor(evidence::AccessReason reason);

/// The error of a refusal, which tells why and what to do next.
[[nodiscard]] tl::unexpected<core::Error> refusalFor(evidence::AccessReason reason,
                                                     std::string_view advice);

/// Open views and copies. Not thread-safe.
class OpenUses {
public:
    struct One {
        Digest grant{};
        std::uint64_t index = 0;       // of its leaf
        std::int64_t untilUs = 0;      // UTC
        core::Nanoseconds endsAt{0};   // by the boot clock, which nobody sets
        std::shared_ptr<OpenUse> use;  // nullptr: released
    };

    /// Errors: ResourceExhausted if too many are open.
    [[nodiscard]] Result<void> add(const Digest& name, One one, const core::Clock& clock);
    /// nullptr if it is not there, or its time is over.
    [[nodiscard]] const One* find(const Digest& name, const core::Clock& clock);
    /// Lets go of what it holds. It is still found, so that every reader is told why it was closed,
    /// until its time is over or its place is needed.
    void release(const Digest& name);

private:
    std::map<Digest, One> open_;
};

/// Which refusals get a leaf. Not thread-safe.
class RefusalLimits {
public:
    /// Whether this one is due: every one of an approval; of the others the first in an hour of
    /// each kind, person and reason.
    [[nodiscard]] bool isDue(const evidence::RefusedBody& refusal, core::Nanoseconds now);

private:
    std::map<std::string, core::Nanoseconds> told_;
};

/// All of it; `mutex` is held from the judgement of a leaf until it is in the book, and taken
/// before the vault's own.
struct AccessDesk {
    explicit AccessDesk(crypto::PublicKey root) : book(std::move(root)) {}

    std::mutex mutex;
    evidence::AccessBook book;
    OpenUses open;
    RefusalLimits refusals;
};

}  // namespace liuhen::vault
