// SPDX-License-Identifier: Apache-2.0
// Puts a group of files in place: each whole and synced first, then all renamed, then their folders
// synced.
#pragma once

#include "common/core/files.hpp"

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace liuhen::tlog {

/// Files on their way into a log, staged in a scratch folder of the same file system.
///
/// Destruction removes those not placed; a crash leaves them in the scratch folder.
class TileBatch {
public:
    /// `durableFolders` remembers, from batch to batch, which folders need not be made again.
    TileBatch(core::Files& files,
              std::string folder,
              std::string scratch,
              std::set<std::string>& durableFolders);
    TileBatch(const TileBatch&) = delete;
    TileBatch& operator=(const TileBatch&) = delete;
    TileBatch(TileBatch&&) = delete;
    TileBatch& operator=(TileBatch&&) = delete;
    ~TileBatch();

    /// Writes and syncs the content of what shall be `path` in the log.
    [[nodiscard]] core::Result<void> put(const std::string& path, core::ByteView content);
    /// Gives all files their names, replacing what is there, and makes these durable. Errors:
    /// DataLoss if a folder could not be synced: which names are on the medium is not known then.
    [[nodiscard]] core::Result<void> place();

private:
    [[nodiscard]] core::Result<void> makeFolder(const std::string& folder);

    core::Files* files_;
    std::string folder_;
    std::string scratch_;
    std::set<std::string>* durableFolders_;
    std::vector<std::pair<std::string, std::string>> pending_;  // scratch file, final path
    std::size_t made_ = 0;
};

}  // namespace liuhen::tlog
