// SPDX-License-Identifier: Apache-2.0
// Gathers entries from ledger files and boxes and chooses among their chains.
#include "firmware/storage/chain.hpp"

#include "common/core/log.hpp"
#include "common/evidence/boxes.hpp"
#include "common/media/box_list.hpp"
#include "firmware/storage/entry_scan.hpp"
#include "firmware/storage/internal_entries.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace liuhen::storage {

using core::ErrorKind;
using core::Result;
using evidence::Entry;

namespace {

constexpr std::uint64_t kMaxChapterBytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMaxBoxBytes = std::uint64_t{16} << 20U;
constexpr std::size_t kMaxBoxes = 1U << 20U;
constexpr std::size_t kChaptersRead = 2;

Result<void> readBoxes(core::Files& files, const SegmentFile& segment, std::vector<Entry>& into) {
    LIUHEN_TRY(const auto file, files.open(segment.path, core::OpenMode::Read));
    const media::ReadAt readAt = [&file](std::uint64_t offset, std::span<std::uint8_t> buffer) {
        return file->readAt(offset, buffer);
    };
    LIUHEN_TRY(const auto boxes, media::listBoxes(readAt, segment.sizeBytes, kMaxBoxes));
    for (const media::BoxPlace& box : boxes) {
        const bool ours = box.type == media::kUuid && (box.userType == evidence::kLinkBox ||
                                                       box.userType == evidence::kProofBox);
        if (!ours || box.size > kMaxBoxBytes) {
            continue;
        }
        core::Buffer content(box.size - box.headerBytes);
        LIUHEN_CHECK(media::readExactly(readAt, box.offset + box.headerBytes, content));
        for (Entry& entry : scanEntries(content).entries) {
            into.push_back(std::move(entry));
        }
    }
    return {};
}

/// What is known of one entry as an end of a chain.
struct Reach {
    bool rooted = false;
    bool holdsHead = false;
    std::size_t previous = SIZE_MAX;
    std::shared_ptr<const evidence::NextKeys>
        keys;  // current after this entry; none if not yet named
};

/// Whether the entry is signed by the key due. Up to the keystore's head the hashes say so.
bool isSigned(const Entry& entry, const Reach& before, const std::optional<evidence::Head>& head) {
    const bool covered = head && entry.generation == head->generation && entry.seq <= head->seq;
    if (covered || before.keys == nullptr) {
        return true;
    }
    return evidence::verifyEntry(entry,
                                 entry.kind == "boot" ? before.keys->resume : before.keys->epoch);
}

bool namesHead(const Entry& entry, const evidence::Head& head) {
    if (entry.seq != 0) {
        return false;
    }
    const auto body = evidence::GenesisBody::fromCbor(entry.body, entry.kind == "rollback");
    return body && body->head == head;
}

/// The chosen chain among `entries`. It begins with the first entry of the first chapter; where
/// that one is gone, with the first that is there, and then counts as without the keystore's head.
void choose(std::vector<Entry> entries,
            const std::optional<evidence::Head>& head,
            CardChain& chain) {
    chain.entries.clear();
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.seq < b.seq;
    });
    const bool whole = entries.front().seq == chain.chapters.front().first;
    const std::uint64_t root = entries.front().seq;
    std::map<core::Digest, std::size_t> byHash;
    std::vector<Reach> reach(entries.size());
    std::optional<std::size_t> best;
    const auto rank = [&entries, &reach](std::size_t i) {
        return std::tuple(reach[i].holdsHead, entries[i].boot, entries[i].seq);
    };
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Entry& entry = entries[i];
        if (!byHash.emplace(entry.hash, i).second) {
            continue;  // the same entry in a file and in a box
        }
        const auto before = byHash.find(entry.previous);
        if (entry.seq == root) {
            reach[i].rooted = true;
        } else if (before != byHash.end() && entries[before->second].seq + 1 == entry.seq &&
                   isSigned(entry, reach[before->second], head)) {
            reach[i] = reach[before->second];
            reach[i].previous = before->second;
        }
        if (evidence::isNaming(entry.kind)) {
            if (auto keys = evidence::readNextKeys(entry.body)) {
                reach[i].keys = std::make_shared<const evidence::NextKeys>(*std::move(keys));
            }
        }
        reach[i].holdsHead =
            reach[i].holdsHead || !head || entry.head() == *head || namesHead(entry, *head);
        if (reach[i].rooted && (!best || rank(i) > rank(*best))) {
            best = i;
        }
    }
    LIUHEN_ASSERT(best.has_value());
    chain.holdsKeystoreHead = whole && reach[*best].holdsHead;
    for (std::size_t i = *best; i != SIZE_MAX; i = reach[i].previous) {
        chain.entries.push_back(std::move(entries[i]));
    }
    std::reverse(chain.entries.begin(), chain.entries.end());
}

