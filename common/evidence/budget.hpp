// SPDX-License-Identifier: Apache-2.0
// A bound on what a check keeps of ledgers that others made.
#pragma once

#include "common/core/result.hpp"

#include <cstdint>

namespace liuhen::evidence {

/// Counts the bytes of the records that a check keeps. Beyond the limit the check gives up: it
/// cannot tell. An honest chapter needs about 200 bytes for each part.
class Budget {
public:
    static constexpr std::uint64_t kBytes = std::uint64_t{1} << 30U;

    explicit Budget(std::uint64_t limit = kBytes) : limit_(limit) {}

    /// Errors: ResourceExhausted.
    [[nodiscard]] core::Result<void> take(std::uint64_t bytes) {
        used_ += bytes;
        if (used_ > limit_) {
            return core::fail(core::ErrorKind::ResourceExhausted,
                              "check evidence: it tells of more than a check remembers (1 GiB)");
        }
        return {};
    }
    void give(std::uint64_t bytes) { used_ -= bytes; }
    [[nodiscard]] std::uint64_t used() const { return used_; }

private:
    std::uint64_t limit_;
    std::uint64_t used_ = 0;
};

}  // namespace liuhen::evidence
