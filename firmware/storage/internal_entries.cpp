// SPDX-License-Identifier: Apache-2.0
// Keeping, listing and forgetting.
#include "firmware/storage/internal_entries.hpp"

#include "firmware/storage/chain.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::storage {

using core::ErrorKind;
using core::Result;

namespace {

/// A day of heartbeats has some 700 KiB.
constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 20U;
constexpr std::string_view kSuffix = ".cbor";

}  // namespace

InternalEntries::InternalEntries(core::Files& files, const std::string& folder)
    : files_(&files), folder_(folder.empty() ? "" : core::joinPath(folder, "ledger")) {}

Result<std::vector<InternalEntries::Kept>> InternalEntries::list() {
    std::vector<Kept> found;
    if (folder_.empty() || !files_->exists(folder_)) {
        return found;
    }
    LIUHEN_TRY(const auto items, files_->list(folder_));
    for (const core::FolderItem& item : items) {
        const std::string_view name(item.name);
        const std::size_t dash = name.find('-');
        if (item.isFolder || dash == std::string_view::npos || !name.ends_with(kSuffix)) {
            continue;
        }
        const auto generation = plainNumber(name.substr(0, dash));
        const auto number =
            plainNumber(name.substr(dash + 1, name.size() - kSuffix.size() - dash - 1));
        if (generation && number) {
            found.push_back(
                {core::joinPath(folder_, item.name), *generation, *number, item.sizeBytes});
        }
    }
    std::sort(found.begin(), found.end(), [](const Kept& one, const Kept& other) {
        return std::tie(one.generation, one.number) < std::tie(other.generation, other.number);
    });
    return found;
}

Result<void> InternalEntries::begin(std::uint64_t generation) {
    LIUHEN_CHECK(files_->makeFolders(folder_));
    LIUHEN_TRY(const auto kept, list());
    std::uint64_t number = 1;
    usedBytes_ = 0;
    for (const Kept& one : kept) {
        usedBytes_ += one.sizeBytes;
        number = one.generation == generation ? one.number + 1 : number;
    }
    LIUHEN_TRY(
        file_,
        files_->open(core::joinPath(folder_, fmt::format("{}-{}{}", generation, number, kSuffix)),
                     core::OpenMode::CreateNew));
    generation_ = generation;
    return files_->syncFolder(folder_);
}

Result<void> InternalEntries::keep(std::uint64_t generation, core::ByteView entries) {
    if (folder_.empty() || entries.empty()) {
        return {};
    }
    const auto write = [&]() -> Result<void> {
        if (file_ == nullptr || generation != generation_) {
            LIUHEN_CHECK(begin(generation));
        }
        if (usedBytes_ + entries.size() > kMostBytes) {
            return core::fail(ErrorKind::ResourceExhausted,
                              "keep entries on internal storage: no more than 8 MiB");
        }
        LIUHEN_CHECK(file_->append(std::span<const core::ByteView>(&entries, 1)));
        LIUHEN_CHECK(file_->sync());
        usedBytes_ += entries.size();
        return {};
    };
    auto written = write();
    if (!written && written.error().kind != ErrorKind::ResourceExhausted) {
        file_.reset();
    }
    return written;
}

Result<void> InternalEntries::drop(std::uint64_t generation) {
    file_.reset();
    LIUHEN_TRY(const auto kept, list());
    bool any = false;
    for (const Kept& one : kept) {
        if (one.generation == generation) {
            LIUHEN_CHECK(files_->remove(one.path));
            any = true;
        }
    }
    return any ? files_->syncFolder(folder_) : Result<void>();
}

}  // namespace liuhen::storage