/// The generations of which there is a folder, newest first.
Result<std::vector<std::uint64_t>> listGenerations(core::Files& files, const std::string& ledger) {
    std::vector<std::uint64_t> generations;
    if (!files.exists(ledger)) {
        return generations;
    }
    LIUHEN_TRY(const auto items, files.list(ledger));
    for (const core::FolderItem& item : items) {
        const auto generation = plainNumber(item.name);
        if (item.isFolder && generation) {
            generations.push_back(*generation);
        }
    }
    std::sort(generations.rbegin(), generations.rend());
    return generations;
}

/// Seqs in the names of a generation's chapter files, rising.
Result<std::vector<std::uint64_t>> listFirsts(core::Files& files, const std::string& folder) {
    LIUHEN_TRY(const auto items, files.list(folder));
    std::vector<std::uint64_t> firsts;
    for (const core::FolderItem& item : items) {
        if (!item.isFolder && item.name.size() == 15 && item.name.ends_with(".cbor")) {
            if (const auto first = core::parseUnsigned(std::string_view(item.name).substr(0, 10))) {
                firsts.push_back(*first);
            }
        }
    }
    std::sort(firsts.begin(), firsts.end());
    return firsts;
}

/// The last chapters of a generation into `chain`, their entries into `entries`: two, and more
/// while no entry is among them. Answers whether all bytes were entries.
Result<bool> readChapters(core::Files& files,
                          const std::string& ledger,
                          CardChain& chain,
                          std::vector<Entry>& entries) {
    LIUHEN_TRY(const auto firsts,
               listFirsts(files, core::joinPath(ledger, fmt::format("{}", chain.generation))));
    bool whole = true;
    for (auto first = firsts.rbegin();
         first != firsts.rend() && (chain.chapters.size() < kChaptersRead || entries.empty());
         ++first) {
        const std::string path =
            core::joinPath(ledger, evidence::chapterPath(chain.generation, *first));
        LIUHEN_TRY(core::Buffer bytes, core::readFile(files, path, kMaxChapterBytes));
        Scan scan = scanEntries(bytes);
        whole = whole && scan.whole;
        entries.insert(entries.begin(),
                       std::make_move_iterator(scan.entries.begin()),
                       std::make_move_iterator(scan.entries.end()));
        chain.chapters.insert(chain.chapters.begin(), ChapterFile{path, *first, std::move(bytes)});
    }
    return whole;
}

/// Entries out of the boxes of segments: of those that had not ended, or of all.
Result<std::vector<Entry>> readSegments(core::Files& files,
                                        const std::string& cardFolder,
                                        const CardChain& chain,
                                        std::vector<Entry> entries,
                                        bool all) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> ended;
    for (const Entry& entry : entries) {
        if (entry.kind == "segment.end" && !all) {
            if (const auto body = evidence::SegmentEndBody::fromCbor(entry.body)) {
                ended.emplace(body->recording, body->segment);
            }
        }
    }
    LIUHEN_TRY(const auto segments,
               listSegments(files, cardFolder, chain.generation, chain.chapters.front().first));
    for (const SegmentFile& segment : segments) {
        if (ended.contains({segment.start, segment.segment})) {
            continue;
        }
        if (const auto read = readBoxes(files, segment, entries); !read) {
            core::log(core::LogLevel::Warning,
                      "recorder",
                      fmt::format("passing over {}: {}", segment.path, read.error().message));
        }
    }
    return entries;
}

