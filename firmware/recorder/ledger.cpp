// SPDX-License-Identifier: Apache-2.0
// Signing, appending and syncing of entries.
#include "firmware/recorder/ledger.hpp"

#include "common/crypto/cose.hpp"

#include <algorithm>

namespace liuhen::recorder {

using core::Cbor;
using core::ErrorKind;
using core::Result;
using evidence::Entry;

namespace {

constexpr std::uint64_t kMaxChapterBytes = std::uint64_t{1} << 30U;

}  // namespace

Ledger::Ledger(core::Files& files, std::string cardFolder, core::Clock& clock, Keychain& keychain)
    : files_(&files), cardFolder_(std::move(cardFolder)), clock_(&clock), keychain_(&keychain) {}

Entry Ledger::sign(std::string_view kind, Cbor body, const crypto::PrivateKey& key) {
    evidence::EntryFields fields;
    fields.device = keychain_->device();
    fields.generation = generation_;
    fields.seq = nextSeq_;
    fields.previous = head_.hash;
    fields.boot = boot_;
    // Strictly rising within a boot, also where the clock is coarse.
    const auto now = static_cast<std::uint64_t>(clock_->boottime().count());
    fields.time.boottimeNs = lastBoottimeBoot_ == boot_ ? std::max(now, lastBoottimeNs_ + 1) : now;
    lastBoottimeNs_ = fields.time.boottimeNs;
    lastBoottimeBoot_ = boot_;
    fields.time.utcUs = clock_->utc().count();
    fields.time.source = quality_.source;
    if (quality_.syncedAt) {
        const auto age = clock_->boottime() - *quality_.syncedAt;
        fields.time.ageSeconds = static_cast<std::uint64_t>(std::max<std::int64_t>(
            0, std::chrono::duration_cast<std::chrono::seconds>(age).count()));
    }
    fields.kind = std::string(kind);
    fields.body = std::move(body);
    Entry entry = evidence::signEntry(fields, key);
    head_ = entry.head();
    ++nextSeq_;
    return entry;
}

Result<void> Ledger::openChapter() {
    if (file_ != nullptr) {
        return {};
    }
    const std::string path = core::joinPath(core::joinPath(cardFolder_, "ledger"),
                                            evidence::chapterPath(generation_, chapterFirst_));
    const std::string folder = core::folderOf(path);
    if (files_->exists(path)) {
        LIUHEN_TRY(file_, files_->open(path, core::OpenMode::AppendExisting));
        return {};
    }
    LIUHEN_CHECK(files_->makeFolders(folder));
    LIUHEN_TRY(file_, files_->open(path, core::OpenMode::CreateNew));
    return files_->syncFolder(folder);
}

Result<void> Ledger::write(const Entry& entry) {
    if (entry.kind == "start" || entry.kind == "boot" || entry.seq == 0) {
        pendingLink_.clear();
    }
    core::append(pendingLink_, entry.bytes);
    core::append(unwritten_, entry.bytes);
    unsynced_ = true;
    LIUHEN_CHECK(openChapter());
    const core::ByteView piece(unwritten_);
    LIUHEN_CHECK(file_->append(std::span<const core::ByteView>(&piece, 1)));
    unwritten_.clear();
    return {};
}

Result<Entry> Ledger::append(std::string_view kind, Cbor body) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr && !evidence::isNaming(kind));
    Entry entry = sign(kind, std::move(body), *keychain_->epoch());
    LIUHEN_CHECK(write(entry));
    return entry;
}

Result<void> Ledger::sync() {
    if (!unsynced_) {
        return {};
    }
    if (file_ != nullptr) {
        LIUHEN_CHECK(file_->sync());
    }
    unsynced_ = false;
    return {};
}

Result<Entry> Ledger::appendSynced(std::string_view kind, Cbor body) {
    LIUHEN_TRY(Entry entry, append(kind, std::move(body)));
    LIUHEN_CHECK(sync());
    return entry;
}

Result<Entry> Ledger::appendAsHead(std::string_view kind, Cbor body) {
    LIUHEN_TRY(Entry entry, appendSynced(kind, std::move(body)));
    LIUHEN_CHECK(keychain_->storeHead(entry.head(), kind == "start"));
    return entry;
}

Result<Entry> Ledger::nameKeys(std::string_view kind, Cbor body, const crypto::PrivateKey& key) {
    Entry entry = sign(kind, std::move(body), key);
    LIUHEN_CHECK(write(entry));
    LIUHEN_CHECK(sync());
    LIUHEN_CHECK(keychain_->finishChange(entry.head(), kind == "docking"));
    epochBegan_ = clock_->boottime();
    return entry;
}

Result<Entry> Ledger::beginGeneration(const LedgerStand& stand, bool rollback) {
    const std::optional<evidence::Head> known = keychain_->state().head;
    LIUHEN_TRY(generation_, keychain_->raiseGeneration(stand.onCard ? stand.generation + 1 : 0));
    evidence::Digest zero{};
    head_ = evidence::Head{generation_, 0, zero};
    nextSeq_ = 0;
    chapterFirst_ = 0;
    const auto* const oldResume = keychain_->resume();
    std::optional<crypto::PrivateKey> signer;
    if (oldResume != nullptr) {
        signer = *oldResume;
    }
    LIUHEN_TRY(evidence::NextKeys next, keychain_->prepareChange());
    evidence::GenesisBody body(keychain_->certificate().der(), next);
    const auto witness = keychain_->witness().publicBytes();
    body.witnessKey.assign(witness.begin(), witness.end());
    body.head = known;
    if (rollback) {
        body.card = stand.head;
        body.reason = stand.holdsKeystoreHead ? "resume_key_absent" : "head_absent";
    } else if (known && signer) {
        body.docking = keychain_->state().docking;
        body.resume = crypto::sign1(
            *signer, "liuhen/resume", evidence::resumeStatementPayload(generation_, *known, next));
    }
    return nameKeys(
        rollback ? "rollback" : "genesis", body.toCbor(rollback), keychain_->identity());
}

