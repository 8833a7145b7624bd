// SPDX-License-Identifier: Apache-2.0
// What a store must do beyond files: make objects read-only, and read them back past the cache.
#pragma once

#include "dock/vault/types.hpp"

#include <memory>
#include <string>

namespace liuhen::vault {

/// The medium under the objects. Thread-safe; blocks.
class Medium {
public:
    Medium() = default;
    Medium(const Medium&) = delete;
    Medium& operator=(const Medium&) = delete;
    virtual ~Medium() = default;

    /// Makes a stored object read-only, as far as the vault's account can.
    [[nodiscard]] virtual Result<void> freeze(const std::string& path) = 0;
    /// SHA-256 of what the medium has, not of what the system remembers of it.
    [[nodiscard]] virtual Result<Digest> readBack(const std::string& path) = 0;
};

/// Mode 0440; reads with O_DIRECT, or with the cached pages dropped where that is not possible.
[[nodiscard]] std::unique_ptr<Medium> systemMedium();

}  // namespace liuhen::vault
