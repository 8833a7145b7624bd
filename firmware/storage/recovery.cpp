// SPDX-License-Identifier: Apache-2.0
// The start's repair of ledger file and open segments.
#include "firmware/storage/recovery.hpp"

#include "common/crypto/digest.hpp"
#include "common/media/box.hpp"
#include "firmware/storage/chain.hpp"
#include "firmware/storage/torn.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::storage {

using core::Result;
using evidence::Entry;

namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;
/// Parts from the end whose bytes are hashed: the one before the last was synced before the last
/// was begun, two segments may be open.
constexpr std::size_t kPartsHashed = 2;

/// One segment of the open chapter, as its entries tell.
struct SegmentStand {
    evidence::SegmentBody body;
    std::uint64_t seq = 0;
    bool ended = false;
    struct Part {
        std::uint64_t seq = 0;
        std::uint64_t entryBytes = 0;
        evidence::PartBody body;
    };
    std::vector<Part> parts;  // without lost and missing ones
};

using SegmentKey = std::pair<std::uint64_t, std::uint64_t>;  // start, segment

struct Footage {
    std::map<SegmentKey, SegmentStand> segments;
    std::optional<OpenRecording> recording;
};

void notePart(const Entry& entry, const evidence::PartBody& body, Footage& footage) {
    const auto segment = footage.segments.find({body.recording, body.segment});
    if (segment == footage.segments.end()) {
        return;
    }
    segment->second.parts.push_back({entry.seq, entry.bytes.size(), body});
    if (footage.recording) {
        for (const evidence::TrackSpan& span : body.tracks) {
            std::uint64_t& end = footage.recording->ends[span.track];
            end = std::max(end, span.start + span.duration);
        }
    }
}

void dropParts(const std::vector<std::uint64_t>& seqs, Footage& footage) {
    for (auto& [key, segment] : footage.segments) {
        std::erase_if(segment.parts, [&seqs](const SegmentStand::Part& part) {
            return std::find(seqs.begin(), seqs.end(), part.seq) != seqs.end();
        });
    }
}

void noteSegment(const Entry& entry, Footage& footage) {
    auto body = evidence::SegmentBody::fromCbor(entry.body);
    if (!body) {
        return;
    }
    if (footage.recording) {
        footage.recording->segments = std::max(footage.recording->segments, body->segment + 1);
        for (const evidence::TrackDescription& track : body->tracks) {
            footage.recording->timescales[track.id] = track.timescale;
        }
    }
    const SegmentKey key{body->recording, body->segment};
    footage.segments[key] = SegmentStand{*std::move(body), entry.seq, false, {}};
}

/// Walks the chain from a seq on and collects segments, parts and the recording that is open at its
/// end.
Footage collect(const std::vector<Entry>& chain, std::uint64_t from) {
    Footage footage;
    for (const Entry& entry : chain) {
        if (entry.seq < from) {
            continue;
        }
        if (entry.kind == "start") {
            footage.recording = OpenRecording{entry.seq, 0, {}, {}, entry.time.utcUs};
        } else if (entry.kind == "end" || entry.kind == "docking") {
            footage.recording.reset();
        } else if (entry.kind == "segment") {
            noteSegment(entry, footage);
        } else if (entry.kind == "part") {
            if (const auto body = evidence::PartBody::fromCbor(entry.body)) {
                notePart(entry, *body, footage);
            }
        } else if (entry.kind == "part.lost") {
            if (const core::Cbor* lost = entry.body.find("entry"); lost != nullptr) {
                dropParts({lost->unsignedInteger().value_or(UINT64_MAX)}, footage);
            }
        } else if (entry.kind == "recovery") {
            if (const auto body = evidence::RecoveryBody::fromCbor(entry.body)) {
                dropParts(body->missing, footage);
            }
        } else if (entry.kind == "segment.end") {
            if (const auto body = evidence::SegmentEndBody::fromCbor(entry.body)) {
                const auto segment = footage.segments.find({body->recording, body->segment});
                if (segment != footage.segments.end()) {
                    segment->second.ended = true;
                }
            }
        }
        if (footage.recording) {
            footage.recording->lastUtcUs = entry.time.utcUs;
        }
    }
    return footage;
}