Result<Ledger::Beginning> Ledger::begin(const LedgerStand& stand, Cbor bootBody) {
    Beginning beginning;
    LIUHEN_TRY(boot_, keychain_->raiseBoot());
    const bool newRecorder = keychain_->isNew();
    bool fits = false;
    if (stand.head) {
        fits =
            stand.holdsKeystoreHead && stand.resumeKey && keychain_->selectResume(*stand.resumeKey);
    } else if (!stand.onCard && !newRecorder && !keychain_->state().resumeKeys.empty()) {
        // A new card: the stored resume key is the one the old card's ledger named last.
        (void)keychain_->selectResume(keychain_->state().resumeKeys.front().publicKey());
    }
    if (fits) {
        generation_ = stand.generation;
        head_ = *stand.head;
        nextSeq_ = head_.seq + 1;
        chapterFirst_ = stand.docking ? nextSeq_ : stand.chapterFirst;
        lastDocking_ = stand.docking;
    } else {
        beginning.firstGenesis = newRecorder && !stand.onCard;
        beginning.rollback = stand.onCard;
        LIUHEN_CHECK(beginGeneration(stand, beginning.rollback));
    }
    LIUHEN_TRY(const evidence::NextKeys next, keychain_->prepareChange());
    evidence::setNextKeys(bootBody, next);
    LIUHEN_CHECK(nameKeys("boot", std::move(bootBody), *keychain_->resume()));
    return beginning;
}

Result<Entry> Ledger::changeEpoch() {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    const crypto::PrivateKey current = *keychain_->epoch();
    LIUHEN_TRY(const evidence::NextKeys next, keychain_->prepareChange());
    Cbor body = Cbor::map({});
    evidence::setNextKeys(body, next);
    return nameKeys("epoch", std::move(body), current);
}

Result<Entry> Ledger::dock(core::ByteView nonce) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    const crypto::PrivateKey current = *keychain_->epoch();
    LIUHEN_TRY(const evidence::NextKeys next, keychain_->prepareChange());
    evidence::EntryFields fields;
    fields.device = keychain_->device();
    fields.generation = generation_;
    fields.seq = nextSeq_;
    fields.previous = head_.hash;
    Cbor body = Cbor::map({
        {"nonce", nonce},
        {"statement",
         crypto::sign1(keychain_->identity(),
                       "liuhen/docking",
                       evidence::dockingStatementPayload(fields, nonce, next))},
    });
    evidence::setNextKeys(body, next);
    LIUHEN_TRY(Entry entry, nameKeys("docking", std::move(body), current));
    file_.reset();
    chapterFirst_ = nextSeq_;
    lastDocking_ = entry;
    return entry;
}

Entry Ledger::signPart(Cbor body) {
    LIUHEN_ASSERT(keychain_->epoch() != nullptr);
    return sign("part", std::move(body), *keychain_->epoch());
}

Result<void> Ledger::commitPart(const Entry& part) {
    auto written = write(part);
    pendingLink_.clear();
    return written;
}

Result<void> Ledger::losePart(const Entry& part,
                              std::string_view reason,
                              std::optional<evidence::TornFile> torn) {
    // Both entries are signed and kept for the next link, whatever the card answers.
    auto written = write(part);
    const evidence::PartLostBody body{part.seq, std::string(reason), std::move(torn)};
    LIUHEN_CHECK(append("part.lost", body.toCbor()));
    return written;
}

Result<core::Buffer> Ledger::read(std::uint64_t generation,
                                  std::uint64_t fromSeq,
                                  std::size_t limitBytes) {
    LIUHEN_CHECK(sync());
    const std::string folder =
        core::joinPath(core::joinPath(cardFolder_, "ledger"), std::to_string(generation));
    LIUHEN_TRY(const auto items, files_->list(folder));
    core::Buffer found;
    for (std::size_t i = 0; i < items.size() && found.size() < limitBytes; ++i) {
        // The next file's name says where this one ends.
        const auto nextFirst =
            i + 1 < items.size()
                ? core::parseUnsigned(std::string_view(items[i + 1].name).substr(0, 10))
                : Result<std::uint64_t>(UINT64_MAX);
        if (nextFirst && *nextFirst <= fromSeq) {
            continue;
        }
        LIUHEN_TRY(
            const core::Buffer bytes,
            core::readFile(*files_, core::joinPath(folder, items[i].name), kMaxChapterBytes));
        core::ByteView rest(bytes);
        while (!rest.empty() && found.size() < limitBytes) {
            const evidence::Frame frame = evidence::frameEntry(rest);
            if (frame.framing != evidence::Framing::Whole) {
                return core::fail(ErrorKind::DataLoss,
                                  "read ledger: " + items[i].name + " is damaged");
            }
            LIUHEN_TRY(const Entry entry, evidence::parseEntry(rest.first(frame.sizeBytes)));
            if (entry.seq >= fromSeq) {
                core::append(found, entry.bytes);
            }
            rest = rest.subspan(frame.sizeBytes);
        }
    }
    return found;
}

std::optional<Entry> Ledger::dockingOver(core::ByteView nonce) const {
    if (!lastDocking_) {
        return std::nullopt;
    }
    const Cbor* held = lastDocking_->body.find("nonce");
    if (held == nullptr || held->bytes() == nullptr || !core::equal(*held->bytes(), nonce)) {
        return std::nullopt;
    }
    return lastDocking_;
}

}  // namespace liuhen::recorder
