// SPDX-License-Identifier: Apache-2.0
// Skipping from frame to frame through chapter files.
#include "firmware/recorder/ledger_reader.hpp"

#include "common/evidence/bodies.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::ErrorKind;
using core::Result;

namespace {

constexpr std::uint64_t kStride = 64;
constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kNameDigits = 10;

/// Walks over the entries of a file from an offset on, `see` first asked whether to go on.
///
/// `see` gets each entry's offset and bytes; false ends the walk before that entry counts.
Result<std::uint64_t> walk(const core::File& file,
                           std::uint64_t offset,
                           const std::function<bool(std::uint64_t, core::ByteView)>& see) {
    core::Buffer buffer(kPiece);
    for (;;) {
        LIUHEN_TRY(const std::size_t got, file.readAt(offset, buffer));
        core::ByteView rest = core::ByteView(buffer).first(got);
        std::size_t used = 0;
        while (used < got) {
            const evidence::Frame frame = evidence::frameEntry(rest.subspan(used));
            if (frame.framing == evidence::Framing::Torn && got == buffer.size() && used > 0) {
                break;  // the next piece begins with it
            }
            if (frame.framing != evidence::Framing::Whole) {
                return core::fail(ErrorKind::DataLoss, "the ledger file is damaged");
            }
            if (!see(offset + used, rest.subspan(used, frame.sizeBytes))) {
                return offset + used;
            }
            used += frame.sizeBytes;
        }
        offset += used;
        if (got < buffer.size()) {
            return offset;
        }
    }
}

}  // namespace

LedgerReader::LedgerReader(core::Files& files, const std::string& cardFolder)
    : files_(&files), folder_(core::joinPath(cardFolder, "ledger")) {}

std::string LedgerReader::pathOf(std::uint64_t generation, std::uint64_t first) const {
    return core::joinPath(folder_, evidence::chapterPath(generation, first));
}

Result<std::vector<std::uint64_t>> LedgerReader::listFirsts(std::uint64_t generation) {
    LIUHEN_TRY(const auto items, files_->list(core::joinPath(folder_, std::to_string(generation))));
    std::vector<std::uint64_t> firsts;
    for (const core::FolderItem& item : items) {
        const auto first = core::parseUnsigned(std::string_view(item.name).substr(0, kNameDigits));
        if (!item.isFolder && item.name.size() == kNameDigits + 5 && item.name.ends_with(".cbor") &&
            first) {
            firsts.push_back(*first);
        }
    }
    std::sort(firsts.begin(), firsts.end());
    return firsts;
}

Result<core::Buffer> LedgerReader::read(std::uint64_t generation,
                                        std::uint64_t fromSeq,
                                        std::size_t limitBytes) {
    LIUHEN_TRY(const auto firsts, listFirsts(generation));
    core::Buffer found;
    for (std::size_t i = 0; i < firsts.size() && found.size() < limitBytes; ++i) {
        // The next file's name says where this one ends.
        if (i + 1 < firsts.size() && firsts[i + 1] <= fromSeq) {
            continue;
        }
        auto read = readChapter(generation, firsts[i], fromSeq, limitBytes, found);
        if (!read) {
            chapters_.erase({generation, firsts[i]});  // half counted
            return core::failWith(read.error(), "read ledger: " + pathOf(generation, firsts[i]));
        }
    }
    return found;
}

Result<void> LedgerReader::readChapter(std::uint64_t generation,
                                       std::uint64_t first,
                                       std::uint64_t fromSeq,
                                       std::size_t limitBytes,
                                       core::Buffer& into) {
    LIUHEN_TRY(const auto file, files_->open(pathOf(generation, first), core::OpenMode::Read));
    Chapter& chapter = chapters_[{generation, first}];
    const std::uint64_t wanted = fromSeq > first ? fromSeq - first : 0;
    if (chapter.entries <= wanted) {
        LIUHEN_TRY(chapter.end, walk(*file, chapter.end, [&](std::uint64_t offset, core::ByteView) {
                       if (chapter.entries > wanted) {
                           return false;
                       }
                       if (chapter.entries % kStride == 0 && chapter.entries > 0) {
                           chapter.offsets.push_back(offset);
                       }
                       ++chapter.entries;
                       return true;
                   }));
    }
    if (chapter.entries <= wanted) {
        return {};
    }
    const std::uint64_t known = wanted / kStride;
    std::uint64_t number = known * kStride;
    LIUHEN_CHECK(walk(*file, chapter.offsets[known], [&](std::uint64_t, core::ByteView entry) {
        if (number++ >= wanted) {
            core::append(into, entry);
        }
        return into.size() < limitBytes;
    }));
    return {};
}

Result<void> LedgerReader::scanLast(std::uint64_t generation,
                                    std::size_t chapters,
                                    const std::function<void(core::ByteView)>& see) {
    LIUHEN_TRY(const auto firsts, listFirsts(generation));
    const std::size_t skip = firsts.size() - std::min(firsts.size(), chapters);
    for (std::size_t i = skip; i < firsts.size(); ++i) {
        LIUHEN_TRY(const auto file,
                   files_->open(pathOf(generation, firsts[i]), core::OpenMode::Read));
        LIUHEN_CHECK(walk(*file, 0, [&see](std::uint64_t, core::ByteView entry) {
            see(entry);
            return true;
        }));
    }
    return {};
}

}  // namespace liuhen::recorder