/// Does the repairs, file by file.
class Repair {
public:
    Repair(core::Files& files, std::string cardFolder)
        : files_(files), card_(std::move(cardFolder)) {}

    /// Makes the newest chapter's file hold exactly the chain's entries from its first seq on.
    Result<void> mendLedger(const CardChain& chain) {
        if (chain.chapters.empty() || chain.entries.empty()) {
            return {};
        }
        const ChapterFile& chapter = chain.chapters.back();
        core::Buffer wanted;
        for (const Entry& entry : chain.entries) {
            if (entry.seq >= chapter.first) {
                core::append(wanted, entry.bytes);
            }
        }
        const std::size_t same = static_cast<std::size_t>(
            std::mismatch(wanted.begin(), wanted.end(), chapter.bytes.begin(), chapter.bytes.end())
                .first -
            wanted.begin());
        if (same == wanted.size() && same == chapter.bytes.size()) {
            return {};
        }
        LIUHEN_CHECK(cutTorn(files_,
                             card_,
                             chapter.path,
                             same,
                             fmt::format("ledger-{}-{}", chain.generation, chapter.first)));
        LIUHEN_TRY(const auto file, files_.open(chapter.path, core::OpenMode::AppendExisting));
        const core::ByteView rest = core::ByteView(wanted).subspan(same);
        LIUHEN_CHECK(file->append(std::span<const core::ByteView>(&rest, 1)));
        return file->sync();
    }

