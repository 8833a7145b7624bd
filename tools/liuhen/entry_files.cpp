// SPDX-License-Identifier: Apache-2.0
// Walking through ledger files.
#include "tools/liuhen/entry_files.hpp"

#include "common/evidence/entry_stream.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::cli {

namespace {

using core::Result;

constexpr std::string_view kAnchor = "anchor.cbor";

Result<void> walkFile(core::Files& files,
                      const std::string& path,
                      bool tornEnds,
                      const SeeEntry& see) {
    LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::Read));
    evidence::EntryStream stream(*file);
    for (;;) {
        LIUHEN_TRY(const auto item, stream.next());
        if (!item || (tornEnds && item->framing == evidence::Framing::Torn)) {
            return {};
        }
        if (item->framing != evidence::Framing::Whole) {
            return core::fail(
                core::ErrorKind::DataLoss,
                fmt::format("print {}: no entry at byte {}; 'liuhen verify' tells what is wrong",
                            path,
                            item->offset));
        }
        LIUHEN_TRY(const evidence::Entry entry, evidence::parseEntry(item->bytes));
        see(entry, path.ends_with(kAnchor));
    }
}

/// The anchor, then chapters by their digits, all of one length; folders by number.
bool before(const core::FolderItem& one, const core::FolderItem& other) {
    const auto key = [](const core::FolderItem& item) {
        return std::tuple(item.name != kAnchor, item.name.size(), item.name);
    };
    return key(one) < key(other);
}

}  // namespace

Result<void> forEachEntry(core::Files& files,
                          const std::string& path,
                          bool tornEnds,
                          const SeeEntry& see) {
    if (path.ends_with(".cbor")) {
        return walkFile(files, path, tornEnds, see);
    }
    std::string ledger = core::joinPath(path, "card/ledger");
    if (!files.exists(ledger)) {
        ledger = core::joinPath(path, "ledger");
    }
    LIUHEN_TRY(auto generations, files.list(ledger));
    std::sort(generations.begin(), generations.end(), before);
    for (const core::FolderItem& generation : generations) {
        const std::string folder = core::joinPath(ledger, generation.name);
        LIUHEN_TRY(auto chapters, files.list(folder));
        std::sort(chapters.begin(), chapters.end(), before);
        for (const core::FolderItem& chapter : chapters) {
            LIUHEN_CHECK(walkFile(files, core::joinPath(folder, chapter.name), tornEnds, see));
        }
    }
    return {};
}

}  // namespace liuhen::cli
