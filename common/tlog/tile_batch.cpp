// SPDX-License-Identifier: Apache-2.0
// The order of syncs and renames that keeps a log whole over a power loss.
#include "common/tlog/tile_batch.hpp"

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::Result;

constexpr std::size_t kRememberedFolders = 4096;

}  // namespace

TileBatch::TileBatch(core::Files& files,
                     std::string folder,
                     std::string scratch,
                     std::set<std::string>& durableFolders)
    : files_(&files),
      folder_(std::move(folder)),
      scratch_(std::move(scratch)),
      durableFolders_(&durableFolders) {}

TileBatch::~TileBatch() {
    for (const auto& [from, to] : pending_) {
        // What stays behind is removed when the log is opened again.
        static_cast<void>(files_->remove(from));
    }
}

Result<void> TileBatch::put(const std::string& path, core::ByteView content) {
    LIUHEN_CHECK(makeFolder(scratch_));
    const std::string name = core::joinPath(scratch_, fmt::format("{}", made_++));
    if (files_->exists(name)) {  // an earlier batch could not remove it
        LIUHEN_CHECK(files_->remove(name));
    }
    LIUHEN_TRY(const auto file, files_->open(name, core::OpenMode::CreateNew));
    pending_.emplace_back(name, core::joinPath(folder_, path));
    LIUHEN_CHECK(file->append(std::span(&content, 1)));
    return file->sync();
}

Result<void> TileBatch::place() {
    if (pending_.empty()) {
        return {};
    }
    std::set<std::string> touched = {scratch_};
    while (!pending_.empty()) {
        const auto [from, to] = pending_.back();
        const std::string folder = core::folderOf(to);
        LIUHEN_CHECK(makeFolder(folder));
        LIUHEN_CHECK(files_->rename(from, to));
        pending_.pop_back();
        touched.insert(folder);
    }
    for (const std::string& folder : touched) {
        if (const auto synced = files_->syncFolder(folder); !synced) {
            // Whatever the cause: a later sync that answers well does not say that these names are
            // on the medium.
            return core::fail(core::ErrorKind::DataLoss, synced.error().message);
        }
    }
    return {};
}

Result<void> TileBatch::makeFolder(const std::string& folder) {
    if (durableFolders_->count(folder) != 0) {
        return {};
    }
    LIUHEN_CHECK(files_->makeFolders(folder));
    if (durableFolders_->size() >= kRememberedFolders) {
        durableFolders_->clear();
    }
    durableFolders_->insert(folder);
    return {};
}

}  // namespace liuhen::tlog
