// SPDX-License-Identifier: Apache-2.0
// Cutting and keeping.
#include "firmware/storage/torn.hpp"

#include "common/crypto/digest.hpp"

#include <fmt/format.h>

namespace liuhen::storage {

using core::Result;

namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;

}  // namespace

Result<std::string> tornPath(core::Files& files,
                             const std::string& cardFolder,
                             const std::string& name) {
    const std::string folder = core::joinPath(cardFolder, "torn");
    LIUHEN_CHECK(files.makeFolders(folder));
    for (int number = 1;; ++number) {
        std::string path = core::joinPath(folder, fmt::format("{}.{}.torn", name, number));
        if (!files.exists(path)) {
            return path;
        }
    }
}

namespace {

/// Copies what lies behind `from` to a new file, durably.
Result<evidence::TornFile> copyBehind(core::Files& files,
                                      const core::File& file,
                                      std::uint64_t from,
                                      const std::string& to) {
    LIUHEN_TRY(const auto copy, files.open(to, core::OpenMode::CreateNew));
    core::Buffer buffer(kCopyBytes);
    crypto::Sha256 hash;
    evidence::TornFile torn{to.substr(core::folderOf(to).size() + 1), 0, {}};
    for (;;) {
        LIUHEN_TRY(const std::size_t got, file.readAt(from + torn.size, buffer));
        if (got == 0) {
            break;
        }
        const core::ByteView piece = core::ByteView(buffer).first(got);
        LIUHEN_CHECK(copy->append(std::span<const core::ByteView>(&piece, 1)));
        hash.update(piece);
        torn.size += got;
    }
    torn.hash = hash.finish();
    LIUHEN_CHECK(copy->sync());
    LIUHEN_CHECK(files.syncFolder(core::folderOf(to)));
    return torn;
}

}  // namespace

Result<std::optional<evidence::TornFile>> cutTorn(core::Files& files,
                                                  const std::string& cardFolder,
                                                  const std::string& path,
                                                  std::uint64_t size,
                                                  const std::string& name) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::AppendExisting));
    LIUHEN_TRY(const std::uint64_t whole, file->size());
    std::optional<evidence::TornFile> kept;
    if (whole < size) {
        return kept;
    }
    std::string to;
    if (whole > size) {
        LIUHEN_TRY(to, tornPath(files, cardFolder, name));
        auto copied = copyBehind(files, *file, size, to);
        if (!copied) {
            // The bytes are where they were: half a copy on a full card would be for ever.
            (void)files.remove(to);
            return core::failWith(copied.error(), "keep the end of " + path);
        }
        kept = *std::move(copied);
    }
    // Also where it is that long already: a sync that failed before counts for nothing.
    if (auto cut = file->truncate(size); !cut) {
        if (kept) {
            (void)files.remove(to);
        }
        return core::failWith(cut.error(), "cut the end of " + path);
    }
    LIUHEN_CHECK(file->sync());
    return kept;
}

Result<std::optional<evidence::TornFile>> moveToTorn(core::Files& files,
                                                     const std::string& cardFolder,
                                                     const std::string& path,
                                                     const std::string& name,
                                                     Trust trust) {
    const auto file = files.open(path, core::OpenMode::AppendExisting);
    if (!file && file.error().kind == core::ErrorKind::NotFound) {
        // Gone, and durably so: it may have been moved by a try that failed at its very end.
        if (files.exists(core::folderOf(path))) {
            LIUHEN_CHECK(files.syncFolder(core::folderOf(path)));
        }
        return std::optional<evidence::TornFile>();
    }
    if (!file) {
        return core::failWith(file.error(), "keep " + path);
    }
    LIUHEN_TRY(const std::string to, tornPath(files, cardFolder, name));
    std::optional<evidence::TornFile> torn;
    if (trust == Trust::Content && (*file)->sync()) {
        LIUHEN_TRY(torn, describeTorn(files, path));
        LIUHEN_CHECK(files.renameNoReplace(path, to));
        LIUHEN_CHECK(files.syncFolder(core::folderOf(to)));
        torn->file = to.substr(core::folderOf(to).size() + 1);
    } else {
        auto copied = copyBehind(files, **file, 0, to);
        auto removed = copied ? files.remove(path) : Result<void>();
        if (!copied || !removed) {
            (void)files.remove(to);
            return core::failWith(copied ? removed.error() : copied.error(), "keep " + path);
        }
        torn = *std::move(copied);
    }
    LIUHEN_CHECK(files.syncFolder(core::folderOf(path)));
    return torn;
}

Result<evidence::TornFile> describeTorn(core::Files& files, const std::string& path) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    crypto::Sha256 hash;
    core::Buffer buffer(kCopyBytes);
    evidence::TornFile torn{path.substr(core::folderOf(path).size() + 1), 0, {}};
    for (;;) {
        LIUHEN_TRY(const std::size_t got, file->readAt(torn.size, buffer));
        if (got == 0) {
            torn.hash = hash.finish();
            return torn;
        }
        hash.update(core::ByteView(buffer).first(got));
        torn.size += got;
    }
}

}  // namespace liuhen::storage