/// What internal storage has of a generation; what cannot be read of it is passed over.
std::vector<Entry> readInternal(core::Files& files,
                                const std::string& internalFolder,
                                std::string_view device,
                                std::uint64_t generation) {
    std::vector<Entry> found;
    InternalEntries internal(files, internalFolder);
    const auto kept = internal.list();
    if (!kept) {
        core::log(core::LogLevel::Warning, "recorder", kept.error().message);
        return found;
    }
    for (const InternalEntries::Kept& one : *kept) {
        if (one.generation != generation) {
            continue;
        }
        const auto bytes = core::readFile(files, one.path, kMaxChapterBytes);
        if (!bytes) {
            core::log(core::LogLevel::Warning, "recorder", bytes.error().message);
            continue;
        }
        for (Entry& entry : scanEntries(*bytes).entries) {
            if (entry.device == device && entry.generation == generation) {
                found.push_back(std::move(entry));
            }
        }
    }
    return found;
}

}  // namespace

std::optional<std::uint64_t> plainNumber(std::string_view text) {
    const auto number = core::parseUnsigned(text);
    if (!number || fmt::format("{}", *number) != text) {
        return std::nullopt;
    }
    return *number;
}

Result<std::vector<SegmentFile>> listSegments(core::Files& files,
                                              const std::string& cardFolder,
                                              std::uint64_t generation,
                                              std::uint64_t fromStart) {
    std::vector<SegmentFile> found;
    const std::string footage = core::joinPath(cardFolder, "footage");
    if (!files.exists(footage)) {
        return found;
    }
    LIUHEN_TRY(const auto folders, files.list(footage));
    for (const core::FolderItem& folder : folders) {
        const std::string_view name(folder.name);
        const std::size_t dash = name.find('-');
        if (!folder.isFolder || dash == std::string_view::npos) {
            continue;
        }
        const auto itsGeneration = plainNumber(name.substr(0, dash));
        const auto start = plainNumber(name.substr(dash + 1));
        if (!itsGeneration || *itsGeneration != generation || !start || *start < fromStart) {
            continue;
        }
        const std::string path = core::joinPath(footage, folder.name);
        LIUHEN_TRY(const auto items, files.list(path));
        for (const core::FolderItem& item : items) {
            const std::string_view file(item.name);
            const auto segment = !item.isFolder && file.ends_with(".mp4")
                                     ? plainNumber(file.substr(0, file.size() - 4))
                                     : std::nullopt;
            if (segment) {
                found.push_back(
                    SegmentFile{core::joinPath(path, item.name), *start, *segment, item.sizeBytes});
            }
        }
    }
    return found;
}

Result<CardChain> readChain(core::Files& files,
                            const std::string& cardFolder,
                            std::string_view device,
                            const std::optional<evidence::Head>& keystoreHead,
                            const std::string& internalFolder) {
    const std::string ledger = core::joinPath(cardFolder, "ledger");
    LIUHEN_TRY(const auto generations, listGenerations(files, ledger));
    CardChain chain;
    std::vector<Entry> entries;
    bool whole = true;
    for (const std::uint64_t generation : generations) {
        chain.generation = generation;
        LIUHEN_TRY(whole, readChapters(files, ledger, chain, entries));
        if (!entries.empty()) {
            break;
        }
        if (chain.chapters.size() == 1 && chain.chapters.front().first == 0) {
            chain.unreadable.push_back(std::move(chain.chapters.front()));
        }
        chain.chapters.clear();
    }
    if (entries.empty()) {
        return chain;
    }
    if (entries.front().device != device) {
        return core::fail(
            ErrorKind::FailedPrecondition,
            fmt::format("read card: it is recorder {}'s; put in a card of {} or an empty one",
                        entries.front().device,
                        device));
    }
    const std::uint64_t last = entries.back().seq;
    const std::vector<Entry> internal =
        readInternal(files, internalFolder, device, chain.generation);
    LIUHEN_TRY(entries, readSegments(files, cardFolder, chain, std::move(entries), false));
    entries.insert(entries.end(), internal.begin(), internal.end());
    choose(std::move(entries), keystoreHead, chain);
    if (!whole || chain.entries.back().seq < last || !chain.holdsKeystoreHead) {
        entries.clear();
        for (const ChapterFile& chapter : chain.chapters) {
            for (Entry& entry : scanEntries(chapter.bytes).entries) {
                entries.push_back(std::move(entry));
            }
        }
        LIUHEN_TRY(entries, readSegments(files, cardFolder, chain, std::move(entries), true));
        entries.insert(entries.end(), internal.begin(), internal.end());
        choose(std::move(entries), keystoreHead, chain);
    }
    return chain;
}

}  // namespace liuhen::storage
