// SPDX-License-Identifier: Apache-2.0
// The order of syncs and renames that keeps a log whole over a power loss.
#include "common/tlog/tile_batch.hpp"

#include <fmt/format.h>

namespace liuhen::tlog {
namespace {

using core::Result;

constexpr std::size_t kRememberedFolders = 4096;
constexpr std::size_t kOpenFiles = 32;  // that wait for their sync together

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
    for (const Staged& staged : staged_) {
        if (!staged.from.empty()) {
            // What stays behind is removed when the log is opened again.
            static_cast<void>(files_->remove(staged.from));
        }
    }
}

Result<void> TileBatch::put(const std::string& path, core::ByteView content) {
    if (unsynced_ == kOpenFiles) {
        LIUHEN_CHECK(syncFiles());
    }
    LIUHEN_CHECK(makeFolder(scratch_));
    const std::string name = core::joinPath(scratch_, fmt::format("{}", staged_.size()));
    if (files_->exists(name)) {  // an earlier batch could not remove it
        LIUHEN_CHECK(files_->remove(name));
    }
    LIUHEN_TRY(auto file, files_->open(name, core::OpenMode::CreateNew));
    staged_.push_back(Staged{name, core::joinPath(folder_, path), std::move(file)});
    ++unsynced_;
    core::File& made = *staged_.back().file;
    LIUHEN_CHECK(made.append(std::span(&content, 1)));
    // All are under way when the first is waited for: the file system needs one commit for them.
    made.beginWriting(0, content.size());
    return {};
}

Result<void> TileBatch::syncFiles() {
    for (; unsynced_ > 0; --unsynced_) {
        Staged& staged = staged_[staged_.size() - unsynced_];
        LIUHEN_CHECK(staged.file->sync());
        staged.file.reset();
    }
    return {};
}

Result<void> TileBatch::place(const std::string& head, core::ByteView content) {
    LIUHEN_CHECK(put(head, content));
    LIUHEN_CHECK(syncFiles());
    LIUHEN_CHECK(giveNames(0, staged_.size() - 1));
    return giveNames(staged_.size() - 1, staged_.size());
}

/// Of the files [begin, end). Their old names need no sync: opening the log removes what is left.
Result<void> TileBatch::giveNames(std::size_t begin, std::size_t end) {
    std::set<std::string> touched;
    for (std::size_t i = begin; i < end; ++i) {
        Staged& staged = staged_[i];
        const std::string folder = core::folderOf(staged.to);
        LIUHEN_CHECK(makeFolder(folder));
        LIUHEN_CHECK(files_->rename(staged.from, staged.to));
        staged.from.clear();
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
