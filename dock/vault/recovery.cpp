// SPDX-License-Identifier: Apache-2.0
// What a start finds: objects without a row go back to be checked anew; rows without an object are
// told.
#include "common/core/log.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

constexpr std::string_view kFoundPrefix = "found-";
constexpr std::size_t kToldAbsent = 10;
/// Uploads that nobody went on with for so long: their recorders still have the bytes.
constexpr std::int64_t kStaleUs = std::int64_t{30} * 24 * 3600 * 1'000'000;

}  // namespace

Result<void> Vault::recover() {
    LIUHEN_TRY(std::set<Digest> expected, records_.objects());
    const std::string objects = core::joinPath(folders_.vault, "objects");
    LIUHEN_TRY(const auto folders, parts_.files.list(objects));
    for (const core::FolderItem& folder : folders) {
        if (folder.isFolder) {
            LIUHEN_CHECK(
                takeBackOrphans(core::joinPath(objects, folder.name), folder.name, expected));
        }
    }
    absent_ = expected.size();
    std::size_t told = 0;
    for (const Digest& object : expected) {
        if (++told > kToldAbsent) {
            break;
        }
        core::log(
            core::LogLevel::Error,
            "vault",
            fmt::format(
                "object {} is not there; {} of all are absent", core::toHex(object), absent_));
    }
    LIUHEN_TRY(const std::size_t stale,
               incoming_.removeStale(parts_.clock.utc().count() - kStaleUs));
    if (stale > 0) {
        core::log(core::LogLevel::Info,
                  "vault",
                  fmt::format("{} uploads removed: imports that were broken off, or such that "
                              "nobody went on with for a month",
                              stale));
    }
    return listFound();
}

Result<void> Vault::takeBackOrphans(const std::string& folder,
                                    const std::string& prefix,
                                    std::set<Digest>& expected) {
    LIUHEN_TRY(const auto items, parts_.files.list(folder));
    bool moved = false;
    for (const core::FolderItem& item : items) {
        const auto hash = core::digestFromHex(item.name);
        if (!hash || item.isFolder || core::toHex(*hash) != item.name ||
            !item.name.starts_with(prefix)) {
            core::log(core::LogLevel::Warning,
                      "vault",
                      "a foreign file among the objects: " + core::joinPath(folder, item.name));
            continue;
        }
        if (expected.erase(*hash) != 0) {
            continue;
        }
        const std::string to =
            core::joinPath(incomingFolder(), std::string(kFoundPrefix) + item.name);
        LIUHEN_CHECK(parts_.files.rename(core::joinPath(folder, item.name), to));
        core::log(core::LogLevel::Info,
                  "vault",
                  "taken back, to be checked anew: object " + item.name + ", never logged");
        moved = true;
    }
    if (moved) {
        LIUHEN_CHECK(parts_.files.syncFolder(incomingFolder()));
        LIUHEN_CHECK(parts_.files.syncFolder(folder));
    }
    return {};
}

Result<void> Vault::listFound() {
    LIUHEN_TRY(const auto items, parts_.files.list(incomingFolder()));
    for (const core::FolderItem& item : items) {
        if (!item.name.starts_with(kFoundPrefix) || item.isFolder) {
            continue;
        }
        const std::string path = core::joinPath(incomingFolder(), item.name);
        const auto hash = core::digestFromHex(item.name.substr(kFoundPrefix.size()));
        if (hash) {
            LIUHEN_TRY(const bool known, records_.knows(*hash));
            if (known) {  // the same bytes came once more
                LIUHEN_CHECK(parts_.files.remove(path));
                continue;
            }
        }
        LIUHEN_TRY(const auto file, parts_.files.open(path, core::OpenMode::Read));
        if (const auto place = placeFrom(*file)) {
            found_.push_back(Found{*place, item.sizeBytes, path});
        }
    }
    return {};
}

Result<void> Vault::claimFound(const Offer& offer) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(found_.begin(), found_.end(), [&offer](const Found& item) {
        return item.place == offer.place && item.sizeBytes == offer.sizeBytes;
    });
    if (found == found_.end()) {
        return {};
    }
    const std::string path = found->path;
    found_.erase(found);
    const auto moved = parts_.files.renameNoReplace(path, incoming_.pathOf(offer));
    if (!moved && moved.error().kind != core::ErrorKind::AlreadyExists) {
        return moved;
    }
    return parts_.files.syncFolder(incomingFolder());
}

}  // namespace liuhen::vault
