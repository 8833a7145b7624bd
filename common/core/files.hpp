// SPDX-License-Identifier: Apache-2.0
// The file seam: what the recorder, the vault and their tests may do to storage.
#pragma once

#include "common/core/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace liuhen::core {

/// An open file. Not thread-safe; destruction closes without a sync.
///
/// Errors of all members: ResourceExhausted (disk full), DataLoss (EIO), PermissionDenied,
/// Unavailable.
class File {
public:
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    virtual ~File() = default;

    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
    /// Fills as much of `into` as the file has from `offset` on; answers how many bytes.
    [[nodiscard]] virtual Result<std::size_t> readAt(std::uint64_t offset,
                                                     std::span<std::uint8_t> into) const = 0;
    /// Writes all pieces, one after the other, at the end. On an error some of them may be there.
    /// Power loss: any part of the pieces may be there, or none, until sync() has answered.
    [[nodiscard]] virtual Result<void> append(std::span<const ByteView> pieces) = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    /// Lets the system begin to write bytes to the medium, so that a later sync() finds less to do.
    /// A hint: nothing is durable by it, and no error is lost to it.
    virtual void beginWriting(std::uint64_t /*offset*/, std::uint64_t /*count*/) {}
    /// Makes content and size durable (fdatasync). After an error the file's state on the medium is
    /// unknown: give it up, never sync again and believe the answer.
    [[nodiscard]] virtual Result<void> sync() = 0;
};

/// One thing in a folder.
struct FolderItem {
    std::string name;
    bool isFolder = false;
    std::uint64_t sizeBytes = 0;
    std::int64_t changedUs = 0;  // when its content was last changed, UTC; 0 if that is not known
};

enum class OpenMode {
    Read,            // must exist
    ReadScattered,   // as Read, for little pieces here and there: nothing is read ahead
    CreateNew,       // must not exist; for appending and reading
    AppendExisting,  // must exist; for appending and reading
};

/// A storage. Paths are as the operating system takes them; nothing is changed outside of them.
/// Symbolic links as the last element are never followed. Thread-safe.
class Files {
public:
    Files() = default;
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    virtual ~Files() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                                             OpenMode mode) = 0;
    /// Sorted by name; without "." and "..". Errors: NotFound.
    [[nodiscard]] virtual Result<std::vector<FolderItem>> list(const std::string& folder) = 0;
    [[nodiscard]] virtual bool exists(const std::string& path) = 0;
    /// Makes a folder and those above it, and makes them durable.
    [[nodiscard]] virtual Result<void> makeFolders(const std::string& folder) = 0;
    /// Replaces `to` if it is there. Durable after syncFolder of both folders.
    [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    /// Errors: AlreadyExists if `to` is there.
    [[nodiscard]] virtual Result<void> renameNoReplace(const std::string& from,
                                                       const std::string& to) = 0;
    /// A file, or a folder with nothing in it. Errors: NotFound; FailedPrecondition if not empty.
    [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
    [[nodiscard]] virtual Result<void> syncFolder(const std::string& folder) = 0;
    /// Bytes that a program may still write there.
    [[nodiscard]] virtual Result<std::uint64_t> freeBytes(const std::string& folder) = 0;
};

/// The operating system's files.
[[nodiscard]] std::unique_ptr<Files> systemFiles();

/// Reads a whole file of at most `limit` bytes. Errors: NotFound; ResourceExhausted if it is
/// longer.
[[nodiscard]] Result<Buffer> readFile(Files& files, const std::string& path, std::uint64_t limit);

/// Puts `content` at `path` in one step: temporary file, sync, rename, sync of the folder.
/// Power loss: `path` holds the old or the new content, whole.
[[nodiscard]] Result<void> replaceFile(Files& files, const std::string& path, ByteView content);

/// The folder part of a path ("." if there is none), and folder + "/" + name.
[[nodiscard]] std::string folderOf(const std::string& path);
[[nodiscard]] std::string joinPath(const std::string& folder, const std::string& name);

}  // namespace liuhen::core
