// SPDX-License-Identifier: Apache-2.0
// Repairs of chapter files and segments.
#include "firmware/storage/repair.hpp"

#include "common/crypto/digest.hpp"
#include "common/media/box.hpp"
#include "firmware/storage/torn.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::storage {

using core::Result;

namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;
/// Parts from the end whose bytes are hashed: the one before the last was synced before the last
/// was begun, two segments may be open.
constexpr std::size_t kPartsHashed = 2;

std::string tornName(std::uint64_t generation, std::uint64_t first) {
    return fmt::format("ledger-{}-{}", generation, first);
}

}  // namespace

Result<void> Repair::makeDurable(const std::string& path) {
    LIUHEN_TRY(const auto file, files_.open(path, core::OpenMode::AppendExisting));
    LIUHEN_CHECK(file->sync());
    return files_.syncFolder(core::folderOf(path));
}

Result<void> Repair::mendChapter(std::uint64_t generation,
                                 const Wanted& wanted,
                                 const ChapterFile* chapter) {
    const std::string path = core::joinPath(core::joinPath(card_, "ledger"),
                                            evidence::chapterPath(generation, wanted.first));
    if (chapter == nullptr) {
        if (wanted.bytes.empty()) {
            return {};
        }
        // Only boxes hold this chapter yet.
        LIUHEN_TRY(const auto file, files_.open(path, core::OpenMode::CreateNew));
        const core::ByteView all(wanted.bytes);
        LIUHEN_CHECK(file->append(std::span<const core::ByteView>(&all, 1)));
        return makeDurable(path);
    }
    const auto same = static_cast<std::size_t>(
        std::mismatch(
            wanted.bytes.begin(), wanted.bytes.end(), chapter->bytes.begin(), chapter->bytes.end())
            .first -
        wanted.bytes.begin());
    if (same < chapter->bytes.size()) {
        LIUHEN_CHECK(cutTorn(files_, card_, path, same, tornName(generation, wanted.first)));
    }
    if (same < wanted.bytes.size()) {
        LIUHEN_TRY(const auto file, files_.open(path, core::OpenMode::AppendExisting));
        const core::ByteView rest = core::ByteView(wanted.bytes).subspan(same);
        LIUHEN_CHECK(file->append(std::span<const core::ByteView>(&rest, 1)));
    }
    return makeDurable(path);
}

Result<Repair::OpenChapter> Repair::mendLedger(const CardChain& chain) {
    std::vector<Wanted> wanted{{chain.chapters.front().first, {}}};
    for (const evidence::Entry& entry : chain.entries) {
        core::append(wanted.back().bytes, entry.bytes);
        if (entry.kind == "docking") {
            wanted.push_back({entry.seq + 1, {}});
        }
    }
    for (const Wanted& one : wanted) {
        const auto held = std::find_if(
            chain.chapters.begin(), chain.chapters.end(), [&one](const ChapterFile& chapter) {
                return chapter.first == one.first;
            });
        LIUHEN_CHECK(
            mendChapter(chain.generation, one, held == chain.chapters.end() ? nullptr : &*held));
    }
    for (const ChapterFile& chapter : chain.chapters) {
        const bool known = std::any_of(wanted.begin(), wanted.end(), [&chapter](const Wanted& one) {
            return one.first == chapter.first;
        });
        if (!known) {
            LIUHEN_CHECK(moveLedgerFile(chain.generation, chapter));
        }
    }
    return OpenChapter{wanted.back().first, wanted.back().bytes.size()};
}

Result<void> Repair::moveLedgerFile(std::uint64_t generation, const ChapterFile& chapter) {
    LIUHEN_CHECK(moveToTorn(files_, card_, chapter.path, tornName(generation, chapter.first)));
    return {};
}

Result<std::vector<std::uint64_t>> Repair::mendSegment(const SegmentFile& found,
                                                       const SegmentStand* stand) {
    const std::string name =
        core::folderOf(found.path).substr(core::folderOf(core::folderOf(found.path)).size() + 1) +
        fmt::format("-{}", found.segment);
    std::vector<std::uint64_t> missing;
    std::uint64_t end = stand != nullptr ? stand->body.initSize : 0;
    std::size_t whole = 0;
    if (stand != nullptr) {
        LIUHEN_TRY(const auto file, files_.open(found.path, core::OpenMode::Read));
        for (const SegmentStand::Part& part : stand->parts) {
            const std::uint64_t next =
                part.body.offset + part.body.size + media::kUuidHeaderBytes + part.entryBytes;
            if (next > found.sizeBytes || part.body.offset != end) {
                break;
            }
            if (stand->parts.size() - whole <= kPartsHashed) {
                LIUHEN_TRY(const bool intact, holds(*file, part.body));
                if (!intact) {
                    break;
                }
            }
            end = next;
            ++whole;
        }
        for (std::size_t i = whole; i < stand->parts.size(); ++i) {
            missing.push_back(stand->parts[i].seq);
        }
    }
    if (whole == 0) {
        LIUHEN_CHECK(moveToTorn(files_, card_, found.path, name));
        return missing;
    }
    if (found.sizeBytes > end) {
        LIUHEN_CHECK(cutTorn(files_, card_, found.path, end, name));
    }
    LIUHEN_CHECK(makeDurable(found.path));
    return missing;
}

Result<bool> Repair::holds(const core::File& file, const evidence::PartBody& part) {
    crypto::Sha256 hash;
    core::Buffer buffer(kCopyBytes);
    for (std::uint64_t done = 0; done < part.size;) {
        const std::size_t want = std::min<std::uint64_t>(buffer.size(), part.size - done);
        LIUHEN_TRY(const std::size_t got,
                   file.readAt(part.offset + done, std::span(buffer).first(want)));
        if (got == 0) {
            return false;
        }
        hash.update(core::ByteView(buffer).first(got));
        done += got;
    }
    return hash.finish() == part.hash;
}

}  // namespace liuhen::storage
