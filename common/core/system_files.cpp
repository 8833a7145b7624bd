// SPDX-License-Identifier: Apache-2.0
// The operating system's files behind the file seam.
#include "common/core/files.hpp"
#include "common/core/unique_fd.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <mutex>
#include <set>

#include <dirent.h>
#include <fmt/format.h>

namespace liuhen::core {

namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr long kNanosPerMicro = 1000;
constexpr std::size_t kRememberedFolders = 4096;

tl::unexpected<Error> failed(int errorNumber, std::string_view verb, const std::string& path) {
    const std::string what = fmt::format("{} {}", verb, path);
    switch (errorNumber) {
        case ELOOP:
            return fail(ErrorKind::PermissionDenied, what + ": a symbolic link");
        case ENOTDIR:
        case EISDIR:
        case ENOTEMPTY:
        case EXDEV: {
            Error error = failErrno(errorNumber, what).value();
            error.kind = ErrorKind::FailedPrecondition;
            return tl::unexpected<Error>(std::move(error));
        }
        default:
            return failErrno(errorNumber, what);
    }
}

/// A path as the system takes it: not empty, no byte that would end it early.
Result<void> checkPath(std::string_view verb, const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} '{}': no path", verb, path.c_str()));
    }
    return {};
}

/// Calls again as long as a signal interrupts.
template <class Call>
auto retried(Call call) {
    auto answer = call();
    while (answer < 0 && errno == EINTR) {
        answer = call();
    }
    return answer;
}

Result<UniqueFd> openFolder(std::string_view verb, const std::string& folder) {
    LIUHEN_CHECK(checkPath(verb, folder));
    UniqueFd fd(retried([&folder] {
        return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    }));
    if (!fd.valid()) {
        return failed(errno, verb, folder);
    }
    return fd;
}

class SystemFile final : public File {
public:
    SystemFile(UniqueFd fd, std::string path, bool writable)
        : fd_(std::move(fd)), path_(std::move(path)), writable_(writable) {}

    [[nodiscard]] Result<std::uint64_t> size() const override {
        struct stat status {};
        if (::fstat(fd_.get(), &status) != 0) {
            return failed(errno, "size of", path_);
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset,
                                             std::span<std::uint8_t> into) const override {
        std::size_t have = 0;
        while (have < into.size()) {
            const ssize_t got = retried([this, offset, into, have] {
                return ::pread(fd_.get(),
                               into.data() + have,
                               into.size() - have,
                               static_cast<off_t>(offset + have));
            });
            if (got < 0) {
                return failed(errno, fmt::format("read at {}", offset + have), path_);
            }
            if (got == 0) {
                break;
            }
            have += static_cast<std::size_t>(got);
        }
        return have;
    }

    [[nodiscard]] Result<void> append(std::span<const ByteView> pieces) override {
        LIUHEN_CHECK(checkWritable("append to"));
        std::vector<iovec> left;
        left.reserve(pieces.size());
        for (const ByteView piece : pieces) {
            if (!piece.empty()) {
                // writev only reads, though its type does not say so.
                left.push_back({const_cast<std::uint8_t*>(piece.data()), piece.size()});
            }
        }
        return writeAll(left);
    }

    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        LIUHEN_CHECK(checkWritable("truncate"));
        const int answer =
            retried([this, size] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); });
        if (answer != 0) {
            return failed(errno, "truncate", path_);
        }
        return {};
    }

    void beginWriting(std::uint64_t offset, std::uint64_t count) override {
        // Without the flags that wait it takes no error away from the sync that follows.
        static_cast<void>(::sync_file_range(fd_.get(),
                                            static_cast<off_t>(offset),
                                            static_cast<off_t>(count),
                                            SYNC_FILE_RANGE_WRITE));
    }

    [[nodiscard]] Result<void> sync() override {
        // Not retried: after any error the kernel may have dropped what it could not write.
        if (::fdatasync(fd_.get()) != 0) {
            return failed(errno, "sync", path_);
        }
        return {};
    }

