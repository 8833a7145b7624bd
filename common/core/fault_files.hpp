// SPDX-License-Identifier: Apache-2.0
// The file seam's fault-injecting twin: storage in memory that forgets what was not synced.
#pragma once

#include "common/core/files.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace liuhen::core {

/// What a fault can hit.
enum class FileOperation {
    Open,
    Read,
    Append,
    Truncate,
    Sync,
    List,
    MakeFolders,
    Rename,
    Remove,
    SyncFolder
};

/// Storage in memory with two states per file and folder: what programs see, and what the medium
/// has.
///
/// A file's content reaches the medium at sync(); its name at syncFolder() of its folder. crash()
/// throws away the rest, or keeps a pseudo-random part of it, as a real disk may.
class FaultFiles final : public Files {
public:
    explicit FaultFiles(std::uint64_t quotaBytes = UINT64_MAX);
    FaultFiles(const FaultFiles&) = delete;
    FaultFiles& operator=(const FaultFiles&) = delete;
    ~FaultFiles() override;

    /// Called before each operation with its running number (from 0); answer an errno to fail it.
    /// A failing Append with ENOSPC or EIO writes half of its bytes. After a failing Sync that
    /// file's later syncs answer well and keep nothing, as a system does that dropped the unwritten
    /// pages; until it is truncated to what was kept before, and written anew.
    using Fault = std::function<int(FileOperation, const std::string& path, std::uint64_t number)>;
    void setFault(Fault fault);
    /// How many operations were asked for so far, and how many of them were Sync or SyncFolder.
    [[nodiscard]] std::uint64_t operations() const;
    [[nodiscard]] std::uint64_t syncs() const;

    /// The power is cut and comes back: all that is not on the medium is gone; with `tornSeed` != 0
    /// each unsynced append survives whole, in part, as zeros or not at all, and the first so many
    /// unsynced changes of names survive, chosen by that seed. Ends a cut; the fault stays set.
    /// Open File objects fail with Unavailable from then on.
    void crash(std::uint64_t tornSeed = 0);
    /// After this many more Sync/SyncFolder calls have answered, every operation fails with
    /// Unavailable ("power cut") until crash() is called. Walks a test over every sync point.
    void cutAfterSyncs(std::uint64_t count);
    /// The same after this many more operations of any kind, so that unsynced bytes are pending.
    void cutAfterOperations(std::uint64_t count);

    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path,
                                                     OpenMode mode) override;
    [[nodiscard]] Result<std::vector<FolderItem>> list(const std::string& folder) override;
    [[nodiscard]] bool exists(const std::string& path) override;
    [[nodiscard]] Result<void> makeFolders(const std::string& folder) override;
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override;
    [[nodiscard]] Result<void> renameNoReplace(const std::string& from,
                                               const std::string& to) override;
    [[nodiscard]] Result<void> remove(const std::string& path) override;
    [[nodiscard]] Result<void> syncFolder(const std::string& folder) override;
    [[nodiscard]] Result<std::uint64_t> freeBytes(const std::string& folder) override;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace liuhen::core
