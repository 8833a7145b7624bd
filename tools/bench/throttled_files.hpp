// SPDX-License-Identifier: Apache-2.0
// A card that takes so many bytes a second, and remembers when each part was safe.
#pragma once

#include "common/core/clock.hpp"
#include "common/core/files.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace liuhen::bench {

/// Passes everything on; a sync takes at least as long as what was appended to the file since the
/// last one takes at that pace. Thread-safe.
class ThrottledFiles final : public core::Files {
public:
    ThrottledFiles(core::Files& inner, std::uint64_t bytesPerSecond)
        : inner_(inner), bytesPerSecond_(bytesPerSecond) {}

    /// BOOTTIME at which the n-th sync of a file has answered, from 0; 0 if there was none.
    [[nodiscard]] core::Nanoseconds syncedAt(const std::string& path, std::uint64_t number) const;
    void noteSync(const std::string& path);
    /// Waits until `bytes`, begun at `since`, can be on the card.
    void pace(std::uint64_t bytes, core::Nanoseconds since) const;
    [[nodiscard]] core::Nanoseconds now() const { return clock_.boottime(); }

    [[nodiscard]] core::Result<std::unique_ptr<core::File>> open(const std::string& path,
                                                                 core::OpenMode mode) override;
    [[nodiscard]] core::Result<std::vector<core::FolderItem>> list(
        const std::string& folder) override {
        return inner_.list(folder);
    }
    [[nodiscard]] bool exists(const std::string& path) override { return inner_.exists(path); }
    [[nodiscard]] core::Result<void> makeFolders(const std::string& folder) override {
        return inner_.makeFolders(folder);
    }
    [[nodiscard]] core::Result<void> rename(const std::string& from,
                                            const std::string& to) override {
        return inner_.rename(from, to);
    }
    [[nodiscard]] core::Result<void> renameNoReplace(const std::string& from,
                                                     const std::string& to) override {
        return inner_.renameNoReplace(from, to);
    }
    [[nodiscard]] core::Result<void> remove(const std::string& path) override {
        return inner_.remove(path);
    }
    [[nodiscard]] core::Result<void> syncFolder(const std::string& folder) override {
        return inner_.syncFolder(folder);
    }
    [[nodiscard]] core::Result<std::uint64_t> freeBytes(const std::string& folder) override {
        return inner_.freeBytes(folder);
    }

private:
    core::Files& inner_;
    std::uint64_t bytesPerSecond_;
    core::SystemClock clock_;
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<core::Nanoseconds>> syncs_;
};

}  // namespace liuhen::bench