private:
    [[nodiscard]] Result<void> checkWritable(std::string_view verb) const {
        if (!writable_) {
            return fail(ErrorKind::FailedPrecondition,
                        fmt::format("{} {}: opened for reading", verb, path_));
        }
        return {};
    }

    [[nodiscard]] Result<void> writeAll(std::span<iovec> left) {
        while (!left.empty()) {
            const auto count = static_cast<int>(std::min<std::size_t>(left.size(), IOV_MAX));
            const ssize_t answer =
                retried([this, left, count] { return ::writev(fd_.get(), left.data(), count); });
            if (answer <= 0) {
                return failed(answer < 0 ? errno : EIO, "append to", path_);
            }
            auto written = static_cast<std::size_t>(answer);
            while (!left.empty() && written >= left.front().iov_len) {
                written -= left.front().iov_len;
                left = left.subspan(1);
            }
            if (written > 0) {
                left.front().iov_base = static_cast<char*>(left.front().iov_base) + written;
                left.front().iov_len -= written;
            }
        }
        return {};
    }

    UniqueFd fd_;
    std::string path_;
    bool writable_;
};

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Makes one folder unless it is there. Answers whether it was made.
Result<bool> makeFolder(const std::string& folder, bool last) {
    if (::mkdir(folder.c_str(), kFolderMode) == 0) {
        return true;
    }
    const int reason = errno;
    if (reason != EEXIST && reason != EROFS && reason != EACCES) {
        return failed(reason, "make folder", folder);
    }
    struct stat status {};
    const int found = last ? ::lstat(folder.c_str(), &status) : ::stat(folder.c_str(), &status);
    if (found != 0) {
        return failed(reason, "make folder", folder);
    }
    if (!S_ISDIR(status.st_mode)) {
        return failed(ENOTDIR, "make folder", folder);
    }
    return false;
}

