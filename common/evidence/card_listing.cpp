// SPDX-License-Identifier: Apache-2.0
// Folder by folder, in the order in which strays are told.
#include "common/evidence/card_listing.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

constexpr std::size_t kChapterDigits = 10;
constexpr std::string_view kChapterEnding = ".cbor";
constexpr std::string_view kSegmentEnding = ".mp4";

class CardReader {
public:
    CardReader(core::Files& files, const std::string& folder, const std::string& prefix)
        : files_(files), folder_(folder), prefix_(prefix) {}

    Result<CardListing> list() {
        for (const std::string name : {"ledger", "footage", "torn"}) {
            if (files_.exists(path(name))) {
                LIUHEN_CHECK(takeFolder(name));
            }
        }
        // The card itself may be a link to where it is mounted; then what lies beside is not told.
        if (const auto top = files_.list(folder_)) {
            for (const core::FolderItem& item : *top) {
                if (item.name != "ledger" && item.name != "footage" && item.name != "torn") {
                    listing_.others.push_back(prefix_ + item.name);
                }
            }
        }
        return std::move(listing_);
    }

private:
    [[nodiscard]] std::string path(const std::string& name) const {
        return core::joinPath(folder_, name);
    }

    void stray(const std::string& name) { listing_.strays.push_back(prefix_ + name); }

    /// Links, devices and the like have no size and do not open.
    [[nodiscard]] bool isFile(const core::FolderItem& item, const std::string& name) {
        return !item.isFolder && (item.sizeBytes > 0 || isRegularFile(files_, path(name)));
    }

    /// Takes what is in a folder; a stray if it is none.
    template <class Take>
    Result<void> each(const std::string& folder, Take take) {
        const auto items = files_.list(path(folder));
        if (!items && items.error().kind == core::ErrorKind::FailedPrecondition) {
            stray(folder);
            return {};
        }
        if (!items) {
            return tl::make_unexpected(items.error());
        }
        for (const core::FolderItem& item : *items) {
            LIUHEN_CHECK(take(item));
        }
        return {};
    }

    Result<void> takeFolder(const std::string& folder) {
        return each(folder, [this, &folder](const core::FolderItem& item) -> Result<void> {
            if (folder == "ledger") {
                return takeGeneration(item);
            }
            if (folder == "footage") {
                return takeRecording(item);
            }
            takeTorn(item);
            return {};
        });
    }

    Result<void> takeGeneration(const core::FolderItem& folder) {
        const auto generation = folder.isFolder ? plainNumber(folder.name) : std::nullopt;
        const std::string name = "ledger/" + folder.name;
        if (!generation) {
            stray(name);
            return {};
        }
        GenerationFiles found;
        LIUHEN_CHECK(each(name, [this, &name, &found](const core::FolderItem& item) {
            takeChapter(found, name + "/" + item.name, item);
            return Result<void>();
        }));
        if (!found.chapters.empty()) {
            listing_.ledger.emplace(*generation, std::move(found));
        }
        return {};
    }

    void takeChapter(GenerationFiles& found,
                     const std::string& name,
                     const core::FolderItem& item) {
        const std::string_view file(item.name);
        const bool formed =
            file.size() == kChapterDigits + kChapterEnding.size() && file.ends_with(kChapterEnding);
        const auto first = formed ? core::parseUnsigned(file.substr(0, kChapterDigits))
                                  : Result<std::uint64_t>(tl::make_unexpected(core::Error{}));
        // Names with digits come before it, in rising order, so the chapters are known by now.
        const bool anchor =
            file == "anchor.cbor" && !found.chapters.empty() && found.chapters.front().first > 0;
        if (!isFile(item, name) || (!first && !anchor)) {
            stray(name);
            return;
        }
        LedgerFile read{prefix_ + name, first.value_or(0), path(name), false, nullptr};
        if (anchor) {
            found.anchor = std::move(read);
        } else {
            found.chapters.push_back(std::move(read));
        }
    }

    Result<void> takeRecording(const core::FolderItem& folder) {
        const std::string name = "footage/" + folder.name;
        const std::string_view text(folder.name);
        const std::size_t dash = text.find('-');
        const bool formed = folder.isFolder && dash != std::string_view::npos &&
                            plainNumber(text.substr(0, dash)) && plainNumber(text.substr(dash + 1));
        if (!formed) {
            stray(name);
            return {};
        }
        return each(name, [this, &name, &folder](const core::FolderItem& item) {
            const std::string_view file(item.name);
            const auto number =
                file.ends_with(kSegmentEnding)
                    ? plainNumber(file.substr(0, file.size() - kSegmentEnding.size()))
                    : std::nullopt;
            if (number && isFile(item, name + "/" + item.name)) {
                listing_.segments[folder.name + "/" + item.name] =
                    FoundSegment{prefix_ + name + "/" + item.name, folder.name, *number, false};
            } else {
                stray(name + "/" + item.name);
            }
            return Result<void>();
        });
    }

    void takeTorn(const core::FolderItem& item) {
        if (isTornName(item.name) && isFile(item, "torn/" + item.name)) {
            listing_.torn[item.name] = item.sizeBytes;
        } else {
            stray("torn/" + item.name);
        }
    }

    core::Files& files_;
    const std::string& folder_;
    const std::string& prefix_;
    CardListing listing_;
};

}  // namespace

std::optional<std::uint64_t> plainNumber(std::string_view text) {
    const auto number = core::parseUnsigned(text);
    return number && fmt::format("{}", *number) == text ? std::optional(*number) : std::nullopt;
}

bool isRegularFile(core::Files& files, const std::string& path) {
    return files.open(path, core::OpenMode::Read).has_value();
}

Result<CardListing> listCard(core::Files& files,
                             const std::string& folder,
                             const std::string& prefix) {
    return CardReader(files, folder, prefix).list();
}

}  // namespace liuhen::evidence
