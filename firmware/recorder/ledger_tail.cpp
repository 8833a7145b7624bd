// SPDX-License-Identifier: Apache-2.0
// Writing, syncing and writing again of the ledger's end.
#include "firmware/recorder/ledger_tail.hpp"

#include "common/core/log.hpp"
#include "common/evidence/bodies.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::ErrorKind;
using core::Result;

namespace {

constexpr core::Nanoseconds kFirstRetry = std::chrono::milliseconds(500);
constexpr core::Nanoseconds kRetry = std::chrono::seconds(1);
/// An entry ends with its signature: so many bytes are like no others.
constexpr std::size_t kMarkBytes = 64;

}  // namespace

LedgerTail::LedgerTail(core::Files& files,
                       const std::string& cardFolder,
                       const std::string& internalFolder)
    : files_(&files),
      ledgerFolder_(core::joinPath(cardFolder, "ledger")),
      internal_(files, internalFolder) {}

std::string LedgerTail::pathOf(std::uint64_t first) const {
    return core::joinPath(ledgerFolder_, evidence::chapterPath(generation_, first));
}

void LedgerTail::begin(std::uint64_t generation, std::uint64_t first, std::uint64_t syncedBytes) {
    generation_ = generation;
    internalBytes_ = 0;
    file_.reset();
    chapters_.clear();
    chapters_.push_back(Chapter{first, pathOf(first), syncedBytes, {}, {}, 0, false});
}

void LedgerTail::moveOn() {
    keepInternal();
    internalHas_ = false;
    retryAt_ = {};
    trouble_.reset();
}

void LedgerTail::beginChapter(std::uint64_t first) {
    if (chapters_.size() == 1 && isSynced()) {
        chapters_.clear();
        file_.reset();
    }
    chapters_.push_back(Chapter{first, pathOf(first), 0, {}, {}, 0, false});
}

bool LedgerTail::isSynced() const {
    return std::all_of(chapters_.begin(), chapters_.end(), [](const Chapter& chapter) {
        return chapter.bytes.empty();
    });
}

void LedgerTail::add(core::ByteView entry, core::Nanoseconds now) {
    core::append(chapters_.back().bytes, entry);
    // An ended chapter is synced before the next one's file is begun.
    if (chapters_.size() == 1 && mayTry(now)) {
        if (const auto written = write(chapters_.front()); !written) {
            fail(written.error(), now);
        }
    }
    if (trouble_) {
        keepInternal();
    }
}

Result<void> LedgerTail::sync(core::Nanoseconds now) {
    auto synced = syncAll();
    if (synced) {
        retryAt_ = {};
        trouble_.reset();
        dropInternal();
    } else {
        fail(synced.error(), now);
        keepInternal();
    }
    return synced;
}

Result<void> LedgerTail::syncAll() {
    while (!isSynced()) {
        Chapter& chapter = chapters_.front();
        if (!chapter.bytes.empty()) {
            LIUHEN_CHECK(write(chapter));
            LIUHEN_CHECK(file_->sync());
            chapter.syncedBytes += chapter.bytes.size();
            const std::size_t kept = std::min(kMarkBytes, chapter.bytes.size());
            chapter.mark.assign(chapter.bytes.end() - static_cast<std::ptrdiff_t>(kept),
                                chapter.bytes.end());
            internalBytes_ -= std::min<std::uint64_t>(internalBytes_, chapter.bytes.size());
            chapter.bytes.clear();
            chapter.written = 0;
        }
        if (chapters_.size() > 1) {
            chapters_.pop_front();
            file_.reset();
        }
    }
    return {};
}

Result<void> LedgerTail::write(Chapter& chapter) {
    LIUHEN_CHECK(open(chapter));
    const core::ByteView rest = core::ByteView(chapter.bytes).subspan(chapter.written);
    if (!rest.empty()) {
        LIUHEN_CHECK(file_->append(std::span<const core::ByteView>(&rest, 1)));
        chapter.written = chapter.bytes.size();
    }
    return {};
}

