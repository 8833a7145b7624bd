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

Result<std::optional<evidence::TornFile>> cutTorn(core::Files& files,
                                                  const std::string& cardFolder,
                                                  const std::string& path,
                                                  std::uint64_t size,
                                                  const std::string& name) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::AppendExisting));
    LIUHEN_TRY(const std::uint64_t whole, file->size());
    if (whole <= size) {
        return std::optional<evidence::TornFile>();
    }
    LIUHEN_TRY(const std::string kept, tornPath(files, cardFolder, name));
    LIUHEN_TRY(const auto copy, files.open(kept, core::OpenMode::CreateNew));
    core::Buffer buffer(kCopyBytes);
    crypto::Sha256 hash;
    evidence::TornFile torn{kept.substr(core::folderOf(kept).size() + 1), 0, {}};
    for (std::uint64_t at = size; at < whole;) {
        LIUHEN_TRY(const std::size_t got, file->readAt(at, buffer));
        if (got == 0) {
            break;
        }
        const core::ByteView piece = core::ByteView(buffer).first(got);
        LIUHEN_CHECK(copy->append(std::span<const core::ByteView>(&piece, 1)));
        hash.update(piece);
        torn.size += got;
        at += got;
    }
    torn.hash = hash.finish();
    LIUHEN_CHECK(copy->sync());
    LIUHEN_CHECK(files.syncFolder(core::folderOf(kept)));
    LIUHEN_CHECK(file->truncate(size));
    LIUHEN_CHECK(file->sync());
    return std::optional(std::move(torn));
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
