// SPDX-License-Identifier: Apache-2.0
// The simulated card: a folder with a quota that can be pulled, and the files that feel both.
#include "hal/sim/sim_card.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace liuhen::hal::sim {

namespace {

/// Sizes of all files below `folder`, however deep.
core::Result<std::uint64_t> addUp(core::Files& files, const std::string& folder) {
    std::uint64_t total = 0;
    std::vector<std::string> folders{folder};
    while (!folders.empty()) {
        const std::string current = std::move(folders.back());
        folders.pop_back();
        LIUHEN_TRY(const auto items, files.list(current));
        for (const core::FolderItem& item : items) {
            if (item.isFolder) {
                folders.push_back(core::joinPath(current, item.name));
            } else {
                total += item.sizeBytes;
            }
        }
    }
    return total;
}

/// Takes up to `wanted` bytes of the quota; answers how many there were.
std::uint64_t takeQuota(CardState& card, std::uint64_t wanted) {
    std::uint64_t used = card.usedBytes;
    while (true) {
        const std::uint64_t left = card.quotaBytes > used ? card.quotaBytes - used : 0;
        const std::uint64_t granted = std::min(left, wanted);
        if (card.usedBytes.compare_exchange_weak(used, used + granted)) {
            return granted;
        }
    }
}

class CardFile final : public core::File {
public:
    CardFile(std::unique_ptr<core::File> file, std::shared_ptr<CardState> card, std::string path)
        : file_(std::move(file)),
          card_(std::move(card)),
          path_(std::move(path)),
          pulls_(card_->pulls) {}

    [[nodiscard]] core::Result<std::uint64_t> size() const override {
        LIUHEN_CHECK(check("ask the size of"));
        return file_->size();
    }

    [[nodiscard]] core::Result<std::size_t> readAt(std::uint64_t offset,
                                                   std::span<std::uint8_t> into) const override {
        LIUHEN_CHECK(check("read"));
        return file_->readAt(offset, into);
    }

    [[nodiscard]] core::Result<void> append(std::span<const core::ByteView> pieces) override {
        LIUHEN_CHECK(check("write"));
        std::uint64_t wanted = 0;
        for (const core::ByteView piece : pieces) {
            wanted += piece.size();
        }
        const std::uint64_t granted = takeQuota(*card_, wanted);
        if (granted == wanted) {
            return file_->append(pieces);
        }
        LIUHEN_CHECK(appendPart(pieces, granted));
        return core::failErrno(ENOSPC, "write " + path_);
    }

    [[nodiscard]] core::Result<void> truncate(std::uint64_t size) override {
        LIUHEN_CHECK(check("shorten"));
        LIUHEN_TRY(const std::uint64_t before, file_->size());
        if (size > before && takeQuota(*card_, size - before) < size - before) {
            return core::failErrno(ENOSPC, "lengthen " + path_);
        }
        LIUHEN_CHECK(file_->truncate(size));
        card_->usedBytes -= before > size ? before - size : 0;
        return {};
    }

    [[nodiscard]] core::Result<void> sync() override {
        LIUHEN_CHECK(check("sync"));
        return file_->sync();
    }

private:
    [[nodiscard]] core::Result<void> check(const char* attempt) const {
        if (!card_->present || card_->pulls != pulls_) {
            return core::failErrno(EIO, std::string(attempt) + " " + path_);
        }
        return {};
    }

    [[nodiscard]] core::Result<void> appendPart(std::span<const core::ByteView> pieces,
                                                std::uint64_t bytes) {
        std::vector<core::ByteView> fitting;
        for (const core::ByteView piece : pieces) {
            const std::size_t count =
                static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes));
            if (count > 0) {
                fitting.push_back(piece.first(count));
            }
            bytes -= count;
        }
        if (fitting.empty()) {
            return {};
        }
        return file_->append(fitting);
    }

    std::unique_ptr<core::File> file_;
    std::shared_ptr<CardState> card_;
    std::string path_;
    std::uint64_t pulls_;
};

}  // namespace