class SystemFiles final : public Files {
public:
    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path,
                                                     OpenMode mode) override {
        LIUHEN_CHECK(checkPath("open", path));
        // O_NONBLOCK so that a pipe under that name cannot hold us; it means nothing for files.
        int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
        const bool writable = mode != OpenMode::Read && mode != OpenMode::ReadScattered;
        flags |= writable ? (O_RDWR | O_APPEND) : O_RDONLY;
        flags |= mode == OpenMode::CreateNew ? (O_CREAT | O_EXCL) : 0;
        UniqueFd fd(retried([&path, flags] { return ::open(path.c_str(), flags, kFileMode); }));
        if (!fd.valid()) {
            return failed(errno, "open", path);
        }
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0) {
            return failed(errno, "open", path);
        }
        if (!S_ISREG(status.st_mode)) {
            return fail(ErrorKind::FailedPrecondition, "open " + path + ": not a file");
        }
        if (mode == OpenMode::ReadScattered) {
            static_cast<void>(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM));  // only advice
        }
        return std::make_unique<SystemFile>(std::move(fd), path, writable);
    }

    [[nodiscard]] Result<std::vector<FolderItem>> list(const std::string& folder) override {
        LIUHEN_TRY(UniqueFd fd, openFolder("list", folder));
        const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(fd.get()));
        if (stream == nullptr) {
            return failed(errno, "list", folder);
        }
        const int folderFd = fd.release();  // the stream closes it
        std::vector<FolderItem> items;
        while (true) {
            errno = 0;
            // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream.
            const dirent* entry = ::readdir(stream.get());
            if (entry == nullptr) {
                break;
            }
            FolderItem item;
            item.name = entry->d_name;
            if (item.name == "." || item.name == "..") {
                continue;
            }
            struct stat status {};
            if (::fstatat(folderFd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) {
                    continue;  // removed meanwhile
                }
                return failed(errno, "list", joinPath(folder, item.name));
            }
            item.isFolder = S_ISDIR(status.st_mode);
            item.sizeBytes =
                S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
            item.changedUs = std::int64_t{status.st_mtim.tv_sec} * kMicrosPerSecond +
                             status.st_mtim.tv_nsec / kNanosPerMicro;
            items.push_back(std::move(item));
        }
        if (errno != 0) {
            return failed(errno, "list", folder);
        }
        std::sort(items.begin(), items.end(), [](const FolderItem& a, const FolderItem& b) {
            return a.name < b.name;
        });
        return items;
    }

    [[nodiscard]] bool exists(const std::string& path) override {
        struct stat status {};
        return checkPath("look for", path) && ::lstat(path.c_str(), &status) == 0;
    }

    [[nodiscard]] Result<void> makeFolders(const std::string& folder) override {
        LIUHEN_CHECK(checkPath("make folder", folder));
        std::size_t end = 0;
        while (end != std::string::npos) {
            end = folder.find('/', folder.find_first_not_of('/', end));
            const std::string part = folder.substr(0, end);
            const bool last = folder.find_first_not_of('/', end) == std::string::npos;
            if (part.find_first_not_of('/') == std::string::npos) {
                break;  // the root
            }
            LIUHEN_TRY(const bool made, makeFolder(part, last));
            if (made || !isDurable(part)) {
                LIUHEN_CHECK(makeDurable(part, made));
            }
            if (last) {
                break;
            }
        }
        return {};
    }

    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        return move(from, to, 0);
    }

    [[nodiscard]] Result<void> renameNoReplace(const std::string& from,
                                               const std::string& to) override {
        return move(from, to, RENAME_NOREPLACE);
    }

    [[nodiscard]] Result<void> remove(const std::string& path) override {
        LIUHEN_CHECK(checkPath("remove", path));
        if (::unlink(path.c_str()) == 0 || (errno == EISDIR && ::rmdir(path.c_str()) == 0)) {
            return {};
        }
        return failed(errno, "remove", path);
    }

    [[nodiscard]] Result<void> syncFolder(const std::string& folder) override {
        LIUHEN_TRY(const UniqueFd fd, openFolder("sync folder", folder));
        if (::fsync(fd.get()) != 0) {
            return failed(errno, "sync folder", folder);
        }
        return {};
    }

    [[nodiscard]] Result<std::uint64_t> freeBytes(const std::string& folder) override {
        LIUHEN_TRY(const UniqueFd fd, openFolder("measure", folder));
        struct statvfs status {};
        if (retried([&] { return ::fstatvfs(fd.get(), &status); }) != 0) {
            return failed(errno, "measure", folder);
        }
        return std::uint64_t{status.f_bavail} * status.f_frsize;
    }

private:
    [[nodiscard]] bool isDurable(const std::string& folder) {
        const std::lock_guard lock(mutex_);
        return durable_.contains(folder);
    }

    /// A folder that was there already may have been made by a program that was killed, or whose
    /// sync failed, before its name was on the medium. Once for each; those in which this account
    /// cannot look are none of its making.
    [[nodiscard]] Result<void> makeDurable(const std::string& folder, bool made) {
        const auto synced = syncFolder(folderOf(folder));
        if (!synced && (made || synced.error().kind == ErrorKind::DataLoss ||
                        synced.error().kind == ErrorKind::ResourceExhausted)) {
            return synced;
        }
        const std::lock_guard lock(mutex_);
        if (durable_.size() >= kRememberedFolders) {
            durable_.clear();
        }
        durable_.insert(folder);
        return {};
    }

    [[nodiscard]] static Result<void> move(const std::string& from,
                                           const std::string& to,
                                           unsigned flags) {
        LIUHEN_CHECK(checkPath("rename", from));
        LIUHEN_CHECK(checkPath("rename to", to));
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0) {
            return failed(errno, "rename " + from + " to", to);
        }
        return {};
    }

    std::mutex mutex_;
    std::set<std::string> durable_;  // folders whose names were synced by us
};

}  // namespace

std::unique_ptr<Files> systemFiles() {
    return std::make_unique<SystemFiles>();
}

}  // namespace liuhen::core
