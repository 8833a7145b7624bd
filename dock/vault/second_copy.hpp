// SPDX-License-Identifier: Apache-2.0
// The second copy: another place that holds objects and log just as the vault's folder does.
#pragma once

#include "common/core/files.hpp"
#include "common/evidence/vault_leaves.hpp"
#include "common/tlog/tiles.hpp"
#include "dock/vault/chapter_cache.hpp"
#include "dock/vault/medium.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::vault {

/// Called after each piece of work in the background with its bytes; may sleep. False ends the work
/// where it stands. An empty one never does.
using Pace = std::function<bool(std::uint64_t bytes)>;

/// How the second copy is made, and what receipts may say without it.
struct CopySettings {
    std::string second;  // folder of the second copy, through Files; "" for none
    /// Receipts of one copy are given although a second one is due; recorders may free footage by
    /// them so many hours later. Nothing: receipts wait for the second copy.
    std::optional<std::uint64_t> singleCopyAfterHours;
};

/// Folders of a second copy: what is kept, and what it is made with.
inline constexpr const char* kSecondParts[] = {"objects", "incoming", "log", "scratch"};

/// The hash of a whole file off the medium, read at a pace. Nothing if the pace ended it.
[[nodiscard]] Result<std::optional<Digest>> readPaced(Medium& medium,
                                                      const std::string& path,
                                                      const Pace& pace);

using evidence::objectName;

enum class Copied {
    Yes,      // `to` holds the object, synced, and the medium gave it back
    Damaged,  // `from` does not hold it, or cannot be read
    Stopped   // by the pace
};
struct CopyPaths {
    std::string from;
    std::string to;  // must not be there
};
/// Copies an object's bytes and reads them back. Unless it answers Yes, a part of them may lie in
/// `to`. Errors: those of writing; DataLoss if the medium gives other bytes back.
[[nodiscard]] Result<Copied> copyVerified(core::Files& files,
                                          Medium& medium,
                                          const Digest& object,
                                          const CopyPaths& paths,
                                          const Pace& pace);

/// Leaves of the vault's log from an index on.
struct LogSlice {
    std::vector<Buffer> leaves;
    std::string note;       // the newest checkpoint's
    std::string witnessed;  // the newest that was witnessed; "" if none was
    std::uint64_t witnessedSize = 0;
    bool whole = false;  // these are all that it covers
};
/// Reads leaves from an index on, at most TileStore::kStagedBytes of them.
using ReadLog = std::function<Result<LogSlice>(std::uint64_t from)>;

/// A folder with `objects/` and `log/` as in docs/format/custody.md, and a mark that tells it from
/// the empty folder below a disk that is away. Thread-safe; blocks. Nothing of it is ever removed
/// but its own unfinished files.
///
/// Power loss: what keep() and mirror() answered for is there; the rest is made anew.
class SecondCopy {
public:
    SecondCopy(core::Files& files, Medium& medium, std::string folder, std::string origin);

    /// The id in the folder's mark; nothing if the folder is absent or empty, or has but empty
    /// kSecondParts. Errors: Unavailable
    /// if it holds something else than a second copy of this vault.
    [[nodiscard]] Result<std::optional<std::string>> identify();
    /// Makes an absent or empty folder a second copy; answers its id, 32 hex digits. Errors:
    /// AlreadyExists if it is one or holds anything else.
    [[nodiscard]] Result<std::string> begin();

    /// Opens the log of the second copy with this id, and uses it until it fails. Answers size and
    /// root of that log; nothing if it is empty.
    [[nodiscard]] Result<std::optional<tlog::Checkpoint>> attach(const std::string& id);
    /// The id that it was attached with, if its mark still says so. Errors: Unavailable, with what
    /// to do next.
    [[nodiscard]] Result<std::string> attached();
    /// It is not to be used until it is attached again.
    void detach();

    enum class Kept {
        Yes,            // there, read back from the medium, its name durable
        FirstDamaged,   // the source does not hold these bytes
        SecondDamaged,  // it holds other bytes under this name
        Stopped         // by the pace
    };
    /// Copies an object from the file `source`, or reads back the one that is there. Errors: those
    /// of its disk; ResourceExhausted if it is full. After an error of a folder it is of no use
    /// until the next start.
    [[nodiscard]] Result<Kept> keep(const Digest& object,
                                    std::uint64_t sizeBytes,
                                    const std::string& source,
                                    const Pace& pace);

    /// Leaves under its checkpoint.
    [[nodiscard]] std::uint64_t logSize() const { return logSize_; }
    /// Leaves under its newest note that was witnessed.
    [[nodiscard]] std::uint64_t witnessedSize() const { return witnessedSize_; }
    /// Brings its log to where the vault's is. After an error it is detached.
    [[nodiscard]] Result<void> mirror(const ReadLog& read, const crypto::NoteKey& key);

    [[nodiscard]] std::string objectPath(const Digest& object) const {
        return core::joinPath(folder_, objectName(object));
    }
    [[nodiscard]] const std::string& folder() const { return folder_; }

private:
    [[nodiscard]] std::string markPath() const { return core::joinPath(folder_, "second-copy"); }
    [[nodiscard]] std::string partFolder() const { return core::joinPath(folder_, "incoming"); }
    [[nodiscard]] Result<std::string> readMark();
    [[nodiscard]] Result<Kept> recheck(const Digest& object, const Pace& pace);
    [[nodiscard]] Result<void> publish(const std::string& part, const std::string& path);
    [[nodiscard]] Result<void> syncFolder(const std::string& folder);

    core::Files& files_;
    Medium& medium_;
    const std::string folder_;
    const std::string origin_;
    NamedLocks objects_;  // by name: nobody copies one twice at once
    std::mutex mutex_;    // of the log and the id
    std::optional<tlog::TileStore> log_;
    std::string id_;  // "" while it is not attached
    std::atomic<std::uint64_t> logSize_{0};
    std::atomic<std::uint64_t> witnessedSize_{0};
    std::atomic<bool> lost_{false};  // a folder could not be synced: nothing is known any more
};

}  // namespace liuhen::vault
