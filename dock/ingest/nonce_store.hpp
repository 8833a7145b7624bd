// SPDX-License-Identifier: Apache-2.0
// The docking nonce of an unfinished intake, so that a retry gets the same docking entry.
#pragma once

#include "common/core/files.hpp"

#include <string>

namespace liuhen::ingest {

/// One small file per device, gone when its intake is finished.
class NonceStore {
public:
    NonceStore(core::Files& files, std::string folder)
        : files_(&files), folder_(std::move(folder)) {}

    struct Nonce {
        core::Buffer bytes;   // 32
        bool reused = false;  // of an earlier, unfinished intake
    };
    /// The nonce of the unfinished intake, else a new one, which is durable before it is answered.
    /// `device` must be a device name.
    [[nodiscard]] core::Result<Nonce> take(const std::string& device);
    /// A new one in place of the old.
    [[nodiscard]] core::Result<Nonce> renew(const std::string& device);
    [[nodiscard]] core::Result<void> finish(const std::string& device);

private:
    [[nodiscard]] std::string pathOf(const std::string& device) const;

    core::Files* files_;
    std::string folder_;
};

}  // namespace liuhen::ingest