Result<void> LedgerTail::open(Chapter& chapter) {
    if (file_ != nullptr) {
        return {};
    }
    LIUHEN_TRY(auto file, openOrMake(chapter));
    LIUHEN_CHECK(check(*file, chapter));
    LIUHEN_TRY(const std::uint64_t size, file->size());
    if (size > chapter.syncedBytes) {
        LIUHEN_CHECK(file->truncate(chapter.syncedBytes));
    }
    // The name must be durable before a sync of the content counts.
    LIUHEN_CHECK(files_->syncFolder(core::folderOf(chapter.path)));
    chapter.written = 0;
    file_ = std::move(file);
    return {};
}

Result<std::unique_ptr<core::File>> LedgerTail::openOrMake(Chapter& chapter) {
    auto opened = files_->open(chapter.path, core::OpenMode::AppendExisting);
    if (opened || opened.error().kind != ErrorKind::NotFound || chapter.syncedBytes > 0) {
        return opened;
    }
    const std::string folder = core::folderOf(chapter.path);
    if (chapter.first == 0) {
        LIUHEN_CHECK(files_->makeFolders(folder));
    } else if (!files_->exists(folder)) {
        // Making it would begin a ledger on another card, or on none.
        return core::fail(
            ErrorKind::FailedPrecondition,
            "write ledger: the card without " + folder + " is not the one that was there before");
    }
    auto made = files_->open(chapter.path, core::OpenMode::CreateNew);
    chapter.made = chapter.made || made.has_value();
    return made;
}

Result<void> LedgerTail::check(const core::File& file, Chapter& chapter) const {
    LIUHEN_TRY(const std::uint64_t size, file.size());
    const std::size_t known = chapter.mark.empty()
                                  ? std::min<std::uint64_t>(kMarkBytes, chapter.syncedBytes)
                                  : chapter.mark.size();
    core::Buffer found(known);
    bool same = size >= chapter.syncedBytes && (known > 0 || chapter.made || size == 0);
    if (same && known > 0) {
        LIUHEN_TRY(const std::size_t got, file.readAt(chapter.syncedBytes - known, found));
        same = got == known && (chapter.mark.empty() || found == chapter.mark);
    }
    if (same) {
        chapter.mark = std::move(found);
    } else {
        return core::fail(
            ErrorKind::FailedPrecondition,
            "write ledger: " + chapter.path + " is not the file that was there before");
    }
    return {};
}

/// What is unsynced and not yet there goes to internal storage; after an error there, all of it
/// with the next entry.
void LedgerTail::keepInternal() {
    core::Buffer all;
    for (const Chapter& chapter : chapters_) {
        core::append(all, chapter.bytes);
    }
    if (all.size() == internalBytes_) {
        return;
    }
    const auto kept = internal_.keep(generation_, core::ByteView(all).subspan(internalBytes_));
    internalHas_ = true;
    if (kept) {
        internalBytes_ = all.size();
        internalTold_.clear();
        return;
    }
    if (kept.error().kind != ErrorKind::ResourceExhausted) {
        internalBytes_ = 0;
    }
    if (internalTold_ != kept.error().message) {
        internalTold_ = kept.error().message;
        core::log(core::LogLevel::Error, "recorder", "in memory alone: " + internalTold_);
    }
}

/// Entries that stay there do no harm: recovery knows them by their hashes.
void LedgerTail::dropInternal() {
    if (!internalHas_) {
        return;
    }
    internalBytes_ = 0;
    if (const auto dropped = internal_.drop(generation_); dropped) {
        internalHas_ = false;
    } else {
        core::log(core::LogLevel::Warning, "recorder", dropped.error().message);
    }
}

void LedgerTail::fail(const core::Error& error, core::Nanoseconds now) {
    file_.reset();
    retryAt_ = now + (trouble_ ? kRetry : kFirstRetry);
    if (!trouble_ || trouble_->message != error.message) {
        core::log(core::LogLevel::Error, "recorder", "ledger stays in memory: " + error.message);
    }
    trouble_ = error;
}

}  // namespace liuhen::recorder
