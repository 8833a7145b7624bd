// SPDX-License-Identifier: Apache-2.0
// Gathers entries from ledger files and boxes and chooses among their chains.
#include "firmware/storage/chain.hpp"

#include "common/evidence/boxes.hpp"
#include "common/media/box_list.hpp"

#include <algorithm>
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

/// Entries off the front of `bytes` as long as they are whole and well-formed.
std::vector<Entry> entriesOf(core::ByteView bytes) {
    std::vector<Entry> entries;
    while (!bytes.empty()) {
        const evidence::Frame frame = evidence::frameEntry(bytes);
        if (frame.framing != evidence::Framing::Whole) {
            break;
        }
        auto entry = evidence::parseEntry(bytes.first(frame.sizeBytes));
        if (!entry) {
            break;
        }
        entries.push_back(*std::move(entry));
        bytes = bytes.subspan(frame.sizeBytes);
    }
    return entries;
}

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
        for (Entry& entry : entriesOf(content)) {
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

/// The chosen chain among `entries`, whose first one is its root.
void choose(std::vector<Entry> entries,
            const std::optional<evidence::Head>& head,
            CardChain& chain) {
    if (entries.empty()) {
        return;
    }
    const core::Digest root = entries.front().hash;
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.seq < b.seq;
    });
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
        if (entry.hash == root) {
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
    chain.holdsKeystoreHead = reach[*best].holdsHead;
    for (std::size_t i = *best; i != SIZE_MAX; i = reach[i].previous) {
        chain.entries.push_back(entries[i]);
    }
    std::reverse(chain.entries.begin(), chain.entries.end());
}

/// The newest generation's chapters into `chain`.
Result<void> readChapters(core::Files& files, const std::string& ledger, CardChain& chain) {
    if (!files.exists(ledger)) {
        return {};
    }
    LIUHEN_TRY(const auto folders, files.list(ledger));
    for (const core::FolderItem& item : folders) {
        const auto generation = plainNumber(item.name);
        if (item.isFolder && generation) {
            chain.generation = chain.onCard ? std::max(chain.generation, *generation) : *generation;
            chain.onCard = true;
        }
    }
    if (!chain.onCard) {
        return {};
    }
    const std::string folder = core::joinPath(ledger, fmt::format("{}", chain.generation));
    LIUHEN_TRY(const auto items, files.list(folder));
    std::vector<std::uint64_t> firsts;
    for (const core::FolderItem& item : items) {
        if (item.name.size() == 15 && item.name.ends_with(".cbor")) {
            if (const auto first = core::parseUnsigned(std::string_view(item.name).substr(0, 10))) {
                firsts.push_back(*first);
            }
        }
    }
    std::sort(firsts.begin(), firsts.end());
    const std::size_t skip = firsts.size() - std::min(firsts.size(), kChaptersRead);
    for (std::size_t i = skip; i < firsts.size(); ++i) {
        const std::string path =
            core::joinPath(ledger, evidence::chapterPath(chain.generation, firsts[i]));
        LIUHEN_TRY(core::Buffer bytes, core::readFile(files, path, kMaxChapterBytes));
        chain.chapters.push_back(ChapterFile{path, firsts[i], std::move(bytes)});
    }
    return {};
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
            const auto segment = file.ends_with(".mp4")
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
                            const std::optional<evidence::Head>& keystoreHead) {
    CardChain chain;
    LIUHEN_CHECK(readChapters(files, core::joinPath(cardFolder, "ledger"), chain));
    std::vector<Entry> entries;
    for (const ChapterFile& chapter : chain.chapters) {
        for (Entry& entry : entriesOf(chapter.bytes)) {
            entries.push_back(std::move(entry));
        }
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
    std::set<std::pair<std::uint64_t, std::uint64_t>> ended;
    for (const Entry& entry : entries) {
        if (entry.kind == "segment.end") {
            if (const auto body = evidence::SegmentEndBody::fromCbor(entry.body)) {
                ended.emplace(body->recording, body->segment);
            }
        }
    }
    LIUHEN_TRY(const auto segments,
               listSegments(files, cardFolder, chain.generation, chain.chapters.back().first));
    for (const SegmentFile& segment : segments) {
        if (!ended.contains({segment.start, segment.segment})) {
            LIUHEN_CHECK(readBoxes(files, segment, entries));
        }
    }
    choose(std::move(entries), keystoreHead, chain);
    return chain;
}

}  // namespace liuhen::storage
