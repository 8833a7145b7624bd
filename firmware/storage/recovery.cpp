// SPDX-License-Identifier: Apache-2.0
// The start's repair of ledger files and open segments.
#include "firmware/storage/recovery.hpp"

#include "common/core/log.hpp"
#include "firmware/storage/chain.hpp"
#include "firmware/storage/entry_scan.hpp"
#include "firmware/storage/internal_entries.hpp"
#include "firmware/storage/repair.hpp"
#include "firmware/storage/torn.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace liuhen::storage {

using core::Result;
using evidence::Entry;

namespace {

void passOver(const std::string& what, const core::Error& error) {
    core::log(core::LogLevel::Warning,
              "recorder",
              fmt::format("passing over {}: {}", what, error.message));
}

/// Notes the torn files that an entry names.
void noteNames(core::ByteView bytes, std::set<std::string>& named) {
    if (mayBeOfKind(bytes, "recovery")) {
        const auto entry = evidence::parseEntry(bytes);
        const auto body = entry ? evidence::RecoveryBody::fromCbor(entry->body)
                                : Result<evidence::RecoveryBody>(evidence::RecoveryBody{});
        if (body) {
            for (const evidence::TornFile& file : body->torn) {
                named.insert(file.file);
            }
        }
    } else if (mayBeOfKind(bytes, "part.lost")) {
        const auto entry = evidence::parseEntry(bytes);
        const auto body = entry ? evidence::PartLostBody::fromCbor(entry->body)
                                : Result<evidence::PartLostBody>(evidence::PartLostBody{});
        if (body && body->torn) {
            named.insert(body->torn->file);
        }
    }
}

/// Names of torn files in all entries on the card; what cannot be read is passed over.
std::set<std::string> namedTorn(core::Files& files, const std::string& cardFolder) {
    std::set<std::string> named;
    const std::string ledger = core::joinPath(cardFolder, "ledger");
    const auto generations = files.list(ledger);
    if (!generations) {
        return named;
    }
    for (const core::FolderItem& generation : *generations) {
        const std::string folder = core::joinPath(ledger, generation.name);
        const auto chapters =
            generation.isFolder ? files.list(folder) : Result<std::vector<core::FolderItem>>();
        if (!chapters) {
            passOver(folder, chapters.error());
            continue;
        }
        for (const core::FolderItem& chapter : *chapters) {
            const std::string path = core::joinPath(folder, chapter.name);
            const auto bytes = chapter.isFolder ? Result<core::Buffer>(core::Buffer())
                                                : core::readFile(files, path, UINT64_MAX);
            if (!bytes) {
                passOver(path, bytes.error());
                continue;
            }
            forEachEntry(*bytes, [&named](core::ByteView entry) {
                noteNames(entry, named);
                return true;
            });
        }
    }
    return named;
}

/// Files in card/torn that no entry on the card names, durable and described.
Result<std::vector<evidence::TornFile>> unnamedTorn(core::Files& files,
                                                    const std::string& cardFolder) {
    std::vector<evidence::TornFile> torn;
    const std::string folder = core::joinPath(cardFolder, "torn");
    const auto items = files.list(folder);
    const bool any = items && std::any_of(items->begin(), items->end(), [](const auto& item) {
                         return !item.isFolder && evidence::isTornName(item.name);
                     });
    if (!any) {
        return torn;
    }
    const std::set<std::string> named = namedTorn(files, cardFolder);
    for (const core::FolderItem& item : *items) {
        // What others put there is none of ours; what is too much waits for the next recovery.
        const bool ours = !item.isFolder && evidence::isTornName(item.name);
        if (!ours || named.contains(item.name) || torn.size() == evidence::kMaxTorn) {
            continue;
        }
        const std::string path = core::joinPath(folder, item.name);
        LIUHEN_TRY(const auto file, files.open(path, core::OpenMode::AppendExisting));
        LIUHEN_CHECK(file->sync());
        LIUHEN_TRY(evidence::TornFile described, describeTorn(files, path));
        torn.push_back(std::move(described));
    }
    LIUHEN_CHECK(files.syncFolder(folder));
    return torn;
}

/// In which boot of the machine the last entry was made.
std::string bootIdOf(const std::vector<Entry>& entries) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [](const Entry& entry) {
        return entry.kind == "boot" || entry.kind == "start" || entry.kind == "heartbeat";
    });
    const core::Cbor* id = found == entries.rend() ? nullptr : found->body.find("boot_id");
    return id != nullptr && id->text() != nullptr ? *id->text() : "";
}

void fillLedgerStand(const CardChain& chain, recorder::LedgerStand& stand) {
    if (chain.entries.empty()) {
        return;
    }
    stand.generation = chain.generation;
    stand.holdsKeystoreHead = chain.holdsKeystoreHead;
    const Entry& last = chain.entries.back();
    stand.head = last.head();
    stand.headKind = last.kind;
    stand.last = recorder::LastTime{last.time, bootIdOf(chain.entries)};
    for (auto entry = chain.entries.rbegin(); entry != chain.entries.rend(); ++entry) {
        if (!stand.docking && entry->kind == "docking") {
            stand.docking = *entry;
        }
        if (!stand.assignment && entry->kind == "assignment") {
            stand.assignment = *entry;
        }
        if (!stand.resumeKey && evidence::isNaming(entry->kind)) {
            if (const auto next = evidence::readNextKeys(entry->body)) {
                stand.resumeKey = next->resume;
            }
        }
    }
}

