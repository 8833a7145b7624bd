// SPDX-License-Identifier: Apache-2.0
// Frame by frame through chapter files.
#include "firmware/storage/ledger_walk.hpp"

#include "common/core/log.hpp"
#include "common/evidence/bodies.hpp"
#include "firmware/storage/chain.hpp"

#include <fmt/format.h>

namespace liuhen::storage {

using core::ErrorKind;
using core::Result;

namespace {

constexpr std::size_t kNameDigits = 10;

}  // namespace

LedgerWalk::LedgerWalk(core::Files& files, const std::string& cardFolder)
    : files_(&files), folder_(core::joinPath(cardFolder, "ledger")) {}

std::string LedgerWalk::pathOf(const FileKey& key) const {
    return core::joinPath(folder_, evidence::chapterPath(key.first, key.second));
}

Result<std::set<LedgerWalk::FileKey>> LedgerWalk::listFiles() {
    std::set<FileKey> found;
    LIUHEN_TRY(const auto generations, files_->list(folder_));
    for (const core::FolderItem& folder : generations) {
        const auto generation = plainNumber(folder.name);
        if (!folder.isFolder || !generation) {
            continue;
        }
        LIUHEN_TRY(const auto items, files_->list(core::joinPath(folder_, folder.name)));
        for (const core::FolderItem& item : items) {
            const std::string_view name(item.name);
            const auto first = core::parseUnsigned(name.substr(0, kNameDigits));
            if (!item.isFolder && name.size() == kNameDigits + 5 && name.ends_with(".cbor") &&
                first) {
                found.emplace(*generation, *first);
            }
        }
    }
    return found;
}

Result<bool> LedgerWalk::step(std::size_t limitBytes, const See& see) {
    LIUHEN_TRY(const auto all, listFiles());
    const auto here = all.lower_bound(at_);
    if (here == all.end()) {
        return false;
    }
    if (*here != at_) {
        at_ = *here;
        offset_ = 0;
    }
    LIUHEN_TRY(const auto file, files_->open(pathOf(at_), core::OpenMode::Read));
    core::Buffer buffer(std::max(limitBytes, evidence::kMaxEntryBytes));
    LIUHEN_TRY(const std::size_t got, file->readAt(offset_, buffer));
    const core::ByteView bytes = core::ByteView(buffer).first(got);
    std::size_t used = 0;
    while (used < got) {
        const evidence::Frame frame = evidence::frameEntry(bytes.subspan(used));
        if (frame.framing != evidence::Framing::Whole) {
            break;
        }
        see(EntryPlace{at_.first, at_.second, offset_ + used, frame.sizeBytes},
            bytes.subspan(used, frame.sizeBytes));
        used += frame.sizeBytes;
    }
    offset_ += used;
    if (used > 0 && got == buffer.size()) {
        return true;
    }
    const auto next = std::next(here);
    if (next == all.end()) {
        return false;  // it may grow
    }
    if (used < got) {
        core::log(core::LogLevel::Warning,
                  "recorder",
                  fmt::format("passing over the end of {}: no entry at {}", pathOf(at_), offset_));
    }
    at_ = *next;
    offset_ = 0;
    return true;
}

Result<core::Buffer> LedgerWalk::read(const EntryPlace& place) {
    const std::string path = pathOf({place.generation, place.first});
    LIUHEN_TRY(const auto file, files_->open(path, core::OpenMode::Read));
    core::Buffer bytes(place.sizeBytes);
    LIUHEN_TRY(const std::size_t got, file->readAt(place.offset, bytes));
    if (got < bytes.size()) {
        return core::fail(ErrorKind::DataLoss, "read an entry of " + path + ": it is gone");
    }
    return bytes;
}

}  // namespace liuhen::storage