core::Result<std::unique_ptr<SimCard>> SimCard::open(core::Files& system,
                                                     std::string folder,
                                                     std::uint64_t quotaBytes) {
    LIUHEN_CHECK(system.makeFolders(folder));
    auto state = std::make_shared<CardState>();
    state->folder = std::move(folder);
    state->quotaBytes = quotaBytes;
    LIUHEN_TRY(state->usedBytes, addUp(system, state->folder));
    return std::unique_ptr<SimCard>(new SimCard(system, std::move(state)));
}

core::Result<std::uint64_t> SimCard::freeBytes() const {
    if (!state_->present) {
        return core::fail(core::ErrorKind::Unavailable,
                          "ask the card's free space: there is no card");
    }
    LIUHEN_TRY(const std::uint64_t onMedium, system_.freeBytes(state_->folder));
    const std::uint64_t used = state_->usedBytes;
    return std::min(onMedium, state_->quotaBytes > used ? state_->quotaBytes - used : 0);
}

void SimCard::pull() {
    state_->present = false;
    ++state_->pulls;
}

bool SimFiles::onCard(const std::string& path) const {
    const std::string& folder = card_->folder;
    return path.compare(0, folder.size(), folder) == 0 &&
           (path.size() == folder.size() || path[folder.size()] == '/');
}

core::Result<void> SimFiles::check(const std::string& path, const char* attempt) const {
    if (!card_->present && onCard(path)) {
        return core::failErrno(EIO, std::string(attempt) + " " + path);
    }
    return {};
}

std::uint64_t SimFiles::sizeOf(const std::string& path) {
    const auto file = system_.open(path, core::OpenMode::Read);
    if (!file) {
        return 0;
    }
    return (*file)->size().value_or(0);
}

core::Result<std::unique_ptr<core::File>> SimFiles::open(const std::string& path,
                                                         core::OpenMode mode) {
    LIUHEN_CHECK(check(path, "open"));
    LIUHEN_TRY(auto file, system_.open(path, mode));
    if (!onCard(path)) {
        return file;
    }
    return std::unique_ptr<core::File>(std::make_unique<CardFile>(std::move(file), card_, path));
}

core::Result<std::vector<core::FolderItem>> SimFiles::list(const std::string& folder) {
    LIUHEN_CHECK(check(folder, "list"));
    return system_.list(folder);
}

bool SimFiles::exists(const std::string& path) {
    return (card_->present || !onCard(path)) && system_.exists(path);
}

core::Result<void> SimFiles::makeFolders(const std::string& folder) {
    LIUHEN_CHECK(check(folder, "make the folder"));
    return system_.makeFolders(folder);
}

core::Result<void> SimFiles::rename(const std::string& from, const std::string& to) {
    LIUHEN_CHECK(check(from, "rename"));
    LIUHEN_CHECK(check(to, "rename to"));
    const std::uint64_t replaced = onCard(to) && from != to ? sizeOf(to) : 0;
    LIUHEN_CHECK(system_.rename(from, to));
    card_->usedBytes -= replaced;
    return {};
}

core::Result<void> SimFiles::renameNoReplace(const std::string& from, const std::string& to) {
    LIUHEN_CHECK(check(from, "rename"));
    LIUHEN_CHECK(check(to, "rename to"));
    return system_.renameNoReplace(from, to);
}

core::Result<void> SimFiles::remove(const std::string& path) {
    LIUHEN_CHECK(check(path, "remove"));
    const std::uint64_t freed = onCard(path) ? sizeOf(path) : 0;
    LIUHEN_CHECK(system_.remove(path));
    card_->usedBytes -= freed;
    return {};
}

core::Result<void> SimFiles::syncFolder(const std::string& folder) {
    LIUHEN_CHECK(check(folder, "sync the folder"));
    return system_.syncFolder(folder);
}

core::Result<std::uint64_t> SimFiles::freeBytes(const std::string& folder) {
    LIUHEN_CHECK(check(folder, "ask the free space of"));
    LIUHEN_TRY(const std::uint64_t onMedium, system_.freeBytes(folder));
    if (!onCard(folder)) {
        return onMedium;
    }
    const std::uint64_t used = card_->usedBytes;
    return std::min(onMedium, card_->quotaBytes > used ? card_->quotaBytes - used : 0);
}

}  // namespace liuhen::hal::sim