bool knows(const evidence::KeystoreState& keystore, const recorder::LedgerStand& stand) {
    return stand.head && stand.holdsKeystoreHead && stand.resumeKey &&
           std::any_of(keystore.resumeKeys.begin(),
                       keystore.resumeKeys.end(),
                       [&stand](const crypto::PrivateKey& key) {
                           return key.publicKey() == *stand.resumeKey;
                       });
}

/// Mends the segments of the chapters that were read.
Result<void> mendFootage(core::Files& files,
                         const std::string& cardFolder,
                         const CardChain& chain,
                         Repair& repair,
                         CardStand& stand) {
    Footage footage = collectFootage(chain.entries);
    LIUHEN_TRY(const auto found,
               listSegments(files, cardFolder, chain.generation, chain.chapters.front().first));
    std::set<SegmentKey> seen;
    for (const SegmentFile& file : found) {
        const SegmentKey key{file.start, file.segment};
        seen.insert(key);
        const auto segment = footage.segments.find(key);
        const bool known = segment != footage.segments.end();
        if (known && (segment->second.ended || segment->second.released)) {
            continue;
        }
        LIUHEN_TRY(const auto missing,
                   repair.mendSegment(file, known ? &segment->second : nullptr));
        stand.missing.insert(stand.missing.end(), missing.begin(), missing.end());
    }
    for (const auto& [key, segment] : footage.segments) {
        if (!seen.contains(key) && !segment.ended && !segment.released) {
            for (const SegmentStand::Part& part : segment.parts) {
                stand.missing.push_back(part.seq);
            }
        }
    }
    std::sort(stand.missing.begin(), stand.missing.end());
    dropParts(stand.missing, footage);
    findDurableEnd(footage);
    stand.recording = std::move(footage.recording);
    return {};
}

/// Folders that a killed process made may not have their names on the medium yet.
Result<void> syncFolders(core::Files& files, const std::string& cardFolder) {
    for (const char* name : {"ledger", "footage", "torn"}) {
        const std::string folder = core::joinPath(cardFolder, name);
        if (files.exists(folder)) {
            if (const auto synced = files.syncFolder(folder); !synced) {
                passOver(folder, synced.error());
            }
        }
    }
    return files.syncFolder(cardFolder);
}

/// The chain is on the card now. Of older generations, whose cards went, the bytes are kept.
Result<void> clearInternal(core::Files& files,
                           const std::string& cardFolder,
                           const std::string& internalFolder,
                           std::uint64_t generation) {
    InternalEntries internal(files, internalFolder);
    const auto kept = internal.list();
    if (!kept) {
        passOver(internalFolder, kept.error());
        return {};
    }
    for (const InternalEntries::Kept& one : *kept) {
        if (one.generation < generation) {
            const std::string name = fmt::format("internal-{}", one.generation);
            // Copied: the card is another file system.
            LIUHEN_CHECK(moveToTorn(files, cardFolder, one.path, name, Trust::Nothing));
        }
    }
    if (const auto dropped = internal.drop(generation); !dropped) {
        passOver(internalFolder, dropped.error());
    }
    return {};
}

}  // namespace

Result<CardStand> recoverCard(core::Files& files,
                              const std::string& cardFolder,
                              const evidence::KeystoreState& keystore,
                              const std::string& internalFolder) {
    LIUHEN_TRY(const CardChain chain,
               readChain(files, cardFolder, keystore.device, keystore.head, internalFolder));
    CardStand stand;
    fillLedgerStand(chain, stand.ledger);
    Repair repair(files, cardFolder);
    LIUHEN_CHECK(syncFolders(files, cardFolder));
    if (knows(keystore, stand.ledger)) {
        LIUHEN_TRY(const Repair::OpenChapter open, repair.mendLedger(chain));
        stand.ledger.chapterFirst = open.first;
        stand.ledger.chapterBytes = open.sizeBytes;
        LIUHEN_CHECK(mendFootage(files, cardFolder, chain, repair, stand));
        LIUHEN_CHECK(clearInternal(files, cardFolder, internalFolder, chain.generation));
    }
    for (const ChapterFile& chapter : chain.unreadable) {
        const std::string folder = core::folderOf(chapter.path);
        const auto generation =
            core::parseUnsigned(folder.substr(core::folderOf(folder).size() + 1));
        LIUHEN_CHECK(repair.moveLedgerFile(generation.value_or(0), chapter));
    }
    LIUHEN_TRY(stand.torn, unnamedTorn(files, cardFolder));
    return stand;
}

}  // namespace liuhen::storage
