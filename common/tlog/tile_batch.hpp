// SPDX-License-Identifier: Apache-2.0
// Puts a group of files in place: all whole and synced first, then all renamed, then their folders
// synced; and behind them the one that tells of them.
#pragma once

#include "common/core/files.hpp"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace liuhen::tlog {

/// Files on their way into a log, staged in a scratch folder of the same file system.
///
/// Destruction removes those not placed; a crash leaves them in the scratch folder, some under
/// their name in the log as well: whoever opens the log empties the scratch folder.
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

    /// Writes the content of what shall be `path` in the log.
    [[nodiscard]] core::Result<void> put(const std::string& path, core::ByteView content);
    /// Gives all files their names, replacing what is there, and makes these durable; then `head`,
    /// which tells of them. Errors: DataLoss if a folder could not be synced: which names are on
    /// the medium is not known then.
    [[nodiscard]] core::Result<void> place(const std::string& head, core::ByteView content);

private:
    struct Staged {
        std::string from;
        std::string to;
        std::unique_ptr<core::File> file;  // until it is synced
    };
    [[nodiscard]] core::Result<void> makeFolder(const std::string& folder);
    [[nodiscard]] core::Result<void> syncFiles();
    [[nodiscard]] core::Result<void> giveNames(std::size_t begin, std::size_t end);

    core::Files* files_;
    std::string folder_;
    std::string scratch_;
    std::set<std::string>* durableFolders_;
    std::vector<Staged> staged_;  // those placed have no `from` any more
    std::size_t unsynced_ = 0;    // of them, the last ones
};

}  // namespace liuhen::tlog