    /// Cuts a segment's file behind its last whole part; answers the parts that are not there.
    Result<std::vector<std::uint64_t>> mendSegment(const SegmentFile& found,
                                                   const SegmentStand* stand) {
        const std::string name =
            core::folderOf(found.path)
                .substr(core::folderOf(core::folderOf(found.path)).size() + 1) +
            fmt::format("-{}", found.segment);
        std::vector<std::uint64_t> missing;
        if (stand == nullptr) {
            LIUHEN_CHECK(moveAway(found.path, name));
            return missing;
        }
        std::uint64_t end = stand->body.initSize;
        LIUHEN_TRY(const auto file, files_.open(found.path, core::OpenMode::Read));
        std::size_t whole = 0;
        for (const SegmentStand::Part& part : stand->parts) {
            const std::uint64_t next =
                part.body.offset + part.body.size + media::kUuidHeaderBytes + part.entryBytes;
            const bool hashed = stand->parts.size() - whole <= kPartsHashed;
            if (next > found.sizeBytes || part.body.offset != end) {
                break;
            }
            if (hashed) {
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
        if (whole == 0) {
            LIUHEN_CHECK(moveAway(found.path, name));
        } else if (found.sizeBytes > end) {
            LIUHEN_CHECK(cutTorn(files_, card_, found.path, end, name));
        }
        return missing;
    }

private:
    Result<bool> holds(const core::File& file, const evidence::PartBody& part) {
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

    Result<void> moveAway(const std::string& path, const std::string& name) {
        LIUHEN_TRY(const std::string kept, tornPath(files_, card_, name));
        LIUHEN_CHECK(files_.renameNoReplace(path, kept));
        LIUHEN_CHECK(files_.syncFolder(core::folderOf(kept)));
        return files_.syncFolder(core::folderOf(path));
    }

    core::Files& files_;
    std::string card_;
};

/// Files in card/torn that no recovery entry on the card names.
Result<std::vector<evidence::TornFile>> unnamedTorn(core::Files& files,
                                                    const std::string& cardFolder) {
    std::vector<evidence::TornFile> torn;
    const std::string folder = core::joinPath(cardFolder, "torn");
    if (!files.exists(folder)) {
        return torn;
    }
    LIUHEN_TRY(const auto items, files.list(folder));
    std::set<std::string> named;
    const auto note = [&named](const evidence::TornFile& file) { named.insert(file.file); };
    const std::string ledger = core::joinPath(cardFolder, "ledger");
    LIUHEN_TRY(const auto generations, files.list(ledger));
    for (const core::FolderItem& generation : generations) {
        LIUHEN_TRY(const auto chapters, files.list(core::joinPath(ledger, generation.name)));
        for (const core::FolderItem& chapter : chapters) {
            LIUHEN_TRY(const core::Buffer bytes,
                       core::readFile(
                           files,
                           core::joinPath(core::joinPath(ledger, generation.name), chapter.name),
                           UINT64_MAX));
            const auto entries = evidence::parseEntries(bytes);
            if (!entries) {
                continue;
            }
            for (const Entry& entry : *entries) {
                if (entry.kind == "recovery") {
                    if (const auto body = evidence::RecoveryBody::fromCbor(entry.body)) {
                        std::for_each(body->torn.begin(), body->torn.end(), note);
                    }
                } else if (entry.kind == "part.lost") {
                    const auto body = evidence::PartLostBody::fromCbor(entry.body);
                    if (body && body->torn) {
                        note(*body->torn);
                    }
                }
            }
        }
    }
    for (const core::FolderItem& item : items) {
        // What others put there is none of ours; what is too much waits for the next recovery.
        const bool ours = !item.isFolder && evidence::isTornName(item.name);
        if (!ours || named.contains(item.name) || torn.size() == evidence::kMaxTorn) {
            continue;
        }
        LIUHEN_TRY(evidence::TornFile file, describeTorn(files, core::joinPath(folder, item.name)));
        torn.push_back(std::move(file));
    }
    return torn;
}

void fillLedgerStand(const CardChain& chain, recorder::LedgerStand& stand) {
    stand.onCard = chain.onCard;
    stand.generation = chain.generation;
    stand.holdsKeystoreHead = chain.holdsKeystoreHead;
    if (chain.entries.empty()) {
        return;
    }
    const Entry& last = chain.entries.back();
    stand.head = last.head();
    stand.headKind = last.kind;
    stand.chapterFirst = chain.chapters.back().first;
    if (last.kind == "docking") {
        stand.docking = last;
    }
    for (auto entry = chain.entries.rbegin(); entry != chain.entries.rend() && !stand.resumeKey;
         ++entry) {
        if (evidence::isNaming(entry->kind)) {
            if (const auto next = evidence::readNextKeys(entry->body)) {
                stand.resumeKey = next->resume;
            }
        }
    }
}

}  // namespace

Result<CardStand> recoverCard(core::Files& files,
                              const std::string& cardFolder,
                              std::string_view device,
                              const std::optional<evidence::Head>& keystoreHead) {
    LIUHEN_TRY(const CardChain chain, readChain(files, cardFolder, device, keystoreHead));
    CardStand stand;
    fillLedgerStand(chain, stand.ledger);
    Repair repair(files, cardFolder);
    LIUHEN_CHECK(repair.mendLedger(chain));
    // Whatever lies before the open chapter was whole when its docking was signed.
    const std::uint64_t from = chain.chapters.empty() ? 0 : chain.chapters.back().first;
    Footage footage = collect(chain.entries, from);
    LIUHEN_TRY(const auto found, listSegments(files, cardFolder, chain.generation, from));
    std::set<SegmentKey> seen;
    for (const SegmentFile& file : found) {
        const SegmentKey key{file.start, file.segment};
        seen.insert(key);
        const auto segment = footage.segments.find(key);
        const bool known = segment != footage.segments.end();
        if (known && segment->second.ended) {
            continue;
        }
        LIUHEN_TRY(const auto missing,
                   repair.mendSegment(file, known ? &segment->second : nullptr));
        stand.missing.insert(stand.missing.end(), missing.begin(), missing.end());
    }
    for (const auto& [key, segment] : footage.segments) {
        if (!seen.contains(key) && !segment.ended) {
            for (const SegmentStand::Part& part : segment.parts) {
                stand.missing.push_back(part.seq);
            }
        }
    }
    std::sort(stand.missing.begin(), stand.missing.end());
    dropParts(stand.missing, footage);
    LIUHEN_TRY(stand.torn, unnamedTorn(files, cardFolder));
    stand.recording = std::move(footage.recording);
    return stand;
}

}  // namespace liuhen::storage
